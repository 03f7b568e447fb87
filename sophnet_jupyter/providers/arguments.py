"""
What callers give as parts of a request, checked and converted, and the request as JSON.

Texts, numbers and flags are those of `options.arguments`, which stand here too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from ..errors import SettingsError
from ..language import tr
from ..options.arguments import flag as flag
from ..options.arguments import number as number
from ..options.arguments import text as text
from ..options.arguments import whole as whole
from ..options.arguments import words as words


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
                "A text holds half a character, which cannot be sent: {around!r}. It was cut "
                "inside one, or read in the wrong encoding.",
                around=around,
            )
        ) from None
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise SettingsError(tr("JSON cannot hold the request: {error}.", error=error)) from None


def _plain(value: Any) -> Any:
    """A numpy number or array as plain Python."""
    if callable(plain := getattr(value, "tolist", None)):
        return plain()
    kind = type(value).__name__
    raise SettingsError(
        tr("JSON cannot hold a {kind}, which stands in the request: leave it out.", kind=kind)
    )
