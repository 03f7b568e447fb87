"""The rows of a run as a reader has asked for them: filtered, sorted, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...runs.run import Run
from ...views.runs.still import cell, given_of
from ...views.safe.control_characters import plain

PAGE = 50
# What a reader may open of one row; a longer text is in `run.rows`.
ROW = "row"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a reader wants to see: rows of an ending, with a text in a column, by a column."""

    ending: str = ""
    column: str = ""
    text: str = ""
    by: str = ROW
    falling: bool = False

    @classmethod
    def of(cls, command: dict[str, Any]) -> Wish:
        """What a browser asks for; whatever is no text is none."""
        said = {name: str(command.get(name) or "") for name in ("ending", "column", "text", "by")}
        return cls(**{**said, "by": said["by"] or ROW}, falling=bool(command.get("falling")))


def numbers(run: Run, wish: Wish) -> list[int]:
    """The numbers of the rows that fit, in the order that was asked for."""
    rows, known = run.rows, _Columns(run)
    told = {plain(name): name for name in names(run)}
    found = [row.number for row in rows if _ends(row.ending, wish.ending)]
    if wish.text:
        wanted = wish.text.casefold()
        columns = [told.get(wish.column, wish.column)] if wish.column else names(run)
        values = [known.values(name) for name in columns]
        found = [n for n in found if any(_holds(each, n, wanted) for each in values)]
    if wish.by != ROW:
        values = [known.values(told.get(wish.by, wish.by))]
        found.sort(key=lambda number: _order(values[0], number), reverse=wish.falling)
        # What is not there stands last either way.
        there = [n for n in found if not _is_missing(values[0], n)]
        found = [*there, *(n for n in found if _is_missing(values[0], n))]
    elif wish.falling:
        found.reverse()
    return found


def names(run: Run) -> list[str]:
    """All columns: those of the table, then those of the run."""
    return [*run.table.columns, *run.columns_of([])]


def page(run: Run, chosen: list[int], begin: int) -> list[dict[str, Any]]:
    """`PAGE` rows from ``begin`` on, each with its cells as text, under names that can be shown."""
    shown = chosen[begin : begin + PAGE]
    ours = run.columns_of([run.row(number) for number in shown])
    found = []
    for place, number in enumerate(shown):
        given = {name: cell(value) for name, value in given_of(run, number).items()}
        cells = given | {name: cell(values[place]) for name, values in ours.items()}
        cells = {plain(name): value for name, value in cells.items()}
        found.append({"number": number, "ending": run.row(number).ending, "cells": cells})
    return found


def _ends(ending: str, wanted: str) -> bool:
    if wanted == "not complete":
        return ending not in ("", "complete")
    return not wanted or (ending or "waiting") == wanted


class _Columns:
    """The values of columns, those of the run made once."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._ours: dict[str, list[Any]] | None = None

    def values(self, name: str) -> list[Any]:
        if name in self._run.table.columns:
            return self._run.table.column(name)
        if self._ours is None:
            self._ours = self._run.columns()
        return self._ours.get(name, [])


def _holds(values: list[Any], number: int, wanted: str) -> bool:
    return number < len(values) and wanted in str(values[number] or "").casefold()


def _is_missing(values: list[Any], number: int) -> bool:
    value = values[number] if number < len(values) else None
    return value is None or (isinstance(value, float) and value != value)


def _order(values: list[Any], number: int) -> tuple[int, Any]:
    """Numbers before texts, since the two have no order between them."""
    value = values[number] if number < len(values) else None
    if isinstance(value, bool | int | float) and value == value:
        return 0, value
    return 1, str(value)
