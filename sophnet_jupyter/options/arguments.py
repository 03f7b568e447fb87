"""
Single arguments of callers: checked and converted, with one sentence for a wrong one.

A notebook's numbers are often numpy's, its settings read from a table. Each function takes the
name of the argument first and raises `SettingsError` calling it so.
"""

from __future__ import annotations

import operator
from typing import Any

from ..errors import SettingsError
from ..language import tr


def text(name: str, value: Any) -> str:
    """The text unchanged. Raises `SettingsError` for another type."""
    if isinstance(value, str):
        return str(value)
    raise SettingsError(tr("{name} is a text, not {value!r:.80}.", name=name, value=value))


def words(name: str, value: Any) -> str:
    """The same, of a text that says something."""
    if not text(name, value).strip():
        raise SettingsError(tr("{name} is empty.", name=name))
    return str(value)


def flag(name: str, value: Any) -> bool:
    """True or False. Raises `SettingsError` for anything else, such as a text that says no."""
    if isinstance(value, bool):
        return value
    raise SettingsError(tr("{name} is True or False, not {value!r:.80}.", name=name, value=value))


def whole(name: str, value: Any, *, least: int | None = None, such_as: str = "") -> int | None:
    """An integer, also from a float such as ``5.0``; None where nothing is given."""
    if value is None:
        return None
    found = _index(value)
    if found is None:
        example = tr(" such as {such_as}", such_as=such_as) if such_as else ""
        raise SettingsError(
            tr(
                "{name} is a whole number{example}, not {value!r:.80}.",
                name=name,
                example=example,
                value=value,
            )
        )
    if least is not None and found < least:
        raise SettingsError(
            tr("{name} must be at least {least}, not {found}.", name=name, least=least, found=found)
        )
    return found


def number(name: str, value: Any, low: float, high: float) -> float | None:
    """A number from ``low`` to ``high``; None where nothing is given."""
    if value is None:
        return None
    try:
        found = value if isinstance(value, int) else float(value)
        if isinstance(value, bool | str | bytes):
            raise TypeError
    except (TypeError, ValueError, OverflowError):
        raise SettingsError(
            tr("{name} is a number, not {value!r:.80}.", name=name, value=value)
        ) from None
    # Said this way round, since a comparison with NaN is never true.
    if not low <= found <= high:
        # A whole number may be longer than any float.
        said = f"{found!s:.20}" if isinstance(found, int) else f"{found:g}"
        raise SettingsError(
            tr(
                "{name} goes from {low} to {high}, not {said}.",
                name=name,
                low=low,
                high=high,
                said=said,
            )
        )
    return found


def _index(value: Any) -> int | None:
    if callable(plain := getattr(value, "tolist", None)):
        value = plain()
    if isinstance(value, bool):
        return None
    try:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return operator.index(value)
    except TypeError:
        return None
