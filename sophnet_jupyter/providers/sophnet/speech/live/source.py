"""Sound from a file, an array or bytes, as the recogniser takes it: 16-bit samples, one channel."""

from __future__ import annotations

import asyncio
import io
import os
import sys
from array import array
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from .....errors import SettingsError, file_refused
from .....files import wav
from .....files.kinds import HEAD, container, is_no_sound, sniff
from .....files.names import at_home
from .....response import Response
from .arrays import samples

# Files that hold nothing but samples.
BARE = (".pcm", ".raw")
# The two ways in which a head says that samples are plain numbers.
_PCM = (1, 0xFFFE)
_FASTEST = 384_000
# Bytes of samples that are mixed at once, which a processor has at hand.
_PART = 1 << 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """Samples of one channel, 16 bits each, little-endian."""

    pcm: bytes = field(repr=False)
    sample_rate: int

    @property
    def seconds(self) -> float:
        return len(self.pcm) / 2 / self.sample_rate


def read(source: Any, sample_rate: int) -> Samples:
    """
    Sound from a path, an open file, the bytes of a file, a `Response` with sound, or an array.

    Bare samples come as bytes, in a file that ends in .pcm or .raw, or as an array (`arrays` says
    of which types); ``sample_rate`` is theirs. Blocking. Raises `SettingsError` for what is no
    sound, or of a kind that is not known here.
    """
    if isinstance(source, Response):
        if not source.audio:
            raise SettingsError("There is no sound in this response: client.voice makes some.")
        source = source.audio
    if isinstance(source, str | os.PathLike):
        path = at_home(source)
        try:
            return _file(path.read_bytes(), sample_rate, path.name)
        except (OSError, ValueError) as error:
            raise file_refused(os.fspath(source), error) from None
    if isinstance(source, bytes | bytearray | memoryview):
        return _file(bytes(source), sample_rate)
    if hasattr(source, "dtype") and hasattr(source, "astype"):
        return Samples(pcm=samples(source), sample_rate=sample_rate)
    if callable(getattr(source, "read", None)):
        name, data = getattr(source, "name", ""), source.read()
        if isinstance(data, bytes):
            return _file(data, sample_rate, Path(name).name if isinstance(name, str) else "")
        raise SettingsError('A file of sound is opened in binary mode: open(…, "rb").')
    raise SettingsError(
        f"Sound comes from a path, bytes or an array of samples, not from {type(source).__name__}."
    )


async def paced(
    sound: Samples, step: int, *, pace: float, sleep: Callable[[float], Awaitable[None]]
) -> AsyncGenerator[bytes, None]:
    """
    Chunks of ``step`` bytes, at the speed of speech.

    ``pace=1`` is the speed of speech, ``pace=0.5`` twice that, ``pace=0`` as fast as may be.
    """
    clock = asyncio.get_running_loop().time
    begin = clock()
    for at in range(0, len(sound.pcm), step):
        yield sound.pcm[at : at + step]
        due = begin + (at + step) / (2 * sound.sample_rate) * pace
        if (left := due - clock()) > 0:
            await sleep(left)


def _file(data: bytes, sample_rate: int, name: str = "") -> Samples:
    head, called = data[:HEAD], name or "What was given"
    if not data:
        raise SettingsError(f"{called} is empty: there is no sound in it.")
    media, ending = sniff(head), container(head)
    if media is not None and media.kind not in ("audio", "video"):
        raise SettingsError(f"There is no sound in a {media.suffix[1:]} file.")
    if ending == ".wav":
        return _wav(data, called)
    if ending:
        return _decoded(data, ending, called)
    bare = not name or name.lower().endswith(BARE)
    if not bare or is_no_sound(head):
        raise SettingsError(
            f"{called} is no sound of a kind that is known here. Bare samples of 16 bits come as "
            f"bytes, as an array, or in a file that ends in {' or '.join(BARE)}."
        )
    return Samples(pcm=data[: len(data) // 2 * 2], sample_rate=sample_rate)


def _wav(data: bytes, called: str) -> Samples:
    whole = wav.with_true_length(data)
    found = wav.layout(whole)
    if found is None or not (found.channels > 0 and 0 < found.sample_rate <= _FASTEST):
        raise SettingsError(f"{called} has a damaged head: it does not say where its sound is.")
    if found.bits != 16 or _coding(whole) not in _PCM:
        # Samples that are not whole numbers, or coded: for the decoder.
        return _decoded(whole, ".wav", called)
    pcm = _mono(wav.samples(whole), found.channels)
    if not pcm:
        raise SettingsError(f"{called} has no sound: it ends behind its head.")
    return Samples(pcm=pcm, sample_rate=found.sample_rate)


def _coding(data: bytes) -> int:
    """The coding of samples, from the first field of the format after its name."""
    at = data.find(b"fmt ") + 8
    return int.from_bytes(data[at : at + 2], "little")


def _mono(samples: bytes, channels: int) -> bytes:
    whole = samples[: len(samples) // (2 * channels) * 2 * channels]
    if channels == 1:
        return whole
    values = array("h", whole)
    each = [values[channel::channels] for channel in range(channels)]
    if channels == 2:
        left, right = (part.tobytes() for part in each)
        parts = range(0, len(left), _PART)
        return b"".join(_mean(left[at : at + _PART], right[at : at + _PART]) for at in parts)
    if sys.byteorder == "big":
        for part in each:
            part.byteswap()
    mixed = array("h", (total // channels for total in map(sum, zip(*each, strict=True))))
    if sys.byteorder == "big":
        mixed.byteswap()
    return mixed.tobytes()


@lru_cache(maxsize=2)
def _masks(count: int) -> tuple[int, int]:
    """For so many samples: the bits that make them unsigned, and all but their lowest ones."""
    return int.from_bytes(b"\x00\x80" * count, "little"), int.from_bytes(
        b"\xfe\xff" * count, "little"
    )


def _mean(left: bytes, right: bytes) -> bytes:
    """The mean of each two samples, rounded down: of all at once, as one large number each."""
    # Without its lowest bit, half a sample does not reach into the one before it.
    unsigned, even = _masks(len(left) // 2)
    one = int.from_bytes(left, "little") ^ unsigned
    other = int.from_bytes(right, "little") ^ unsigned
    mean = (one & other) + (((one ^ other) & even) >> 1)
    return (mean ^ unsigned).to_bytes(len(left), "little")


def _decoded(data: bytes, ending: str, called: str) -> Samples:
    try:
        import av
    except ImportError:
        raise SettingsError(
            f"Reading {ending[1:]} as live sound needs PyAV: pip install av. "
            "A WAV file needs nothing."
        ) from None
    pcm = bytearray()
    try:
        with av.open(io.BytesIO(data), mode="r") as opened:
            resampler = av.AudioResampler(format="s16", layout="mono", rate=16_000)
            for frame in opened.decode(audio=0):
                for part in resampler.resample(frame):
                    pcm += bytes(part.planes[0])[: part.samples * 2]
            for part in resampler.resample(None):
                pcm += bytes(part.planes[0])[: part.samples * 2]
    except IndexError:
        raise SettingsError(f"{called} has no sound, only pictures.") from None
    except (av.FFmpegError, ValueError) as error:
        # What was read until then is a part of a file that is cut off or damaged.
        said = getattr(error, "strerror", None) or error
        raise SettingsError(f"The {ending[1:]} cannot be decoded: {said}.") from None
    if not pcm:
        raise SettingsError(f"{called} has no sound.")
    return Samples(pcm=bytes(pcm), sample_rate=16_000)
