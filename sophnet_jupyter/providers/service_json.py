"""
JSON of services, read strictly and fast, and only where that fails by the lenient reader.

What is odd about it says `values.loose_json`.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ..values import loose_json
from ..values.loose_json import has_halves, joined, without_halves

__all__ = ["BROKEN", "Halves", "decode", "decode_piece", "joined", "lenient", "strict"]

strict = msgspec.json.Decoder().decode
BROKEN = (msgspec.DecodeError, RecursionError)

# Texts that arrive in pieces: the other half of a letter may come with the next one.
_IN_PIECES = frozenset(
    {"answer", "arguments", "content", "reasoning", "reasoning_content", "refusal"}
)


def decode(text: str) -> Any:
    """The value of a whole text. Raises one of `BROKEN`."""
    try:
        return strict(text)
    except msgspec.DecodeError:
        return without_halves(lenient(text))


def decode_piece(text: str) -> Any:
    """
    The value of one chunk of a stream, whose texts may begin or end with half a surrogate pair.

    Those are for `Halves` to join. Raises one of `BROKEN`.
    """
    try:
        return strict(text)
    except msgspec.DecodeError:
        return without_halves(lenient(text), but=_IN_PIECES)


def lenient(text: str) -> Any:
    """What a tolerant reader makes of it. Raises `msgspec.DecodeError`."""
    try:
        return loose_json.lenient(text)
    except ValueError as error:
        raise msgspec.DecodeError(str(error)) from None


class Halves:
    """Joins surrogate pairs that are split between the chunks of one text."""

    def __init__(self) -> None:
        self._held = ""

    def whole(self, piece: str) -> str:
        """This piece without a half at its end, which waits for the next one."""
        if not self._held and not has_halves(piece):
            return piece
        text = self._held + piece
        self._held = text[-1] if "\ud800" <= text[-1:] <= "\udbff" else ""
        return joined(text.removesuffix(self._held))

    def rest(self) -> str:
        """What is left at the end: U+FFFD for a lone surrogate."""
        held, self._held = self._held, ""
        return joined(held)
