"""
A decoder of server-sent events, without any I/O.

Follows https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from ...language import tr
from .lines import LineDecoder, LineTooLong


class SSE(msgspec.Struct, frozen=True, gc=False):
    """One event.

    ``data`` is None when only a name came, as in Dify's ping. ``id`` is the last id seen, which
    the standard carries over to later events. ``complete`` is False when the stream ended
    before the blank line that closes an event: the data may be cut.
    """

    data: str | None
    event: str = "message"
    id: str = ""
    complete: bool = True


class EventTooLong(LineTooLong):
    """The lines of one event together exceed the limit."""

    def __str__(self) -> str:
        return tr("an event is longer than {limit:,} bytes", limit=self.limit)


class SSEDecoder:
    """Feed it bytes, cut anywhere; it returns each event once its blank line has come.

    :param max_event: bytes one line, or the data of one event, may have; beyond it
        :exc:`LineTooLong` is raised.
    :param names_only: also return events that carry a name and no data. The standard drops
        them, Dify keeps its connections alive with them.
    :param is_whole: tells of one data line whether it is an event by itself, for services that
        leave out the blank lines: by the standard they would send one event, at the very end.

    ``retry`` is the reconnection time the server asked for, in milliseconds.
    """

    __slots__ = (
        "_between",
        "_data",
        "_event",
        "_id",
        "_is_whole",
        "_lines",
        "_size",
        "max_event",
        "names_only",
        "retry",
    )

    def __init__(
        self,
        max_event: int = 16 << 20,
        *,
        names_only: bool = False,
        is_whole: Callable[[bytes], bool] | None = None,
    ) -> None:
        self.max_event = max_event
        self.names_only = names_only
        self._is_whole = is_whole
        self.retry: int | None = None
        self._lines = LineDecoder(max_event)
        # True when the next byte begins an event.
        self._between = False
        self._data: list[bytes] = []
        self._size = 0
        self._event = b""
        self._id = ""

    def feed(self, chunk: bytes) -> list[SSE]:
        """Return the events that this chunk has closed."""
        size = len(chunk)
        if (
            # Nearly every chunk is one event and nothing else, and need not be taken apart.
            self._between
            and chunk.startswith(b"data:")
            and chunk.find(b"\n") == size - 2
            and chunk.endswith(b"\n")
            and b"\r" not in chunk
            and size <= self.max_event
        ):
            # 32 is a space.
            value = chunk[6:-2] if chunk[5] == 32 else chunk[5:-2]
            return [SSE(value.decode("utf-8", "replace"), "message", self._id)]
        data, is_whole = self._data, self._is_whole
        events = []
        for line in self._lines.feed(chunk):
            # The two branches that nearly every line takes stand here, not in a function: a
            # call for each would cost as much as the decoding.
            if not line:
                if data and not self._event:
                    text = data[0] if len(data) == 1 else b"\n".join(data)
                    events.append(SSE(text.decode("utf-8", "replace"), "message", self._id))
                    data.clear()
                elif self._event:
                    events += self._close(complete=True)
            elif not data and line[:5] == b"data:":
                value = line[6:] if line[5:6] == b" " else line[5:]
                if is_whole and is_whole(value):
                    name = self._event.decode("utf-8", "replace") if self._event else "message"
                    events.append(SSE(value.decode("utf-8", "replace"), name, self._id))
                else:
                    data.append(value)
            else:
                self._read_field(line)
        self._between = not data and not self._event and self._lines.between
        return events

    def finish(self) -> list[SSE]:
        """The stream has ended: return the event the standard would drop, marked incomplete."""
        for line in self._lines.finish():
            self._read_field(line)
        return self._close(complete=False)

    def _close(self, *, complete: bool) -> list[SSE]:
        data = b"\n".join(self._data).decode("utf-8", "replace") if self._data else None
        name = self._event.decode("utf-8", "replace")
        self._data.clear()
        self._event = b""
        if data is None and not (name and self.names_only):
            return []
        return [SSE(data, name or "message", self._id, complete)]

    def _read_field(self, line: bytes) -> None:
        # A comment is a line whose name is empty, so it falls through like any unknown name.
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            self._add_data(value)
        elif name == b"event":
            self._event = value
        elif name == b"id" and b"\0" not in value:
            self._id = value.decode("utf-8", "replace")
        # int() refuses more than 4,300 digits; twenty are longer than anyone will wait.
        elif name == b"retry" and value.isdigit() and len(value) <= 20:
            self.retry = int(value)

    def _add_data(self, value: bytes) -> None:
        # Only a second line needs a sum: the first was measured by the LineDecoder, and the
        # branch in feed() that takes most of them keeps none.
        before = self._size if len(self._data) > 1 else sum(map(len, self._data))
        self._size = before + 1 + len(value)
        if self._size > self.max_event:
            raise EventTooLong(self.max_event)
        self._data.append(value)
