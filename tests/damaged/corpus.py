"""
Files of all kinds as they are met after a full disk, a bad cable or a wrong name.

Nothing is downloaded: whole files are made here, and damaged by a seed, so that each run has the
same ones. `damaged` names each, such as ``wav cut 17``.
"""

from __future__ import annotations

import importlib
import io
import json
import random
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache
from typing import Any

from PIL import Image

from sophnet_jupyter.files import wav
from sophnet_jupyter.sandbox.engines.pictures.video import Take
from sophnet_jupyter.sandbox.engines.pictures.video import encoded as video

RATE = 16_000
PCM = b"".join(
    round(9_000 * ((at % 40) / 20 - 1)).to_bytes(2, "little", signed=True) for at in range(4_000)
)
# Container and codec of each sound.
_SOUNDS = {
    "aiff": ("aiff", "pcm_s16be"),
    "au": ("au", "pcm_s16be"),
    "flac": ("flac", "flac"),
    "ogg": ("ogg", "libopus"),
    "mp3": ("mp3", "libmp3lame"),
    "m4a": ("ipod", "aac"),
    "webm": ("webm", "libopus"),
    "flv": ("flv", "pcm_s16le"),
    "avi": ("avi", "pcm_s16le"),
}
_RATES = {"flv": 44_100, "ogg": 48_000, "webm": 48_000}
_IMAGES = ("PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP")
SEED = 23


@cache
def whole() -> dict[str, bytes]:
    """A good file of each kind, by its ending."""
    made = {kind.lower(): _image(kind) for kind in _IMAGES}
    made |= {ending: _sound(*form, _RATES.get(ending, RATE)) for ending, form in _SOUNDS.items()}
    made["wav"] = wav.written(PCM, RATE)
    made["mp4"] = video(Take(prompt="a fox", seed=1, size=(320, 180), seconds=1))
    made["xlsx"] = _workbook()
    made["csv"] = "name,people\n北京,21.9\nXi'an,13.0\n".encode()
    made["jsonl"] = b"".join(json.dumps({"a": n, "b": "é"}).encode() + b"\n" for n in range(9))
    made["pdf"] = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    made["txt"] = ("Some words, 一些字。\n" * 9).encode()
    made["html"] = b"<!doctype html><html><body><p>Gateway time-out</p></body></html>"
    return made


def damaged(*endings: str) -> Iterator[tuple[str, bytes]]:
    """Each damaged file with its name; only of these ``endings``, or of all."""
    for ending, data in whole().items():
        if not endings or ending in endings:
            yield from harmed(ending, data)


def harmed(ending: str, data: bytes, *, times: int = 4) -> Iterator[tuple[str, bytes]]:
    """A file damaged in each way, and ``times`` at other places."""
    for how, harm in _HARMS.items():
        chance = random.Random(f"{SEED} {ending} {how}")
        for number in range(times):
            yield f"{ending} {how} {number}", harm(data, chance)


def _cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def _cut_early(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(min(64, len(data)))]


def _flipped(data: bytes, chance: random.Random) -> bytes:
    made = bytearray(data)
    for _ in range(1 + len(data) // 200):
        made[chance.randrange(len(made))] ^= 1 << chance.randrange(8)
    return bytes(made)


def _flipped_head(data: bytes, chance: random.Random) -> bytes:
    made = bytearray(data)
    for _ in range(3):
        made[chance.randrange(min(96, len(made)))] ^= 1 << chance.randrange(8)
    return bytes(made)


def _large_numbers(data: bytes, chance: random.Random) -> bytes:
    """Lengths and sizes that nothing has."""
    at = chance.randrange(max(1, min(128, len(data)) - 4))
    return data[:at] + b"\xff\xff\xff\x7f" + data[at + 4 :]


def _zeroed(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    gone = min(512, len(data) - at)
    return data[:at] + bytes(gone) + data[at + gone :]


def _swallowed(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + data[at + 1 + chance.randrange(400) :]


def _followed(data: bytes, chance: random.Random) -> bytes:
    return data + chance.randbytes(chance.randrange(1, 400))


def _text_mode(data: bytes, chance: random.Random) -> bytes:
    """As a transfer in text mode leaves it."""
    return data.replace(b"\n", b"\r\n")


_HARMS: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "cut": _cut,
    "cut early": _cut_early,
    "flipped": _flipped,
    "flipped head": _flipped_head,
    "large numbers": _large_numbers,
    "zeroed": _zeroed,
    "swallowed": _swallowed,
    "followed": _followed,
    "text mode": _text_mode,
}


def _image(kind: str) -> bytes:
    file = io.BytesIO()
    image = Image.effect_mandelbrot((48, 32), (-2, -1, 1, 1), 20).convert("RGB")
    more = {"save_all": True, "append_images": [image.rotate(90)]} if kind == "GIF" else {}
    image.save(file, kind, **more)
    return file.getvalue()


def _sound(container: str, codec: str, rate: int) -> bytes:
    library: Any = importlib.import_module("av")
    file = io.BytesIO()
    with library.open(file, "w", format=container) as output:
        stream = output.add_stream(codec, rate=rate, layout="mono")
        frame = library.AudioFrame(format="s16", layout="mono", samples=len(PCM) // 2)
        frame.planes[0].update(PCM)
        frame.sample_rate, frame.pts, frame.time_base = RATE, 0, Fraction(1, RATE)
        size = stream.frame_size or 1_000
        resampler = library.AudioResampler(stream.format, "mono", rate, frame_size=size)
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            output.mux(stream.encode(part))
        output.mux(stream.encode(None))
    return file.getvalue()


def _workbook() -> bytes:
    book, file = importlib.import_module("openpyxl").Workbook(), io.BytesIO()
    for row in (["name", "people"], ["北京", 21.9], ["=1+1", None]):
        book.active.append(row)
    book.save(file)
    return file.getvalue()
