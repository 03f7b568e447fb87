"""An answer of HTTP/1.1 out of bytes, cut anywhere; no I/O (RFC 9112)."""

from __future__ import annotations

import re

from ....language import tr
from .failed import Failed
from .head import Head, read_head

# Bytes of one head, of all heads in front of an answer (such as a hundred continues), of the line
# with a chunk's size and its extension, and of what follows the last chunk.
HEAD = 1 << 16
BEFORE_HEAD = 1 << 18
SIZE_LINE = 1 << 10
TRAILERS = 1 << 13

_END = re.compile(rb"\r?\n\r?\n")
_SIZE = re.compile(rb"([0-9a-fA-F]{1,8})[ \t]*(?:;[^\x00\r\n]*)?\r\n")

# What is read next.
_HEAD, _COUNTED, _TO_THE_END, _CHUNK_SIZE, _CHUNK, _TRAILERS, _DONE = range(7)


class Parser:
    """
    Feed it what arrives.

    ``head`` is there once it has come. What has come of the body is in ``body``, which the reader
    empties; ``done`` says that there is no more of it, ``extra`` that more came than the answer.
    """

    __slots__ = (
        "_before",
        "_left",
        "_method",
        "_rest",
        "_state",
        "_trail",
        "body",
        "done",
        "extra",
        "head",
    )

    def __init__(self, method: bytes) -> None:
        self._method = method
        self.head: Head | None = None
        self.body: list[bytes] = []
        self.done = False
        self.extra = False
        self._state = _HEAD
        self._rest = bytearray()
        self._before = 0
        self._left = 0
        self._trail = 0

    def feed(self, data: bytes) -> None:
        """Read what has arrived. Raises `Failed` for what is no HTTP that we read."""
        state = self._state
        if state >= _CHUNK_SIZE:
            self._chunks(data)
        elif state == _COUNTED:
            self._count(data)
        elif state == _TO_THE_END:
            self.body.append(data)
        else:
            self._heads(data)

    def end(self) -> bool:
        """The peer has ended the connection properly: whether the answer is whole."""
        if self._state == _TO_THE_END:
            self._state, self.done = _DONE, True
        return self.done

    def _heads(self, data: bytes) -> None:
        rest = self._rest
        # What was looked at is not looked at again, however small the pieces are.
        at, searched = 0, max(0, len(rest) - 3)
        rest += data
        while True:
            found = _END.search(rest, max(at, searched))
            if (found.start() if found else len(rest)) - at > HEAD:
                raise Failed(
                    "malformed", tr("the answer's head is longer than {most} kB", most=HEAD >> 10)
                )
            if not found:
                del rest[:at]
                return
            head = read_head(bytes(rest[at : found.start()]), self._method)
            self._before += found.end() - at
            at = found.end()
            if head.status >= 200:
                break
            if head.status == 101:
                raise Failed("malformed", tr("the answer goes on in another protocol"))
            if self._before > BEFORE_HEAD:
                raise Failed(
                    "no head",
                    tr("more than {most} kB in front of an answer", most=BEFORE_HEAD >> 10),
                )
        self.head = head
        # Its end, and all that stands behind, is in what came last.
        body = data[len(data) - len(rest) + at :]
        rest.clear()
        self._begin(head, body)

    def _begin(self, head: Head, body: bytes) -> None:
        if head.chunked:
            self._state = _CHUNK_SIZE
            if body:
                self._chunks(body)
        elif head.length is None:
            self._state = _TO_THE_END
            if body:
                self.body.append(body)
        else:
            self._state, self._left = _COUNTED, head.length
            self._count(body)

    def _count(self, data: bytes) -> None:
        left = self._left - len(data)
        if left < 0:
            data, self.extra, left = data[:left], True, 0
        self._left = left
        if data:
            self.body.append(data)
        if not left:
            self._state, self.done, self._left = _DONE, True, 0

    def _chunks(self, data: bytes) -> None:
        if self._rest:
            data = bytes(self._rest + data)
            self._rest.clear()
        elif self._state == _CHUNK_SIZE:
            # Nearly every piece is one chunk and nothing else.
            match = _SIZE.match(data, 0, SIZE_LINE)
            if match and data.endswith(b"\r\n"):
                begin = match.end()
                if 0 < int(match[1], 16) == len(data) - begin - 2:
                    self.body.append(data[begin:-2])
                    return
        at, size = 0, len(data)
        while at < size and self._state != _DONE:
            if self._state == _CHUNK_SIZE:
                at = self._sizes(data, at)
            elif self._state == _CHUNK:
                at = self._chunk(data, at)
            else:
                at = self._trailer(data, at)
        self.extra = self.extra or at < size

    # Each returns where the next begins, which is the end of the data where more has to come first.

    def _sizes(self, data: bytes, at: int) -> int:
        """Chunks that are there whole, up to one that is not."""
        size, add = len(data), self.body.append
        while True:
            match = _SIZE.match(data, at, at + SIZE_LINE)
            if not match:
                if size - at >= SIZE_LINE or b"\n" in data[at:]:
                    raise Failed("malformed", tr("the answer has a chunk without its size"))
                return self._keep(data, at)
            begin, left = match.end(), int(match[1], 16)
            at = begin + left + 2
            if not left or at > size:
                self._left = left
                self._state = _CHUNK if left else _TRAILERS
                return begin
            if data[at - 2 : at] != b"\r\n":
                raise Failed("malformed", tr("the answer has a chunk longer than its size"))
            add(data[begin : at - 2])
            if at == size:
                return at

    def _chunk(self, data: bytes, at: int) -> int:
        """What there is of a chunk, or the line end behind it."""
        if piece := data[at : at + self._left]:
            self.body.append(piece)
            self._left -= len(piece)
            return at + len(piece)
        line = data[at : at + 2]
        if not b"\r\n".startswith(line):
            raise Failed("malformed", tr("the answer has a chunk longer than its size"))
        if len(line) < 2:
            return self._keep(data, at)
        self._state = _CHUNK_SIZE
        return at + 2

    def _trailer(self, data: bytes, at: int) -> int:
        end = data.find(b"\r\n", at)
        length = (end if end >= 0 else len(data)) - at
        if self._trail + length > TRAILERS:
            raise Failed(
                "malformed",
                tr("the answer has more than {most} kB at its end", most=TRAILERS >> 10),
            )
        if end < 0:
            return self._keep(data, at)
        self._trail += length
        if not length:
            self._state, self.done = _DONE, True
        return end + 2

    def _keep(self, data: bytes, at: int) -> int:
        self._rest += data[at:]
        return len(data)
