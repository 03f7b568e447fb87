"""
Through each door that takes a file or a result, a damaged one leaves a result or a sentence.

A door is a function of the bytes and of a path with the file's ending, or with a wrong one.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sophnet_jupyter.errors import SophNetError
from sophnet_jupyter.files import images as image_files
from sophnet_jupyter.files import mp4, wav
from sophnet_jupyter.prompt.images.attach import attach
from sophnet_jupyter.providers.sophnet.speech.live import source
from sophnet_jupyter.providers.sophnet.speech.sound import sound
from sophnet_jupyter.response import Response
from sophnet_jupyter.runs.tables_on_disk import read as read_table
from sophnet_jupyter.sandbox.engines.pictures import drawing
from sophnet_jupyter.sandbox.engines.sound import decoding
from sophnet_jupyter.sandbox.engines.texts import workbooks
from sophnet_jupyter.values.image import Image
from sophnet_jupyter.values.transcript import Recording
from sophnet_jupyter.values.video import Video
from sophnet_jupyter.views.answer import bundle
from sophnet_jupyter.wire.files.receive import received

from .corpus import damaged, whole

has_engines = all(importlib.util.find_spec(name) for name in ("av", "openpyxl"))
pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not has_engines, reason="the engines are not installed"),
]

# Bytes of samples, of HTML, of a request: what a file of a few kilobytes may become.
MOST = 4_000_000
SENTENCE = 400
WRONG = {"wav": "png", "png": "wav", "mp4": "xlsx", "xlsx": "mp3", "csv": "jsonl", "txt": "wav"}

Door = Callable[[bytes, Path], Any]


def shown(made: Response) -> str:
    found = bundle(made)
    return f"{made!r}{found['text/html']}{found['text/plain']}"


DOORS: dict[str, Door] = {
    "live sound from bytes": lambda data, _: source.read(data, 16_000).pcm,
    "live sound from a file": lambda _, path: source.read(path, 16_000).pcm,
    "a recording in memory": lambda data, path: sound(data, filename=path.name).name,
    "a recording on disk": lambda _, path: sound(path).name,
    "an image in memory": lambda data, _: attach([data])[0].part["image_url"]["url"],
    "an image on disk": lambda _, path: attach([path])[0].part["image_url"]["url"],
    "an image that came": lambda data, _: image_files.check(data) and b"",
    "a video that came": lambda data, _: mp4.check(data) and b"",
    "samples of a voice": lambda data, _: wav.samples(data),
    "a voice with its length": lambda data, _: wav.with_true_length(data),
    "a table": lambda _, path: str(list(read_table(path))),
    "the sandbox's recordings": lambda _, path: b"".join(decoding.pcm(path)),
    "the sandbox's lengths": lambda _, path: str(decoding.seconds(path)),
    "the sandbox's workbooks": lambda data, _: str(workbooks.read(data)),
    "the sandbox's images": lambda data, _: str(drawing.readable(data)),
}
# What these raise is made a sentence by whoever calls them.
RAISES = (SophNetError, ValueError, decoding.Unreadable, workbooks.Unreadable)
SHOWN: dict[str, Door] = {
    "sound as it is shown": lambda data, _: shown(Response(audio=data)),
    "an image as it is shown": lambda data, _: shown(Response(images=(Image(data=data),))),
    "a video as it is shown": lambda data, _: shown(Response(videos=(Video(data=data),))),
    "a transcript as it is shown": lambda data, path: shown(
        Response(recordings=(Recording(name=path.name, data=data),))
    ),
}


@pytest.mark.parametrize("wrong", [False, True], ids=["its ending", "a wrong ending"])
@pytest.mark.parametrize("door", DOORS)
def test_a_damaged_file_leaves_a_result_or_a_sentence(
    door: str, wrong: bool, tmp_path: Path
) -> None:
    for name, data in damaged():
        ending = name.partition(" ")[0]
        path = tmp_path / f"file.{WRONG.get(ending, 'wav') if wrong else ending}"
        path.write_bytes(data)
        try:
            made = DOORS[door](data, path)
        except RAISES as error:
            said = str(error)
            assert said, name
            assert "\n" not in said, (name, said)
            assert len(said) < SENTENCE, (name, said)
        except Exception as error:
            raise AssertionError(f"{door}, {name}: {error!r}") from error
        else:
            assert len(made) < MOST, name


@pytest.mark.parametrize("what", SHOWN)
def test_what_is_damaged_is_shown_as_far_as_it_goes(what: str, tmp_path: Path) -> None:
    for name, data in damaged():
        assert len(SHOWN[what](data, tmp_path / name)) < MOST, name


@pytest.mark.parametrize("door", DOORS)
def test_a_whole_file_passes_where_its_kind_belongs(door: str, tmp_path: Path) -> None:
    passed = set()
    for ending, data in whole().items():
        path = tmp_path / f"file.{ending}"
        path.write_bytes(data)
        try:
            if DOORS[door](data, path):
                passed.add(ending)
        except RAISES:
            continue
    assert passed or door in ("an image that came", "a video that came")


async def test_a_damaged_result_is_kept_whole_or_refused_in_a_sentence() -> None:
    kinds: Any = ("image", "video", "audio", "document")

    def verify(content: Path | bytes) -> None:
        mp4.check(content) if b"ftyp" in bytes(content)[:64] else image_files.check(content)

    for name, data in damaged("png", "jpeg", "gif", "webp", "mp4", "m4a", "wav", "html"):
        said = ""
        try:
            found = await received(data, kinds=kinds, verify=verify)
        except SophNetError as error:
            said = str(error)
        assert said or found.data == data, name
        assert "\n" not in said, name
        assert len(said) < SENTENCE, name
