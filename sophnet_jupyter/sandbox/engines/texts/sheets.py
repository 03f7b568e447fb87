"""The cells of a workbook as they are: texts, whole numbers, and formulas nobody has computed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import zip_longest
from typing import Any

from .. import engine

# More than anybody reads in a report, and little enough for a sandbox.
MAX_ROWS, MAX_COLUMNS, MAX_SHEETS = 20_000, 60, 12
Row = tuple[Any, ...]


def sheets(data: bytes) -> list[tuple[str, list[Row]]]:
    """
    Each sheet's name with its rows, from the first that has something in it.

    A formula whose result is not in the file stands as it is written. Raises `Missing` without
    openpyxl, and whatever the reader of a broken file raises.
    """
    openpyxl = engine("openpyxl", "openpyxl")
    values, written = (
        openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=computed)
        for computed in (True, False)
    )
    try:
        pairs = zip(values.worksheets[:MAX_SHEETS], written.worksheets, strict=False)
        return [(str(sheet.title), _narrow(_rows(sheet, formulas))) for sheet, formulas in pairs]
    finally:
        values.close()
        written.close()


def markdown(data: bytes) -> str:
    """All sheets as tables, each below its name. Raises as `sheets`."""
    parts = []
    for name, rows in sheets(data):
        parts.append(f"## {name}")
        if rows:
            width = max(map(len, rows))
            lines = [_line(row, width) for row in rows]
            parts.append("\n".join([lines[0], "|" + " --- |" * width, *lines[1:]]))
    return "\n\n".join(parts) + "\n"


def word(cell: object) -> str:
    """A cell as it is written: no number has a decimal point that it lacks in the sheet."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    if isinstance(cell, datetime) and cell.time() == time():
        # A day alone is kept as its first moment.
        return str(cell.date())
    if isinstance(cell, date):
        return str(cell)
    return "" if cell is None else str(cell)


def is_filled(cell: object) -> bool:
    return cell is not None and cell != ""


def _rows(values: Any, formulas: Any) -> Iterator[Row]:
    limits = {"max_row": MAX_ROWS + 1, "max_col": MAX_COLUMNS, "values_only": True}
    for row, written in zip_longest(
        values.iter_rows(**limits), formulas.iter_rows(**limits), fillvalue=()
    ):
        found = tuple(
            formula if value is None and isinstance(formula, str) else value
            for value, formula in zip_longest(row, written)
        )
        if any(map(is_filled, found)):
            yield found


def _narrow(rows: Iterator[Row]) -> list[Row]:
    """The rows without the empty columns at the end, which readers add up to their limit."""
    found = list(rows)
    ends = (place for row in found for place, cell in enumerate(row, 1) if is_filled(cell))
    width = max(ends, default=0)
    return [row[:width] for row in found]


def _line(row: Row, width: int) -> str:
    cells = [word(cell).replace("|", "\\|").replace("\n", "<br>") for cell in row]
    return "| " + " | ".join(cells + [""] * (width - len(cells))) + " |"
