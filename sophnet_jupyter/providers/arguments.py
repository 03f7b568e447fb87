"""
Validate and convert a caller's arguments, with one sentence for a wrong type.

A notebook's numbers are often numpy's, its settings read from a table. Each function takes the
name of the argument first and raises `SettingsError` calling it so.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Mapping
from typing import Any

import msgspec

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


def fields(name: str, value: Any) -> Mapping[str, Any]:
    """A mapping by name; empty where nothing is given."""
    if value is None:
        return {}
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return value
    raise SettingsError(
        tr('{name} is a dict such as {{"name": value}}, not {value!r:.80}.', name=name, value=value)
    )


def size(value: Any, *, such_as: str) -> str | None:
    """A size as the services write it, from ``"832*480"``, ``"832x480"`` or a pair of pixels."""
    if value is None:
        return None
    pair = isinstance(value, tuple | list)
    said = "*".join(str(side) for side in value) if pair else str(value)
    found = re.fullmatch(r"\s*(\d{2,5})\s*[*xX×]\s*(\d{2,5})\s*", said)
    if not found:
        raise SettingsError(
            tr(
                "A size is WIDTH*HEIGHT in pixels, such as {such_as}, not {said!r}.",
                such_as=such_as,
                said=said,
            )
        )
    return f"{found[1]}*{found[2]}"


def encoded(body: Mapping[str, Any]) -> bytes:
    """A request as JSON, with numpy numbers converted. Raises `SettingsError`."""
    try:
        return msgspec.json.encode(body, enc_hook=_plain)
    except UnicodeEncodeError as error:
        around = error.object[max(0, error.start - 20) : error.start + 20]
        raise SettingsError(
            tr(
                "A text holds half a character, which cannot be sent: {around!a}. It was cut "
                "inside one, or read in the wrong encoding.",
                around=around,
            )
        ) from None
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise SettingsError(tr("JSON cannot hold the request: {error}.", error=error)) from None


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


def _plain(value: Any) -> Any:
    """A numpy number or array as plain Python."""
    if callable(plain := getattr(value, "tolist", None)):
        return plain()
    kind = type(value).__name__
    raise SettingsError(
        tr("JSON cannot hold a {kind}, which stands in the request: leave it out.", kind=kind)
    )
