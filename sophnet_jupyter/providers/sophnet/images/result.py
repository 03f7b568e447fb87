"""
The results of an image task, in all forms that services of this kind give them.

See docs/services/sophnet.md#images.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from ....errors import quoted
from ....files.kinds import HEAD, sniff
from ....language import mark, tr
from ....values.base64_text import decoded
from ..inline import inline, is_inline

_PLACES = ("results", "result", "images", "data")
_NAMES = ("url", "image_url", "imageUrl", "b64_json", "b64Json", "base64", "image")
_REASONS = ("message", "errorMessage", "error_message", "error", "code")
# Of this many letters of base64, the beginning of a picture can be told.
_START = 4 * HEAD // 3
_UNREADABLE = mark("it came in a form that cannot be read")


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One result: its address, or its bytes; else ``refused``, the reason why there is none."""

    url: str = ""
    data: bytes = b""
    refused: str = ""


def results(output: Mapping[str, Any]) -> tuple[Result, ...]:
    """The results of a task, in their order. A row that says nothing at all is none."""
    rows = next((output[name] for name in _PLACES if output.get(name)), None)
    rows = rows if isinstance(rows, list) else [rows]
    return tuple(found for row in rows if (found := _result(row)) is not None)


def _result(row: Any) -> Result | None:
    if isinstance(row, str):
        return _text(row.strip()) if row.strip() else None
    if not isinstance(row, dict):
        return None
    inner = next((row[name] for name in _NAMES if row.get(name)), None)
    if inner is not None and inner is not row:
        return _result(inner)
    reason = next((row[name] for name in _REASONS if row.get(name)), None)
    if isinstance(reason, dict):
        return _result(reason)
    return Result(refused=quoted(str(reason))) if reason else None


def _text(text: str) -> Result:
    """An address, or a picture that came with it: ``data:`` and base64."""
    try:
        if is_inline(text):
            return Result(data=inline(text))
        if _is_picture(text):
            return Result(data=decoded(text))
    except ValueError:
        return Result(refused=tr(_UNREADABLE))
    return Result(url=text)


def _is_picture(text: str) -> bool:
    start = "".join(text[: 2 * _START].split())[:_START]
    try:
        found = sniff(decoded(start[: len(start) // 4 * 4]))
    except ValueError:
        return False
    return found is not None and found.kind == "image"
