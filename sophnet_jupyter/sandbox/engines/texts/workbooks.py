"""What stands in a workbook, column by column, with openpyxl."""

from __future__ import annotations

import math
import statistics
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from .. import Missing
from .sheets import Row, sheets
from .sheets import is_filled as _filled

Cell = object


class Unreadable(Exception):
    """The bytes are no workbook."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column below its heading; ``cells`` are those that are not empty, ``rows`` theirs."""

    name: str
    cells: Sequence[Cell]
    rows: Sequence[int]

    @cached_property
    def numbers(self) -> list[float]:
        return [float(cell) for cell in self.cells if _is_number(cell)]  # type: ignore[arg-type]

    @property
    def numeric(self) -> bool:
        """True where more than half of it is numbers."""
        return len(self.numbers) * 2 > len(self.cells)

    @cached_property
    def words(self) -> Counter[str]:
        """How often each value stands in it, as text."""
        return Counter(map(_word, self.cells))

    def totals(self, of: Column) -> dict[str, float]:
        """For each value in this column, the sum of ``of`` over its rows."""
        keys = dict(zip(self.rows, map(_word, self.cells), strict=True))
        found: dict[str, list[float]] = {key: [] for key in keys.values()}
        for row, cell in zip(of.rows, of.cells, strict=True):
            if row in keys and _is_number(cell):
                found[keys[row]].append(float(cell))  # type: ignore[arg-type]
        return {key: _within(math.fsum, numbers) for key, numbers in found.items()}

    @property
    def sum(self) -> float:
        return _within(math.fsum, self.numbers)

    @property
    def mean(self) -> float:
        return _within(statistics.fmean, self.numbers)

    @property
    def median(self) -> float:
        return _within(statistics.median, self.numbers)

    @property
    def deviation(self) -> float:
        """The sample's standard deviation; 0 for a single number."""
        return _within(statistics.stdev, self.numbers) if len(self.numbers) > 1 else 0.0


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A sheet: its name, how many rows it has below the headings, and its columns."""

    name: str
    rows: int
    columns: Sequence[Column]


def read(data: bytes) -> list[Sheet]:
    """The sheets that are not empty. Raises `Unreadable`, or `Missing` without openpyxl."""
    try:
        found = [_sheet(name, rows) for name, rows in sheets(data)]
    except Missing:
        raise
    except Exception as error:
        # A broken archive fails in as many ways as there are parsers under this one.
        raise Unreadable(f"{type(error).__name__}: {error}") from None
    return [sheet for sheet in found if sheet.columns]


def _sheet(name: str, rows: Sequence[Row]) -> Sheet:
    if not rows:
        return Sheet(name=name, rows=0, columns=[])
    head, *body = rows
    columns = []
    for place, heading in enumerate(head):
        filled = [n for n, row in enumerate(body) if place < len(row) and _filled(row[place])]
        if filled or _filled(heading):
            title = str(heading) if _filled(heading) else f"column {place + 1}"
            cells = [body[n][place] for n in filled]
            columns.append(Column(name=title, cells=cells, rows=filled))
    return Sheet(name=name, rows=len(body), columns=columns)


def _word(cell: Cell) -> str:
    return cell.isoformat()[:10] if isinstance(cell, date) else str(cell)


def _is_number(cell: Cell) -> bool:
    if not isinstance(cell, int | float) or isinstance(cell, bool):
        return False
    # A whole number of 400 digits is none that figures can be made of, and 1e999 is read as inf.
    return -sys.float_info.max <= cell <= sys.float_info.max


def _within(figure: Callable[[list[float]], float], numbers: list[float]) -> float:
    """A figure of these numbers; infinite where it is larger than numbers go."""
    try:
        return figure(numbers)
    except OverflowError:
        return math.inf
