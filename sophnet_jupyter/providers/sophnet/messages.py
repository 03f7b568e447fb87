"""
Read what comes over a websocket: objects, however a gateway has packed them.

A message is text or bytes, with or without a byte order mark, and holds one object, several, an
array of them, or lines of a stream; or a part of one, whose rest comes with the next message.
"""

from __future__ import annotations

import codecs
import json
from typing import Any

from ...files.lines import lines
from ..lines import read

Message = dict[str, Any]
# The longest beginning of an object that is kept for its rest.
LONGEST_PART = 100_000
# What keeps a line open, and says nothing.
_NOTHING = frozenset(("", "ping", "pong", "heartbeat", "{}", "[]", "null", "[done]"))
_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_OPENED = (b"{", b"[", b"data:")
_between = " \t\r\n,\x1e"
_decoder = json.JSONDecoder(strict=False)


class MessageReader:
    """Feed it messages as they come; it returns their objects, and counts what it cannot read."""

    def __init__(self) -> None:
        self._lost = 0
        self._part = ""
        # The beginning of a letter, where a message in bytes was cut within one.
        self._cut = b""

    @property
    def unreadable(self) -> int:
        """The number of messages that could not be read, or whose rest has not come."""
        return self._lost + bool(self._part)

    def feed(self, message: str | bytes) -> list[Message]:
        """The objects that this message ends."""
        cut, self._cut = self._cut, b""
        try:
            text = message if isinstance(message, str) else self._decoded(cut + message)
        except UnicodeDecodeError:
            self._lost += 1
            return []
        text = text.removeprefix("\ufeff").strip()
        if text.lower() in _NOTHING:
            return []
        found, rest = _objects(text)
        part, self._part = self._part, ""
        if part:
            joined, behind = _objects(part + text)
            if joined or not found:
                found, rest = joined, behind
            else:
                # Its rest never came.
                self._lost += 1
        if rest.startswith(("{", "[")):
            self._part = rest[-LONGEST_PART:]
        elif rest:
            self._lost += 1
        return found

    def _decoded(self, message: bytes) -> str:
        if message.startswith(_MARKS):
            return message.decode("utf-16")
        try:
            return message.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            whole = message[: error.start]
            # Within an object, a letter that is not whole has its rest in the next message.
            begun = self._part or whole.removeprefix(codecs.BOM_UTF8).lstrip().startswith(_OPENED)
            if error.reason != "unexpected end of data" or not begun:
                raise
            self._cut = message[error.start :]
            return whole.decode("utf-8-sig")


def _objects(text: str) -> tuple[list[Message], str]:
    """The objects in a text, and what is left of it behind the last one."""
    whole, rest = _in_a_row(text)
    if not rest:
        return whole, ""
    found, left = [], ""
    for line in lines(text):
        # Dressed as the lines of a stream, as in chat with voice.
        data = line.strip().removeprefix("data:").strip()
        if data.lower() in _NOTHING or line.startswith((":", "event:", "id:", "retry:")):
            continue
        more, behind = _in_a_row(data)
        found += more
        left = left or behind
    return (found, left) if found else (whole, rest)


def _in_a_row(text: str) -> tuple[list[Message], str]:
    if (only := read(text)) is not None:
        return [only], ""
    found: list[Message] = []
    while text := text.lstrip(_between):
        try:
            value, end = _decoder.raw_decode(text)
        except (ValueError, RecursionError):
            break
        each = [read(text[:end])] if isinstance(value, dict) else _in_list(value)
        if not each:
            break
        found += [one for one in each if one is not None]
        text = text[end:]
    return found, text


def _in_list(value: object) -> list[Message | None]:
    """The objects of an array, each as text again, so that all are read by one reader."""
    rows = value if isinstance(value, list) else []
    return [read(json.dumps(row)) for row in rows if isinstance(row, dict)]
