"""Texts as encoded sound, piece by piece and at the pace at which they are spoken."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Iterable

from ...engines import require
from ...engines.sound import encoding, voice
from ...switches.switches import Switches
from .request import VoiceRequest

# Seconds of sound in a piece, and how many are made ahead of the time at which they are heard.
PIECE = 0.1
AHEAD = 0.5
# What some services put before the MP3 of each text: a tag of ten bytes that says nothing.
EMPTY_TAG = b"ID3\x04\x00\x00\x00\x00\x00\x00"


def require_engines() -> None:
    """Raise `Missing` before an answer begins, which would break off without a word."""
    require("espeakng_loader", "espeakng-loader")
    require("av", "PyAV")


class Speaker:
    """
    Says texts one after the other, into one stream of sound.

    One encoder makes all of it, so that no seam is heard; with the quirk ``head_each_text`` each
    text has its own. An unknown voice says nothing, and nobody says a text without words.
    """

    def __init__(self, asked: VoiceRequest, switches: Switches) -> None:
        self._asked = asked
        self._each = "head_each_text" in switches.quirks
        self._speed = switches.voice_speed
        self._encoder: encoding.Encoder | None = None
        self._made = 0.0
        self._began: float | None = None

    async def say(self, text: str) -> AsyncGenerator[bytes, None]:
        """The sound of one more text, in pieces that come as they are spoken."""
        # The engines are C libraries that work for a while, and this loop serves others as well.
        samples, rate = await asyncio.to_thread(spoken, text, self._asked)
        if not samples:
            return
        if self._encoder is None:
            self._encoder = encoding.Encoder(self._asked.made, rate)
            if self._each and self._asked.made.container == "MP3":
                yield EMPTY_TAG
        step = 2 * round(rate * PIECE)
        for start in range(0, len(samples), step):
            piece = samples[start : start + step]
            made = await asyncio.to_thread(self._encoder.encode, piece)
            await self._wait()
            self._made += len(piece) / 2 / rate
            if made:
                yield made
        if self._each:
            yield await self.finish()

    async def finish(self) -> bytes:
        """The bytes that the encoder has buffered."""
        encoder, self._encoder = self._encoder, None
        return await asyncio.to_thread(encoder.finish) if encoder else b""

    async def _wait(self) -> None:
        now = asyncio.get_running_loop().time()
        self._began = now if self._began is None else self._began
        due = self._began + (self._made - AHEAD) / self._speed if self._speed else 0.0
        # sleep(0) lets the loop see a hang-up even at full speed.
        await asyncio.sleep(max(0.0, due - now))


def spoken(text: str, asked: VoiceRequest) -> tuple[bytes, int]:
    """The samples of a text, and how many there are in a second. Blocking."""
    if not asked.voice:
        return b"", 0
    if asked.model == "cosyvoice-v1" and voice.SSML.match(text):
        # Only v2 understands the marks.
        text = re.sub(r"<[^>]*>", " ", text)
    return voice.speak(text, asked.voice, asked.rate, asked.pitch, asked.volume)


def whole(texts: Iterable[str], asked: VoiceRequest) -> bytes:
    """The speech as one file; empty where nothing is said. Blocking."""
    heard = [spoken(text, asked) for text in texts]
    samples = b"".join(piece for piece, _ in heard)
    if not samples:
        return b""
    return encoding.encode(samples, max(rate for _, rate in heard), asked.made)
