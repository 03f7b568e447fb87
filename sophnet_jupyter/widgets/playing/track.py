"""Sound that a panel's views play while it arrives."""

from __future__ import annotations

import asyncio
from typing import Protocol

from ...kernel.loop import loop

# At most so many messages a second, however small the pieces of sound are.
RATE = 15


class SendSound(Protocol):
    """The panel's function that sends a message to its views."""

    def __call__(self, kind: str, buffers: list[bytes], **facts: object) -> None: ...


class Track:
    """The data of one sound, identified by ``name``. For the loop's thread."""

    def __init__(self, name: str, tell: SendSound) -> None:
        self._name = name
        self._tell = tell
        self._data = bytearray()
        self._sent = 0
        self._timer: asyncio.TimerHandle | None = None
        self.finished = False

    @property
    def data(self) -> bytes:
        return bytes(self._data)

    def feed(self, data: bytes) -> None:
        """Append sound; sent at once, or buffered for a while."""
        if self.finished or not data:
            return
        self._data += data
        if self._timer is None:
            self._pass_on()

    def finish(self) -> None:
        """Mark the end of the sound."""
        if self.finished:
            return
        if self._timer:
            self._timer.cancel()
        self._pass_on()
        self.finished = True
        if self._data:
            self._tell("sound-end", [], exchange=self._name)

    def _pass_on(self) -> None:
        self._timer = None
        new = bytes(self._data[self._sent :])
        if not new:
            return
        self._tell("sound", [new], exchange=self._name, at=self._sent)
        self._sent = len(self._data)
        self._timer = loop().call_later(1 / RATE, self._pass_on)
