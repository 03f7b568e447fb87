from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.files import wav
from sophnet_jupyter.providers.sophnet.speech.sound import sound

AMR = b"#!AMR\n" + b"\x3c" * 320
MP3 = b"ID3\x04\0\0\0\0\0\0" + b"\xff\xfb\x90\0" * 100
WAV = wav.written(bytes(400), 16_000)
FLV = b"FLV\x01\x04\0\0\0\x09" + bytes(100)


@contextmanager
def temporary(data: bytes) -> Iterator[Any]:
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        yield file


@contextmanager
def in_memory(data: bytes) -> Iterator[Any]:
    yield io.BytesIO(data)


@contextmanager
def as_bytes(data: bytes) -> Iterator[Any]:
    yield data


def named(data: bytes, name: str) -> Any:
    file = io.BytesIO(data)
    file.name = name
    return file


@pytest.mark.parametrize("given", [as_bytes, in_memory, temporary])
@pytest.mark.parametrize(
    ("data", "name"),
    [(AMR, "sound.amr"), (MP3, "sound.mp3"), (WAV, "sound.wav"), (FLV, "sound.flv")],
)
def test_sound_without_a_name_gets_one_by_what_it_is(data: bytes, name: str, given: Any) -> None:
    with given(data) as item:
        found = sound(item)
    assert (found.name, found.recording.name) == (name, name)


def test_a_name_without_an_ending_gets_one(tmp_path: Path) -> None:
    (tmp_path / "recording").write_bytes(AMR)
    assert sound(tmp_path / "recording").name == "recording.amr"
    assert sound(named(MP3, "/spool/tmpx1y2")).name == "tmpx1y2.mp3"
    assert sound(AMR, filename="talk").name == "talk.amr"
    assert sound(named(AMR, "talk.amr")).name == "talk.amr"
    assert sound(bytes(100), filename="talk.amr").name == "talk.amr"


@pytest.mark.parametrize("given", [as_bytes, in_memory, temporary])
def test_sound_that_nobody_can_name_is_asked_for_its_name(given: Any) -> None:
    with given(b"\x01\x02" * 100) as item, pytest.raises(SettingsError, match="filename="):
        sound(item)


@pytest.mark.parametrize("given", [as_bytes, in_memory, temporary])
@pytest.mark.parametrize(
    "data", [b"<!doctype html><html><body>" + b"words " * 40, b"PK\x03\x04" + bytes(99), b"%PDF-1"]
)
def test_what_is_no_sound_is_not_sent_as_one(given: Any, data: bytes) -> None:
    said = r"no recording|has no sound"
    with given(data) as item, pytest.raises(SettingsError, match=said):
        sound(item)


def test_what_is_read_for_its_name_is_sent_too() -> None:
    file = named(WAV, "talk")
    found = sound(file)
    assert file.tell() == 0
    assert found.form({}).length > len(WAV)


@pytest.mark.parametrize("data", [b"FORM\0\0\0\0AIFF" + bytes(90), b"caff\0\x01" + bytes(90)])
def test_containers_that_the_service_does_not_take_are_named(data: bytes) -> None:
    with pytest.raises(SettingsError, match=r"(aiff|caf) and no recording that the service takes"):
        sound(data)
