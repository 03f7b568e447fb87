"""
Decode the frames of text to speech: sound in base64, and usage.

See docs/services/sophnet.md#voice; docs/services/sophnet.md#chat-with-voice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ....errors import AnswerUnreadable
from ....events import AudioChunk, Event, Usage
from ....files import wav
from ....language import tr
from ....values.base64_text import decoded
from ..access import SERVICE

_ID3 = b"ID3"
# Lengths from here on stand for one that is not known.
_ANY = 0x7FFFFF00


def is_frame(said: Mapping[str, Any]) -> bool:
    """True for a sound frame among the chunks of an answer."""
    return "audioFrame" in said or ("choices" not in said and said.get("status") in WORDS)


WORDS = ("accepting", "finish")


class Frames:
    """
    Joins the frames of a stream into one sound.

    Each is decoded alone. A service that makes each text anew puts a head before each: only the
    first is passed on, or the rest would be heard as a crack. So would chunks behind the samples.
    """

    def __init__(self) -> None:
        self.heard = False
        self.finished = False
        # Samples that the last head has named and that have not come; None without a head.
        self._left: int | None = None

    def events(self, said: Mapping[str, Any]) -> list[Event]:
        """The events of one frame. Raises `AnswerUnreadable` for invalid sound."""
        found: list[Event] = []
        if data := self._joined(sound(said)):
            self.heard = True
            found.append(AudioChunk(data=data))
        usage = said.get("usage")
        characters = usage.get("characters") if isinstance(usage, Mapping) else None
        if isinstance(characters, int):
            found.append(Usage(characters=characters))
        if said.get("status") == "finish":
            self.finished = True
        return found

    def _joined(self, data: bytes) -> bytes:
        if found := wav.layout(data):
            named = int.from_bytes(data[found.start - 4 : found.start], "little")
            self._left = named if 0 < named < _ANY else None
            head = b"" if self.heard else data[: found.start]
            return head + self._samples(data[found.start :])
        if not self.heard:
            return data
        if data.startswith(_ID3) and len(data) >= 10:
            size = 0
            for byte in data[6:10]:
                size = size << 7 | byte & 0x7F
            return data[10 + size :]
        return self._samples(data)

    def _samples(self, data: bytes) -> bytes:
        if self._left is None:
            return data
        left, self._left = self._left, max(0, self._left - len(data))
        return wav.without_tail(data, left)


def sound(said: Mapping[str, Any]) -> bytes:
    """The bytes of a frame, from a base64 string or an object with ``array``."""
    frame = said.get("audioFrame") or said.get("data")
    if isinstance(frame, Mapping):
        frame = frame.get("array")
    if not frame:
        return b""
    try:
        if not isinstance(frame, str | list):
            # Of a number Python would make as many bytes.
            raise TypeError
        return decoded(frame) if isinstance(frame, str) else bytes(frame)
    except (ValueError, TypeError):
        what = tr("a frame of sound that is not base64")
        raise AnswerUnreadable(service=SERVICE, what=what) from None
