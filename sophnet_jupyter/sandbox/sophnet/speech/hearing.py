"""Decode the sound of a connection, and pass it to a recogniser."""

from __future__ import annotations

import io
from collections.abc import Iterator, Set
from typing import Any

from ...engines import engine
from ...server.refusal import Refused
from .script import Script
from .sentence import Recogniser, Sentence, Spoken

HEAD = 44
# A file that is no sound is not collected for ever.
LARGEST = 64_000_000


def recogniser(sample_rate: int, quirks: Set[str], whisper: str = "") -> Recogniser:
    """
    The recogniser of this connection: an engine, or the script. Blocking; raises `Missing`.

    ``whisper`` names the model to hear by, empty for the small recogniser.
    """
    if "scripted_speech" in quirks:
        return Script(sample_rate)
    return EngineRecogniser(sample_rate, whisper)


class EngineRecogniser:
    """The engine, with sound at any rate, and with times in milliseconds."""

    def __init__(self, sample_rate: int, whisper: str) -> None:
        from ...engines.sound import ears, recogniser

        self._engine = ears.opened(whisper)
        self._resampler: Any = None
        if sample_rate != recogniser.RATE:
            self._av: Any = engine("av", "av")
            self._resampler = self._av.AudioResampler(
                format="s16", layout="mono", rate=recogniser.RATE
            )
        self._rate = sample_rate
        self._rest = b""

    def feed(self, pcm: bytes) -> Iterator[Sentence]:
        data = self._rest + pcm
        whole = len(data) // 2 * 2
        self._rest = data[whole:]
        for heard in self._engine.feed(self._resampled(data[:whole])):
            yield _sentence(heard)

    def end(self) -> Iterator[Sentence]:
        for heard in self._engine.finish():
            yield _sentence(heard)

    def _resampled(self, pcm: bytes) -> bytes:
        if self._resampler is None or not pcm:
            return pcm
        frame = self._av.AudioFrame(format="s16", layout="mono", samples=len(pcm) // 2)
        frame.planes[0].update(pcm + bytes(frame.planes[0].buffer_size - len(pcm)))
        frame.sample_rate = self._rate
        parts = self._resampler.resample(frame)
        return b"".join(bytes(part.planes[0])[: part.samples * 2] for part in parts)


def _sentence(heard: Any) -> Sentence:
    words = [
        Spoken(word.text, round(word.start * 1000), round(word.end * 1000)) for word in heard.words
    ]
    return Sentence(
        words,
        end=None if heard.end is None else round(heard.end * 1000),
        final=heard.final,
        whole=heard.text,
        start=round(heard.start * 1000),
    )


class Decoded:
    """
    Passes sound on as samples.

    ``pcm`` and ``wav`` are heard while they come; what is compressed is collected, and decoded
    when the client has said good-bye.
    """

    def __init__(self, hear: Recogniser, format: str, sample_rate: int) -> None:  # noqa: A002
        self._hear, self._format, self._rate = hear, format, sample_rate
        self._held = bytearray()
        self._in_samples = format == "pcm"

    def feed(self, data: bytes) -> list[Sentence]:
        if self._in_samples:
            return list(self._hear.feed(data))
        self._held += data[: LARGEST - len(self._held)]
        if self._format == "wav" and len(self._held) >= HEAD:
            # The first frame has the head in front; there is nothing in it that is needed.
            at = self._held.find(b"data")
            samples = bytes(self._held[at + 8 :] if at >= 0 else self._held)
            self._in_samples = True
            self._held.clear()
            return list(self._hear.feed(samples))
        return []

    def end(self) -> list[Sentence]:
        found = []
        if self._held and not self._in_samples:
            found = list(self._hear.feed(self._decoded()))
        return [*found, *self._hear.end()]

    def _decoded(self) -> bytes:
        try:
            return _samples(bytes(self._held), self._rate)
        except (OSError, ValueError, LookupError, EOFError):
            # What PyAV raises of data that it cannot read derives from these.
            raise Refused(400, f"the sound cannot be decoded as {self._format}") from None


def _samples(data: bytes, sample_rate: int) -> bytes:
    av: Any = engine("av", "av")
    pcm = bytearray()
    with av.open(io.BytesIO(data)) as container:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=sample_rate)
        for frame in [*container.decode(audio=0), None]:
            for part in resampler.resample(frame):
                pcm += bytes(part.planes[0])[: part.samples * 2]
    return bytes(pcm)
