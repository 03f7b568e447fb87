"""What the first event of a stream holds, found without I/O while its bytes come."""

from __future__ import annotations

from .lines import LineDecoder, LineTooLong

# What a text of events, or of objects one a line, can begin with.
_OPENINGS = (
    b"data:",
    b"event:",
    b"id:",
    b"retry:",
    b":",
    b"{",
    b"\n",
    b"\r",
    b" ",
    b"\xef\xbb\xbf",
)


class FirstEvent:
    """
    Feed it bytes, cut anywhere, until it is ``over``: then ``data`` is the object, as bytes, that
    the first event holds, and empty where it holds none.

    A name alone is an event too; a comment is none. Sound, or anything else that is no text of
    events, is over with its first bytes.
    """

    def __init__(self) -> None:
        self.data = b""
        self.over = False
        self._head = b""
        self._lines = LineDecoder()
        self._held: list[bytes] = []
        self._named = False

    def feed(self, piece: bytes) -> None:
        """More bytes of the stream."""
        if len(self._head) < 8:
            self._head += piece[:8]
            if not any(
                self._head.startswith(one) or one.startswith(self._head) for one in _OPENINGS
            ):
                self.over = True
                return
        try:
            lines = self._lines.feed(piece)
        except LineTooLong:
            self.over = True
            return
        for line in lines:
            if not self.over:
                self._read(line)

    def end(self) -> None:
        """The stream has ended."""
        for line in self._lines.finish():
            if not self.over:
                self._read(line)
        self.over = True

    def _read(self, line: bytes) -> None:
        if not line.strip():
            self.over = bool(self._held or self._named)
        elif line.startswith(b"event:"):
            self._named = True
        elif line.startswith((b"data:", b"{")):
            self._held.append(line.removeprefix(b"data:").strip())
            whole = b"\n".join(self._held)
            if not whole.startswith(b"{"):
                self.over = True
            elif whole.endswith(b"}"):
                # Each object stands on one line with all services; the next line may be far off.
                self.data, self.over = whole, True
