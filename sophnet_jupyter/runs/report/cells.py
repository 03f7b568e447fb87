"""What the value of a cell is in a file: text, a number, or a picture."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from ...files.kinds import HEAD, sniff
from ...language import tr
from ...values.image import Image

# Whole numbers above are rounded by spreadsheets, which know fractions only.
EXACT = 10**15


def plain(value: Any) -> Any:
    """A value of plain JSON: what is none becomes its text."""
    item = getattr(value, "item", None)
    if callable(item) and getattr(value, "shape", None) == ():
        value = item()
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, bytes):
        return tr("{n:,} bytes", n=len(value))
    if isinstance(value, Sequence | set | frozenset):
        return [plain(one) for one in value]
    return str(value)


def number(value: Any) -> int | float | None:
    """A number that a spreadsheet keeps as it is, else None: ids are none."""
    found = plain(value)
    if isinstance(found, bool) or not isinstance(found, int | float) or abs(found) >= EXACT:
        return None
    return found


def text(value: Any) -> str:
    """A value in words, for a cell."""
    found = plain(value)
    if found is None:
        return ""
    if isinstance(found, dict | list):
        return json.dumps(found, ensure_ascii=False)
    return str(found)


def pictures(value: Any) -> list[bytes]:
    """The picture files that a value is: images of an answer, bytes, PIL images."""
    if isinstance(value, list | tuple):
        return [data for one in value for data in pictures(one)]
    if isinstance(value, Image):
        return [value.data] if value.data else []
    if isinstance(value, bytes):
        found = sniff(value[:HEAD])
        return [value] if found and found.kind == "image" else []
    saved = getattr(value, "_repr_png_", None)
    data = saved() if callable(saved) else None
    return [data] if isinstance(data, bytes) else []
