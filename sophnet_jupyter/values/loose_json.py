"""
JSON as it is written by services and models, which is not always JSON.

Python's encoder writes ``NaN``, ``Infinity`` and halves of a surrogate pair, JavaScript's the
halves too; some write line breaks into strings, or a byte order mark. For what a strict and fast
reader refused.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

_HALF = re.compile("[\ud800-\udfff]")


def decode(text: str) -> Any:
    """The value of a whole text, with no half of a letter. Raises ValueError, RecursionError."""
    return without_halves(lenient(text))


def lenient(text: str) -> Any:
    """What a tolerant reader makes of it: no number that is none, but halves of letters."""
    return json.loads(
        text.removeprefix("\ufeff"),
        strict=False,
        parse_constant=lambda _: None,
        parse_float=_float,
    )


def has_halves(text: str) -> bool:
    """Whether there is half a letter in a text, or one in two halves."""
    return _HALF.search(text) is not None


def joined(text: str) -> str:
    """A text whose halves of letters are joined, or U+FFFD where there is only one."""
    if not has_halves(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def without_halves(value: Any, but: frozenset[str] = frozenset()) -> Any:
    """The value with its texts `joined`, ``but`` for those under these names."""
    match value:
        case str():
            return joined(value)
        case list():
            return [without_halves(item, but) for item in value]
        case dict():
            return {
                joined(key): item
                if key in but and isinstance(item, str)
                else without_halves(item, but)
                for key, item in value.items()
            }
    return value


def _float(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None
