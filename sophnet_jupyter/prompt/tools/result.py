"""
What a function returned, as a notebook would show it: a picture, a table, or Markdown.

Not its HTML: a function may put a model's words into that, and nobody could tell which they are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...errors import SettingsError
from ...events import Shown
from ...language import tr
from ...response import Response
from ...values.image import Image
from ...values.markdown import unique
from ..images.pixels import drawn, picture
from ..images.sources import source
from ..table import grid, is_frame, is_series

SIDE, ENCODED = 640, 270_000
ROWS, COLUMNS, CELL = 20, 12, 200
LONGEST = 20_000
_PICTURES = ("_repr_png_", "_repr_jpeg_", "savefig")


def shown(value: object, scrub: Callable[[str], str] = str) -> Shown | None:
    """
    How to show a value; None where its text says it all. ``scrub`` takes keys out of texts.

    Runs the value's own code, which may be slow, and may raise anything.
    """
    if isinstance(value, type | str | bytes):
        return None
    if image := _image(value):
        return Shown(image=image)
    if is_frame(value) or is_series(value):
        return _table(value, scrub)
    for method in ("_repr_markdown_", "_repr_latex_"):
        draw = getattr(value, method, None)
        if callable(draw) and isinstance(said := draw(), str) and said:
            return Shown(markdown=scrub(said)[:LONGEST])
    return None


def _image(value: Any) -> bytes:
    if isinstance(value, Response):
        value = value.images[0] if value.images else None
    if not isinstance(value, Image) and not any(hasattr(value, name) for name in _PICTURES):
        return b""
    try:
        found = source(value)
        if found.image is not None:
            return drawn(found.image, found.name, max_side=SIDE, max_encoded=ENCODED).data
        if found.data:
            return picture(found.data, found.name, max_side=SIDE, max_encoded=ENCODED).data
    except SettingsError:
        # Too large, or none after all: its text is there.
        pass
    return b""


def _table(value: Any, scrub: Callable[[str], str]) -> Shown | None:
    if not len(value):
        return None
    found = grid(value, ROWS, COLUMNS)
    names = _named([scrub(name)[:CELL] for name in found.names], found.labels)
    rows = tuple(
        {name: _cell(cell, scrub) for name, cell in zip(names, row, strict=True)}
        for row in found.rows
    )
    large = found.height > ROWS or found.width > COLUMNS
    size = ""
    if large:
        size = tr("{rows:,} rows, {columns:,} columns", rows=found.height, columns=found.width)
    return Shown(rows=rows, size=size)


def _named(names: list[str], labels: int) -> list[str]:
    """Labels stand first, most of them without a name, which the first of a table may lack."""
    if labels and not names[0]:
        return [" ", *unique(names[1:])]
    return unique(names)


def _cell(value: Any, scrub: Callable[[str], str]) -> Any:
    # The numbers of numpy are none of Python's, but for its floats of 64 bits.
    if getattr(value, "ndim", 1) == 0 and getattr(value.dtype, "kind", "") in "biuf":
        value = value.item()
    if isinstance(value, float):
        # As many decimals as one reads, and all that stands before the point.
        return float(f"{value:.6g}") if abs(value) < 1 else round(value, 6)
    if isinstance(value, int):
        return value
    return scrub(str(value))[:CELL]
