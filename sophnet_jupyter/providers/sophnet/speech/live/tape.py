"""A buffer of a session's sound: not sent yet, or kept to be sent again."""

from __future__ import annotations


class Tape:
    """
    A buffer with offsets in bytes since the start of the session.

    ``sent`` is how far it was sent, ``settled`` how far the service has made final sentences of it:
    what lies between is sent again on a new line. At most ``kept`` bytes of it are remembered;
    ``forgotten`` counts what was dropped for that, which only happens where a sentence, or a
    silence, lasts very long.
    """

    def __init__(self, kept: int) -> None:
        self._kept = kept
        self._data = bytearray()
        # The place of the first byte that is still here.
        self._begin = 0
        self.sent = 0
        self.settled = 0
        self.forgotten = 0

    @property
    def end(self) -> int:
        """The total length recorded."""
        return self._begin + len(self._data)

    @property
    def waiting(self) -> int:
        """The number of bytes not sent yet."""
        return self.end - self.sent

    def record(self, data: bytes) -> None:
        self._data += data

    def take(self, size: int, *, whole: bool = True) -> bytes:
        """The next bytes to send; empty if fewer than ``size`` wait and ``whole`` is set."""
        if self.waiting < size and whole:
            return b""
        start = self.sent - self._begin
        piece = bytes(self._data[start : start + size])
        self.sent += len(piece)
        return piece

    def settle(self, place: int) -> None:
        """Mark the sound up to here as recognised; never backwards, never past what was sent."""
        self.settled = min(max(self.settled, place), self.sent)
        self._drop(self.settled)

    def trim(self) -> None:
        """Drop the oldest sound already sent, beyond the limit."""
        if self.sent - self.settled > self._kept:
            place = self.sent - self._kept
            self.forgotten += place - self.settled
            self.settled = place
            self._drop(place)

    def rewind(self) -> int:
        """Go back to the end of the last final sentence, and return that offset."""
        self.sent = self.settled
        return self.settled

    def _drop(self, place: int) -> None:
        gone = place - self._begin
        # Moving the rest costs its length: not for every frame.
        if gone * 2 > len(self._data):
            del self._data[:gone]
            self._begin = place
