"""Sound out of any file that PyAV can open, as the recogniser hears: 16 kHz, mono, 16 bit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .. import engine
from .recogniser import RATE


class Unreadable(Exception):
    """The file has no sound that can be read, and why."""


def seconds(path: Path) -> float | None:
    """
    How long a file's sound is by what the file says; None where it does not say.

    Reads no more than the beginning. Raises `Missing`, or `Unreadable` for what has no sound.
    """
    av = engine("av", "av")
    try:
        with av.open(str(path)) as container:
            stream = _stream(container)
            if stream.duration is not None and stream.time_base:
                return float(stream.duration * stream.time_base)
            return container.duration / av.time_base if container.duration else None
    except av.error.FFmpegError as error:
        raise _unreadable(error) from None


def pcm(path: Path) -> Iterator[bytes]:
    """
    A file's sound in blocks, decoded as they are taken. Blocking.

    A file that breaks off gives what can be heard of it. Raises `Missing`, or `Unreadable`.
    """
    av = engine("av", "av")
    heard = False
    try:
        with av.open(str(path)) as container:
            stream = _stream(container)
            resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
            for frame in container.decode(stream):
                for block in resampler.resample(frame):
                    heard = True
                    yield _bytes(block)
            for block in resampler.resample(None) if heard else ():
                yield _bytes(block)
    except av.error.FFmpegError as error:
        if not heard:
            raise _unreadable(error) from None


def _stream(container: Any) -> Any:
    if not container.streams.audio:
        raise Unreadable("the file has no audio track")
    return container.streams.audio[0]


def _bytes(frame: Any) -> bytes:
    # The plane is padded at its end.
    return bytes(frame.planes[0])[: frame.samples * 2]


def _unreadable(error: Exception) -> Unreadable:
    return Unreadable(f"the file cannot be read as audio ({type(error).__name__})")
