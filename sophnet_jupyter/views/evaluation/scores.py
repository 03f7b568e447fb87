"""The scores of an evaluation as a table, each with its interval as a bar."""

from __future__ import annotations

from collections.abc import Sequence

from ...language import tr
from ...runs.evaluation.summary import ScoreFigure
from ...runs.score import in_lost
from ...runs.verdicts import count, number
from ..safe.look import FAINT, LINE, SMALL, WRAP, words

_TABLE = "border-collapse:collapse;margin:6px 0;max-width:100%"
_CELL = f"border-bottom:{LINE};padding:4px 14px 4px 0;text-align:left;vertical-align:middle"
_HEAD = f"{_CELL};{FAINT};font-weight:600"
_BAR = (
    "display:flex;height:10px;margin:2px 0;max-width:180px;min-width:120px;overflow:hidden;"
    "background:rgba(128,128,128,.18)"
)
# Both halves of an interval, and where they meet its rate: seen on light and dark ground.
_LOW = "background:rgba(31,119,201,.55)"
_HIGH = "background:rgba(31,119,201,.3);border-left:2px solid #1f77c9"


def table(figures: Sequence[ScoreFigure]) -> str:
    """A row for each score and column: how much, of how many, and the interval as a bar."""
    if not figures:
        return ""
    several = len({one.score for one in figures}) > 1
    named = len({one.column.number for one in figures}) > 1
    heads = [
        *([tr("score")] if several else []),
        *([tr("prompt")] if named else []),
        tr("value"),
        tr("rows"),
    ]
    head = "".join(f'<th style="{_HEAD}">{name}</th>' for name in heads)
    body: list[str] = []
    before = ""
    for one in figures:
        score = words(one.score, 60) if one.score != before else ""
        before = one.score
        scale = _scale([each for each in figures if each.score == one.score])
        name = [words(one.column.label or one.score, 80)] if named else []
        cells = [*([f"<b>{score}</b>"] if several else []), *name, *_figures(one, scale)]
        body.append("".join(f'<td style="{_CELL}">{cell}</td>' for cell in cells))
    rows = "".join(f"<tr>{row}</tr>" for row in body)
    return (
        f'<div style="overflow-x:auto;max-width:100%"><table style="{_TABLE}">'
        f"<tr>{head}</tr>{rows}</table></div>"
    )


def _figures(one: ScoreFigure, scale: tuple[float, float]) -> list[str]:
    found = one.estimate
    if not found.n:
        return [
            "–",
            words(tr("{missing:,} not counted", missing=one.missing), 60) if one.missing else "",
        ]
    if one.kind == "rate":
        value = f"<b>{found.value:.0%}</b>"
        between = tr("{low} to {high}", low=f"{found.low:.0%}", high=f"{found.high:.0%}")
    else:
        value, between = (
            f"<b>{number(found.value)}</b>",
            tr("{low} to {high}", low=number(found.low), high=number(found.high)),
        )
    said = f'{value} <span style="{SMALL};{FAINT};white-space:nowrap">{between}</span>'
    return [said + _bar(found.low, found.value, found.high, scale, between), _rows(one)]


def _rows(one: ScoreFigure) -> str:
    """How many rows it is of, and which do not count."""
    of = f"{one.estimate.n:,}"
    if one.kind == "rate":
        of = tr("{hits} of {all}", hits=count(one.hits), all=of)
    said = [tr("{missing:,} not counted", missing=one.missing)] if one.missing else []
    said += in_lost(one.lost)
    said += [tr("{failed:,} failed", failed=one.failed)] if one.failed else []
    more = words(tr(", ").join(said), 120)
    return f'{of} <span style="{SMALL};{FAINT};{WRAP}">{more}</span>' if said else of


def _scale(figures: Sequence[ScoreFigure]) -> tuple[float, float]:
    """Where bars begin and end: rates from 0 to 1, numbers over what all of the score reach."""
    if all(one.kind == "rate" for one in figures):
        return 0.0, 1.0
    known = [one.estimate for one in figures if one.estimate.n]
    low = min([0.0, *(one.low for one in known)])
    high = max([0.0, *(one.high for one in known)])
    return (low, high) if high > low else (low, low + 1)


def _bar(low: float, value: float, high: float, scale: tuple[float, float], said: str) -> str:
    def share(one: float) -> float:
        return min(100.0, max(0.0, 100 * (one - scale[0]) / (scale[1] - scale[0])))

    before, first, last = share(low), share(value) - share(low), share(high) - share(value)
    parts = [("", before), (_LOW, first), (_HIGH, last)]
    drawn = "".join(f'<div style="flex:0 0 {width:.1f}%;{look}"></div>' for look, width in parts)
    return f'<div style="{_BAR}" title="{said}">{drawn}</div>'
