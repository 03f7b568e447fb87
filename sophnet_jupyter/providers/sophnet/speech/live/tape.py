"""The sound of one session: what is still to be sent, and what may have to be sent again."""

from __future__ import annotations


class Tape:
    """
    Sound with places in it, in bytes since its beginning.

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
        """How much has been recorded in all."""
        return self._begin + len(self._data)

    @property
    def waiting(self) -> int:
        """How much has not been sent yet."""
        return self.end - self.sent

    def record(self, data: bytes) -> None:
        self._data += data

    def take(self, size: int, *, whole: bool = True) -> bytes:
        """The next bytes to send, none where fewer than ``size`` wait and ``whole`` is wanted."""
        if self.waiting < size and whole:
            return b""
        start = self.sent - self._begin
        piece = bytes(self._data[start : start + size])
        self.sent += len(piece)
        return piece

    def settle(self, place: int) -> None:
        """Final sentences reach up to here; never back, never beyond what was sent."""
        self.settled = min(max(self.settled, place), self.sent)
        self._drop(self.settled)

    def trim(self) -> None:
        """Forget the oldest of what was sent, where it has become too much."""
        if self.sent - self.settled > self._kept:
            place = self.sent - self._kept
            self.forgotten += place - self.settled
            self.settled = place
            self._drop(place)

    def rewind(self) -> int:
        """Begin again behind the last final sentence, and say at which place that is."""
        self.sent = self.settled
        return self.settled

    def _drop(self, place: int) -> None:
        gone = place - self._begin
        # Moving the rest costs its length: not for every frame.
        if gone * 2 > len(self._data):
            del self._data[:gone]
            self._begin = place
