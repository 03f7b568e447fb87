"""
Split bytes that arrive in any chunks into lines, without doing any I/O.

A line ends at LF, CR or CRLF and nowhere else. JSON strings may hold U+2028 and U+0085, at which
``str.splitlines`` would tear them.
"""

from __future__ import annotations

from ...language import tr

_BOM = b"\xef\xbb\xbf"


class LineTooLong(ValueError):
    """A line exceeds the limit."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit

    def __str__(self) -> str:
        return tr("a line is longer than {limit:,} bytes", limit=self.limit)


class LineDecoder:
    """Feed it bytes; it returns each line, without its end, as soon as that end has come.

    A byte order mark at the very start is dropped. Costs linear time however small the pieces
    are, and keeps at most ``max_line`` bytes; beyond that :exc:`LineTooLong` is raised.
    """

    __slots__ = ("_head", "_open", "_open_size", "_skip_lf", "max_line")

    def __init__(self, max_line: int = 16 << 20) -> None:
        self.max_line = max_line
        # None once the first three bytes have been judged.
        self._head: bytes | None = b""
        # Pieces of the line that is still open. They are joined once: adding each to a growing
        # line would copy a long one again and again.
        self._open: list[bytes] = []
        self._open_size = 0
        # A CR ends its line at once, so the LF that may follow belongs to it.
        self._skip_lf = False

    @property
    def between(self) -> bool:
        """True when the next byte begins a line, whatever that byte is."""
        return not self._open and self._head is None and not self._skip_lf

    def feed(self, chunk: bytes) -> list[bytes]:
        """Return the lines that this chunk has ended."""
        if self._head is not None:
            chunk = self._without_bom(self._head + chunk)
        if self._skip_lf and chunk:
            self._skip_lf = False
            chunk = chunk.removeprefix(b"\n")
        if not chunk:
            return []
        may_be_long = self._open_size + len(chunk) > self.max_line
        if b"\r" in chunk:
            self._skip_lf = chunk.endswith(b"\r")
            chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        lines = chunk.split(b"\n")
        rest = lines.pop()
        if lines and self._open:
            lines[0] = self._close(lines[0])
        if rest:
            self._open.append(rest)
            self._open_size += len(rest)
        if may_be_long:
            self._check(lines)
        return lines

    def finish(self) -> list[bytes]:
        """The stream has ended: return the line that never did, if there is one."""
        head, self._head = self._head, None
        tail = self._close(head or b"")
        return [tail] if tail else []

    def _without_bom(self, start: bytes) -> bytes:
        if len(start) < len(_BOM) and _BOM.startswith(start):
            self._head = start
            return b""
        self._head = None
        return start.removeprefix(_BOM)

    def _close(self, end: bytes) -> bytes:
        line = b"".join([*self._open, end])
        self._open.clear()
        self._open_size = 0
        return line

    def _check(self, lines: list[bytes]) -> None:
        longest = max(map(len, lines), default=0)
        if max(longest, self._open_size) > self.max_line:
            raise LineTooLong(self.max_line)
