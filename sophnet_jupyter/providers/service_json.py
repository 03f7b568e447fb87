"""
JSON as services write it, which is not always JSON.

Python's encoder writes ``NaN``, ``Infinity`` and halves of a surrogate pair, JavaScript's the
halves too; some write line breaks into strings, or a byte order mark. What the strict and fast
reader refuses is read again by a lenient one before an answer is given up.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

import msgspec

strict = msgspec.json.Decoder().decode
BROKEN = (msgspec.DecodeError, RecursionError)

_HALF = re.compile("[\ud800-\udfff]")
# Texts that arrive in pieces: the other half of a letter may come with the next one.
_IN_PIECES = frozenset(
    {"answer", "arguments", "content", "reasoning", "reasoning_content", "refusal"}
)


def decode(text: str) -> Any:
    """The value of a whole text. Raises one of `BROKEN`."""
    try:
        return strict(text)
    except msgspec.DecodeError:
        return _without_halves(lenient(text))


def decode_piece(text: str) -> Any:
    """
    The value of one piece of a stream, whose texts may begin or end with half a letter.

    Those are for `Halves` to join. Raises one of `BROKEN`.
    """
    try:
        return strict(text)
    except msgspec.DecodeError:
        return _without_halves(lenient(text), but=_IN_PIECES)


def lenient(text: str) -> Any:
    """What a tolerant reader makes of it: no number that is none, but halves of letters."""
    try:
        return json.loads(
            text.removeprefix("\ufeff"),
            strict=False,
            parse_constant=lambda _: None,
            parse_float=_float,
        )
    except ValueError as error:
        raise msgspec.DecodeError(str(error)) from None


def joined(text: str) -> str:
    """A text whose halves of letters are joined, or U+FFFD where there is only one."""
    if not _HALF.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


class Halves:
    """Joins the halves of letters over the pieces of one text."""

    def __init__(self) -> None:
        self._held = ""

    def whole(self, piece: str) -> str:
        """This piece without a half at its end, which waits for the next one."""
        if not self._held and not _HALF.search(piece[-1:]) and not _HALF.search(piece):
            return piece
        text = self._held + piece
        self._held = text[-1] if "\ud800" <= text[-1:] <= "\udbff" else ""
        return joined(text.removesuffix(self._held))

    def rest(self) -> str:
        """What is left at the end: U+FFFD for a half that stayed alone."""
        held, self._held = self._held, ""
        return joined(held)


def _without_halves(value: Any, but: frozenset[str] = frozenset()) -> Any:
    match value:
        case str():
            return joined(value)
        case list():
            return [_without_halves(item, but) for item in value]
        case dict():
            return {
                joined(key): item
                if key in but and isinstance(item, str)
                else _without_halves(item, but)
                for key, item in value.items()
            }
    return value


def _float(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None
