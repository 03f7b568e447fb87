"""
Inputs of an app as JSON can hold them.

A notebook's values are numpy's and pandas', dates, decimals, members of an enumeration. Numbers
stay numbers, a column becomes lines, and what JSON has nothing for becomes its text.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ...errors import SettingsError
from ...language import tr
from ...prompt.fill import is_bare, says_something
from ...prompt.table import is_array, is_frame, is_lazy, is_series
from ...response import Response
from ...values.loose_json import joined

_DEEPEST = 50


def plain_inputs(given: Mapping[Any, Any]) -> dict[str, Any]:
    """
    The same with values that JSON can hold.

    Raises `SettingsError` for a table, of which nobody knows what the app should read, and for what
    has no text that says anything.
    """
    return {_text(str(name)): _plain(value, str(name), _DEEPEST) for name, value in given.items()}


def _plain(value: Any, name: str, depth: int) -> Any:
    if not depth:
        raise SettingsError(
            tr("The input {name} has more than {deepest} levels.", name=name, deepest=_DEEPEST)
        )
    if is_frame(value) or is_lazy(value):
        raise SettingsError(
            tr(
                "The input {name} is a {name2}, and an app takes texts and numbers: give one "
                "of its columns, or the text of it, such as df.to_csv().",
                name=name,
                name2=type(value).__name__,
            )
        )
    match value:
        case None | bool():
            return value
        case Response():
            return _text(value.text)
        case enum.Enum():
            return _plain(value.value, name, depth - 1)
        case int():
            return _whole(value)
        case str():
            return _text(value)
        case float():
            return float(value) if math.isfinite(value) else None
        case Mapping():
            return {_text(str(key)): _plain(one, name, depth - 1) for key, one in value.items()}
        case list() | tuple():
            return [_plain(one, name, depth - 1) for one in value]
        case set() | frozenset():
            return [_plain(one, name, depth - 1) for one in sorted(value, key=str)]
        case date() | time():
            # Times of a clock are dates too; pandas' are both.
            return value.isoformat() if value == value else None
        case Decimal() | Fraction():
            return str(value)
    if is_series(value) or is_array(value):
        return _joined(value, name, depth)
    if callable(item := getattr(value, "item", None)) and getattr(value, "shape", None) == ():
        # A number of numpy, a date of it, or an array that is one.
        return _plain(item(), name, depth - 1)
    if type(value).__name__ == "NAType":
        return None  # pandas' word for a cell without a value
    return _said(value, name)


def _whole(number: int) -> int | str:
    # The encoder holds 64 bits.
    return int(number) if -(2**63) <= number < 2**64 else str(number)


def _joined(value: Any, name: str, depth: int) -> Any:
    """The elements of a column in lines; those of a deeper array as lists in lists."""
    items = _plain(value.tolist() if hasattr(value, "tolist") else list(value), name, depth - 1)
    if any(isinstance(one, list | dict) for one in items):
        return items
    return "\n".join("" if one is None else str(one) for one in items)


def _said(value: Any, name: str) -> str:
    try:
        said = str(value)
    except Exception:  # the value's own code
        said = ""
    if not said or not says_something(value) or is_bare(said):
        kind = type(value).__name__
        raise SettingsError(
            tr(
                "The input {name} is of the type {kind}, which no text stands for: give one.",
                name=name,
                kind=kind,
            )
        )
    return _text(said)


def _text(text: str) -> str:
    # A text of a class of its own, as numpy has one, is none that every encoder knows.
    return joined(str(text))
