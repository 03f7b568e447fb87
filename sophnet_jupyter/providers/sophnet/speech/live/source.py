"""Sound from a file, an array or bytes, as the recogniser takes it: 16-bit samples, one channel."""

from __future__ import annotations

import asyncio
import io
import os
import sys
import wave
from array import array
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .....errors import SettingsError
from .....files.kinds import HEAD, sniff
from .arrays import samples


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
    Sound from a path, the bytes of a file, bare PCM as bytes, or an array of samples.

    ``sample_rate`` is that of sources that do not tell theirs. An array holds numbers from -1 to 1
    or 16-bit samples, one row a channel or one column a channel. Blocking. Raises `SettingsError`.
    """
    if isinstance(source, str | os.PathLike):
        try:
            source = Path(source).expanduser().read_bytes()
        except OSError as error:
            reason = error.strerror or error
            raise SettingsError(f"{os.fspath(source)} cannot be read: {reason}.") from None
    if isinstance(source, bytes | bytearray | memoryview):
        return _file(bytes(source), sample_rate)
    if hasattr(source, "dtype") and hasattr(source, "astype"):
        return Samples(pcm=samples(source), sample_rate=sample_rate)
    raise SettingsError(
        f"Sound comes from a path, bytes or an array of samples, not from {type(source).__name__}."
    )


async def paced(
    sound: Samples, step: int, *, pace: float, sleep: Callable[[float], Awaitable[None]]
) -> AsyncGenerator[bytes, None]:
    """
    Pieces of ``step`` bytes, each as soon as those before it would have been spoken.

    ``pace=1`` is the speed of speech, ``pace=0.5`` twice that, ``pace=0`` as fast as may be.
    """
    clock = asyncio.get_running_loop().time
    begin = clock()
    for at in range(0, len(sound.pcm), step):
        yield sound.pcm[at : at + step]
        due = begin + (at + step) / (2 * sound.sample_rate) * pace
        if (left := due - clock()) > 0:
            await sleep(left)


def _file(data: bytes, sample_rate: int) -> Samples:
    media = sniff(data[:HEAD])
    if media is None:
        return Samples(pcm=data[: len(data) // 2 * 2], sample_rate=sample_rate)
    if media.suffix == ".wav":
        try:
            return _wav(data)
        except (wave.Error, EOFError, ValueError):
            # Samples that are not whole numbers, or a head that does not fit: for the decoder.
            pass
    if media.kind not in ("audio", "video"):
        raise SettingsError(f"There is no sound in a {media.suffix[1:]} file.")
    return _decoded(data, media.suffix)


def _wav(data: bytes) -> Samples:
    with wave.open(io.BytesIO(data)) as file:
        if file.getsampwidth() != 2:
            raise ValueError("not 16 bits")
        channels, rate = file.getnchannels(), file.getframerate()
        samples = file.readframes(file.getnframes())
    return Samples(pcm=_mono(samples, channels), sample_rate=rate)


def _mono(samples: bytes, channels: int) -> bytes:
    whole = samples[: len(samples) // (2 * channels) * 2 * channels]
    if channels == 1:
        return whole
    values = array("h", whole)
    if sys.byteorder == "big":
        values.byteswap()
    mixed = array(
        "h", (sum(values[i : i + channels]) // channels for i in _starts(values, channels))
    )
    if sys.byteorder == "big":
        mixed.byteswap()
    return mixed.tobytes()


def _starts(values: array[int], channels: int) -> range:
    return range(0, len(values), channels)


def _decoded(data: bytes, suffix: str) -> Samples:
    try:
        import av
    except ImportError:
        raise SettingsError(
            f"Reading {suffix[1:]} as live sound needs PyAV: pip install av. "
            "A WAV file needs nothing."
        ) from None
    pcm = bytearray()
    try:
        with av.open(io.BytesIO(data), mode="r") as container:
            resampler = av.AudioResampler(format="s16", layout="mono", rate=16_000)
            for frame in container.decode(audio=0):
                for part in resampler.resample(frame):
                    pcm += bytes(part.planes[0])[: part.samples * 2]
            for part in resampler.resample(None):
                pcm += bytes(part.planes[0])[: part.samples * 2]
    except (av.FFmpegError, IndexError) as error:
        raise SettingsError(f"The {suffix[1:]} cannot be decoded: {error}.") from None
    return Samples(pcm=bytes(pcm), sample_rate=16_000)
