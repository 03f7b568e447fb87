"""
Decode a stream of objects, one a line, with or without ``data:`` before them.

See docs/services/sophnet.md#voice; docs/services/sophnet.md#chat-with-voice;
docs/services/teleai.md#excel.
"""

from __future__ import annotations

from typing import Any

from ..wire.stream.lines import LineDecoder
from ..wire.stream.sse import SSE
from .literal import NotLiteral, parse
from .service_json import BROKEN, decode_piece

DONE = "[DONE]"


def read(text: str) -> dict[str, Any] | None:
    """The object in a line, as JSON or as Python prints it; None if there is none."""
    try:
        value = decode_piece(text)
    except BROKEN:
        try:
            value = parse(text)
        except NotLiteral:
            return None
    return value if isinstance(value, dict) else None


class EventLines:
    """
    Feed it bytes, cut anywhere; it returns one event for each line that carries something.

    The document prints bare dictionaries and a bare ``[DONE]``, sibling services send
    ``data: {…}``, so both are taken. Its ``...`` stands for what was left out, and is no event.
    A bare line that is no object is not one either: what holds no event at all is an answer in
    one piece, or somebody else's page.

    Raises `LineTooLong`.
    """

    def __init__(self) -> None:
        self._lines = LineDecoder()
        self._name = ""
        # A bare line that could not be read: what follows may be lines inside a larger object.
        self._foreign = False

    def feed(self, chunk: bytes) -> list[SSE]:
        """The events of the lines that this chunk has ended."""
        return [event for line in self._lines.feed(chunk) for event in self._event(line)]

    def finish(self) -> list[SSE]:
        """The event of a last line without a line end, marked if it is incomplete."""
        return [event for line in self._lines.finish() for event in self._event(line, last=True)]

    def _event(self, line: bytes, *, last: bool = False) -> list[SSE]:
        # A line ends at a line end, which is never a part of a letter: none is torn here.
        text = line.decode("utf-8", "replace").strip()
        if not text:
            self._name = ""
            return []
        if text.startswith("data:"):
            data = text[5:].strip()
            if not data:
                return []
            whole = not last or data == DONE or bool(self._name) or read(data) is not None
            return [SSE(data, self._name or "message", "", whole)]
        if text.startswith("event:"):
            self._name = text[6:].strip()
            return []
        if text == DONE:
            return [SSE(DONE)]
        if text == "..." or text.startswith((":", "id:", "retry:")):
            return []
        if not self._foreign and text.startswith("{") and read(text) is not None:
            return [SSE(text)]
        self._foreign = True
        return []
