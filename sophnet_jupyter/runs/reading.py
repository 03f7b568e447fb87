"""What an answer says where it is held against what is expected: its text, a field, a number."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from enum import Enum
from numbers import Real
from typing import Any

from ..prompt.forms.json_text import first_value
from ..response import Response

_NOTHING = object()


def folded(value: object, *, width: bool = True, case: bool = True, space: bool = True) -> str:
    """A text of which full width, case and blanks do not count: ``Ａ b`` is ``a  B``."""
    text = str(value)
    text = unicodedata.normalize("NFKC", text) if width else text
    text = text.casefold() if case else text
    return " ".join(text.split()) if space else text


def plain(value: Any) -> Any:
    """An enum's member as its value, and a scalar of numpy as Python's."""
    if isinstance(value, Enum):
        return value.value
    item = getattr(value, "item", None)
    return item() if callable(item) and getattr(value, "shape", None) == () else value


def number(value: Any) -> float | None:
    """A number, also one in a text, as in ``1,234.50``; None for what is none."""
    value = plain(value)
    if isinstance(value, bool):
        return None
    if isinstance(value, Real):
        return float(value)
    try:
        return float(unicodedata.normalize("NFKC", str(value)).strip().replace(",", ""))
    except ValueError:
        return None


def value_of(answer: Response) -> Any:
    """The value that a schema has read, else the JSON in the text. Raises ValueError."""
    return answer.parsed if answer.parsed is not None else first_value(answer.text)


def part(value: Any, path: str) -> Any:
    """A field of a value, ``address.city`` or ``items.0.price``. Raises `LookupError`."""
    for step in path.split("."):
        value = _step(value, step)
    return plain(value)


def _step(value: Any, step: str) -> Any:
    if isinstance(value, Mapping):
        return value[step]
    if isinstance(value, list | tuple) and step.lstrip("-").isdigit():
        return value[int(step)]
    # A field of a class that the caller has given; a method is none.
    found = _NOTHING if step.startswith("_") else getattr(value, step, _NOTHING)
    if found is _NOTHING or callable(found):
        raise LookupError(step)
    return found
