"""Sound from a file, an array or bytes, as the recogniser takes it: 16-bit samples, one channel."""

from __future__ import annotations

import asyncio
import io
import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .....errors import SettingsError, file_refused
from .....files import wav
from .....files.kinds import HEAD, container, is_no_sound, sniff
from .....files.names import at_home
from .....files.wrapped import unwrapped
from .....language import tr
from .....response import Response
from .arrays import samples
from .mixing import MOST_CHANNELS, mono, narrowed

# Files that hold nothing but samples.
BARE = (".pcm", ".raw")
_FASTEST = 384_000


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
            raise SettingsError(tr("There is no sound in this response: client.voice makes some."))
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
        raise SettingsError(tr('A file of sound is opened in binary mode: open(…, "rb").'))
    raise SettingsError(
        tr(
            "Sound comes from a path, bytes or an array of samples, not from {name}.",
            name=type(source).__name__,
        )
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
    head, called = data[:HEAD], name or tr("What was given")
    if not data:
        raise SettingsError(tr("{called} is empty: there is no sound in it.", called=called))
    media, ending = sniff(head), container(head)
    if media is not None and media.kind not in ("audio", "video"):
        raise SettingsError(tr("There is no sound in a {suffix} file.", suffix=media.suffix[1:]))
    if ending == ".wav":
        return _wav(data, called)
    if ending == ".rifx":
        # Decoders read its head, and its samples the wrong way round.
        raise SettingsError(
            tr(
                "{called} is a WAV file with its bytes the other way round: save it anew.",
                called=called,
            )
        )
    if ending:
        return _decoded(data, ending, called)
    at = head.find(b"RIFF")
    if at > 0 and head[at + 8 : at + 12] == b"WAVE":
        # Something was written before it, such as the head of a download.
        return _wav(data[at:], called)
    bare = not name or name.lower().endswith(BARE)
    if not bare or is_no_sound(head):
        raise SettingsError(
            tr(
                "{called} is no sound of a kind that is known here. Bare samples of 16 bits "
                "come as bytes, as an array, or in a file that ends in {bare}.",
                called=called,
                bare=tr(" or ").join(BARE),
            )
        )
    return Samples(pcm=data[: len(data) // 2 * 2], sample_rate=sample_rate)


def _wav(data: bytes, called: str) -> Samples:
    data = unwrapped(data)
    if ending := container(data[:HEAD]).replace(".wav", ""):
        return _decoded(data, ending, called)
    whole = wav.with_true_length(data)
    found = wav.layout(whole)
    known = found is not None and 0 < found.channels <= MOST_CHANNELS
    if found is None or not (known and 0 < found.sample_rate <= _FASTEST):
        raise SettingsError(
            tr("{called} has a damaged head: it does not say where its sound is.", called=called)
        )
    if found.coding != wav.PCM:
        # Samples that are not whole numbers, or coded: for the decoder.
        return _decoded(whole, ".wav", called)
    if not 8 <= found.bits <= 32:
        raise SettingsError(
            tr(
                "{called} says that its samples have {bits} bits: no sound has.",
                called=called,
                bits=found.bits,
            )
        )
    level = narrowed(wav.samples(whole), (found.bits + 7) // 8)
    pcm = mono(level, found.channels)
    if not pcm:
        raise SettingsError(tr("{called} has no sound: it ends behind its head.", called=called))
    return Samples(pcm=pcm, sample_rate=found.sample_rate)


def _decoded(data: bytes, ending: str, called: str) -> Samples:
    try:
        import av
    except ImportError:
        raise SettingsError(
            tr(
                "Reading {ending} as live sound needs PyAV: pip install av. A WAV file needs "
                "nothing.",
                ending=ending[1:],
            )
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
        raise SettingsError(tr("{called} has no sound, only pictures.", called=called)) from None
    except (av.FFmpegError, ValueError) as error:
        # What was read until then is a part of a file that is cut off or damaged.
        said = getattr(error, "strerror", None) or error
        raise SettingsError(
            tr("The {ending} cannot be decoded: {said}.", ending=ending[1:], said=said)
        ) from None
    if not pcm:
        raise SettingsError(tr("{called} has no sound.", called=called))
    return Samples(pcm=bytes(pcm), sample_rate=16_000)
