"""A comparison as a table, and its best column."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ...errors import SettingsError
from ...language import tr
from ...response import Response
from .answer import ColumnAnswer
from .grid import AskedGrid

if TYPE_CHECKING:
    from pandas import DataFrame

# The figures by which columns are compared; of the last one the largest is the best.
SMALLEST = ("first_token", "seconds", "tokens_in", "tokens_out", "cost")
LARGEST = ("tokens_per_second",)


def records(grid: AskedGrid, cells: Iterable[ColumnAnswer]) -> list[dict[str, Any]]:
    """
    A row for each column and repetition.

    ``column`` is its number; then ``model``, the name of its prompt where there are several, the
    settings of the grid, and what came: ``first_token`` and ``seconds`` since it was asked.
    """
    return [_record(cell, named=len(grid.prompts) > 1) for cell in cells]


def asked(grid: AskedGrid, words: Mapping[str, str]) -> dict[str, Any]:
    """What was compared, for a reader: prompts, models, and the values of each setting."""
    found: dict[str, Any] = {f"{tr('prompt')} {name}".strip(): one for name, one in words.items()}
    if models := ", ".join(dict.fromkeys(filter(None, (one.model for one in grid.columns)))):
        found[tr("models")] = models
    for column in grid.columns:
        for name, value in column.settings.items():
            known = found.setdefault(name, [])
            known += [] if str(value) in known else [str(value)]
    return {**found, tr("repeat"): grid.repeat}


def frame(records: Sequence[dict[str, Any]]) -> DataFrame:
    """`records` as a DataFrame. Raises `SettingsError` without pandas."""
    try:
        import pandas as pd
    except ImportError:
        raise SettingsError(tr("to_frame needs pandas: pip install pandas.")) from None
    return pd.DataFrame(list(records))


def figure(response: Response, name: str) -> float | None:
    """One of the figures of an answer, but its cost; None where the service did not tell."""
    usage, timing = response.usage, response.timing
    match name:
        case "first_token":
            return timing.first_token
        case "seconds":
            return timing.total or None
        case "tokens_in":
            return usage.prompt_tokens if usage else None
        case "tokens_out":
            return usage.completion_tokens if usage else None
        case _:
            return per_second(response)


def per_second(response: Response) -> float | None:
    """Tokens a second from the first one on; None where there were too few to tell."""
    usage, timing = response.usage, response.timing
    if not usage or usage.completion_tokens < 2 or timing.first_token is None:
        return None
    span = timing.total - timing.first_token
    return (usage.completion_tokens - 1) / span if span > 0 else None


def best(cells: Iterable[ColumnAnswer], by: str | Callable[[Response], float]) -> int:
    """The number of the best column: see `Comparison.best`."""
    if isinstance(by, str) and by not in (*SMALLEST, *LARGEST):
        raise SettingsError(
            tr(
                "by is one of {known}, or a function, not {by!r:.80}.",
                known=", ".join((*SMALLEST, *LARGEST)),
                by=by,
            )
        )
    columns: dict[int, list[ColumnAnswer]] = {}
    for cell in cells:
        columns.setdefault(cell.column.number, []).append(cell)
    found = {number: _mean(each, by) for number, each in columns.items()}
    known = {number: value for number, value in found.items() if value is not None}
    if not known:
        raise SettingsError(
            tr("No complete answer here has a figure to compare by {by!r:.80}.", by=by)
        )
    smallest = isinstance(by, str) and by in SMALLEST
    return min(known, key=lambda number: known[number] if smallest else -known[number])


def _mean(cells: list[ColumnAnswer], by: str | Callable[[Response], float]) -> float | None:
    whole = [cell for cell in cells if cell.response.ending == "complete"]
    values = [
        _value(cell, by) if isinstance(by, str) else float(by(cell.response)) for cell in whole
    ]
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _value(cell: ColumnAnswer, name: str) -> float | None:
    if name == "cost":
        return cell.cost[0] if cell.cost else None
    return figure(cell.response, name)


def _record(cell: ColumnAnswer, *, named: bool) -> dict[str, Any]:
    column, response = cell.column, cell.response
    facts: dict[str, Any] = {"column": column.number, "model": column.model or response.model}
    facts |= {"prompt": column.prompt} if named else {}
    facts |= {name: value for name, value in column.settings.items() if name not in facts}
    return facts | {
        "repeat": cell.repeat,
        "answer": response.text,
        "ending": response.ending,
        "error": cell.problem,
        **{name: _value(cell, name) for name in SMALLEST},
        "currency": cell.cost[1] if cell.cost else "",
        "sandbox": response.sandbox,
    }
