"""A similarity matrix of a few items, as a table with coloured cells."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from ...language import tr
from ..safe.look import FAINT, LINE, SMALL, clipped, one_line, words
from ..safe.maths import inert

Rows = Sequence[Sequence[float]]

# More rows than this nobody compares, and a notebook would keep their square.
MOST = 24
# Fewer are seen at a glance in the order in which they were given.
SORTED_FROM = 5
LONGEST = 48
# Blue, through which the text of either theme can be read.
_GROUND = "background:rgba(31,119,201,{:.2f})"
_FAINTEST, _STRONGEST = 0.04, 0.66
_TABLE = f"{SMALL};border-collapse:collapse;margin:6px 0;width:auto"
_HEAD = "font-weight:400;padding:3px 8px;text-align:left;white-space:nowrap;background:transparent"
_NUMBER = "font-weight:600;padding:3px 4px;text-align:center;min-width:34px;background:transparent"
_CELL = f"border:{LINE};min-width:34px;padding:4px;text-align:center"
# Of its own width in little room too, where JupyterLab's limit would let its name run over.
_THUMBNAIL = (
    "border-radius:3px;height:28px;margin:0 6px 0 0;max-width:none;vertical-align:middle;width:auto"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MapItem:
    """One of the items: its number in the notebook, its name, a thumbnail if it is an image."""

    number: int
    label: str
    thumbnail: bytes = b""


def heat_map(items: Sequence[MapItem], near: Rows) -> str:
    """
    A square table: the stronger a cell's colour, the more similar its row and its column.

    ``near`` are cosines, NaN where one is not known. Five items or more stand in an order in which
    those that are near each other are neighbours; their numbers stay those of the notebook.
    """
    order = arranged(near)
    low, high = extent(near)
    head = "".join(f'<th scope="col" style="{_NUMBER}">{items[n].number}</th>' for n in order)
    body = "".join(
        f'<tr style="background:transparent"><th scope="row" style="{_HEAD}">{_name(items[n])}</th>'
        + "".join(_cell(items[n], items[other], near[n][other], low, high) for other in order)
        + "</tr>"
        for n in order
    )
    return (
        f'<div style="overflow-x:auto"><table style="{_TABLE}">'
        f'<thead><tr style="background:transparent"><th style="{_HEAD}"></th>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>{_scale(low, high, sorted_=_is_sorted(order))}"
    )


def lines(items: Sequence[MapItem], near: Rows) -> str:
    """The same as plain text, a line for each row."""
    order = arranged(near)
    width = max(len(str(item.number)) for item in items)
    numbers = "".join(f"{items[n].number:>7}" for n in order)
    rows = [
        f"{items[n].number:>{width}} {''.join(f'{_said(near[n][other]):>7}' for other in order)}"
        f"   {clipped(one_line(items[n].label), LONGEST)}"
        for n in order
    ]
    return "\n".join([f"{'':>{width}} {numbers}", *rows])


def arranged(near: Rows) -> list[int]:
    """An order of the rows that puts similar ones beside each other."""
    count = len(near)
    if count < SORTED_FROM:
        return list(range(count))
    # From both ends of the nearest pair outwards, so that no group is torn in two.
    pairs = ((_known(near[a][b]), a, b) for a in range(count) for b in range(a + 1, count))
    _, first, second = max(pairs, key=lambda pair: (pair[0], -pair[1], -pair[2]))
    order, left = [min(first, second), max(first, second)], set(range(count)) - {first, second}
    while left:
        begin, end = order[0], order[-1]
        before = max(left, key=lambda n: (_known(near[begin][n]), -n))
        behind = max(left, key=lambda n: (_known(near[end][n]), -n))
        if _known(near[end][behind]) >= _known(near[begin][before]):
            order.append(behind)
            left.remove(behind)
        else:
            order.insert(0, before)
            left.remove(before)
    return order


def extent(near: Rows) -> tuple[float, float]:
    """The lowest and the highest value off the diagonal: the usual range differs between models."""
    known = [
        value
        for n, row in enumerate(near)
        for other, value in enumerate(row)
        if n != other and not math.isnan(value)
    ]
    return (min(known), max(known)) if known else (0.0, 1.0)


def strength(value: float, low: float, high: float) -> float:
    """The strength of a value's colour, from 0 to 1."""
    if high - low < 0.01:
        return 1.0 if value >= high else 0.0
    return min(1.0, max(0.0, (value - low) / (high - low)))


def _cell(row: MapItem, column: MapItem, value: float, low: float, high: float) -> str:
    if math.isnan(value):
        none = tr("no vector")
        return f'<td style="{_CELL};{FAINT}" title="{none}">–</td>'
    opacity = _FAINTEST + (_STRONGEST - _FAINTEST) * strength(value, low, high)
    title = escape(f"{_short(row)} ~ {_short(column)}: {value:.4f}", quote=True)
    ground = _GROUND.format(opacity)
    return f'<td style="{_CELL};{ground}" title="{title}">{_said(value)}</td>'


def _name(item: MapItem) -> str:
    picture = ""
    if item.thumbnail:
        kind = "jpeg" if item.thumbnail.startswith(b"\xff\xd8") else "png"
        data = base64.b64encode(item.thumbnail).decode()
        picture = f'<img alt="" src="data:image/{kind};base64,{data}" style="{_THUMBNAIL}">'
    return f"<b>{item.number}</b>&ensp;{picture}{words(item.label, LONGEST)}"


def _short(item: MapItem) -> str:
    return f"{item.number} {clipped(one_line(item.label), LONGEST)}"


def _scale(low: float, high: float, *, sorted_: bool) -> str:
    steps = [low + (high - low) * part / 4 for part in range(5)]
    cells = "".join(
        f'<span style="{_GROUND.format(_FAINTEST + (_STRONGEST - _FAINTEST) * part / 4)};'
        f'padding:1px 8px">{_said(value)}</span>'
        for part, value in enumerate(steps)
    )
    said = tr("similarity (cosine)") + (tr(", neighbours put together") if sorted_ else "")
    return f'<div style="{SMALL}">{cells} <span style="{FAINT}">{inert(said)}</span></div>'


def _is_sorted(order: Sequence[int]) -> bool:
    return list(order) != list(range(len(order)))


def _said(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.2f}".replace("-0.00", "0.00").replace("-", "−")


def _known(value: float) -> float:
    return -2.0 if math.isnan(value) else value
