"""Show vectors: a heat map of a few, a summary of many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ...errors import SettingsError
from ...language import tr
from ...response import Response
from ..media.thumbnails import small
from ..safe.look import FAINT, LINE, SMALL, clipped, one_line, words
from . import heat_map
from .heat_map import MapItem

# All pairs of more take seconds.
MOST_PAIRED = 4_000
PAIRS = 5
LONGEST = 90
SHOWN_NUMBERS = 6
_TABLE = f"{SMALL};border-collapse:collapse;margin:6px 0;width:auto"
_CELL = f"border:{LINE};padding:4px 8px;text-align:left;background:transparent"


class Pair(NamedTuple):
    """Two inputs that are near each other."""

    near: float
    one: int
    other: int


def html(response: Response) -> str:
    """A response's vectors as HTML; empty where it has none."""
    found = response.embeddings
    if not found:
        return ""
    head = f'<div style="margin:0 0 6px"><b>{words(title(response), 160)}</b></div>'
    if 1 < len(found) <= heat_map.MOST:
        return head + _heat_map(response)
    return head + _summary(response)


def lines(response: Response) -> str:
    """The same in words."""
    found = response.embeddings
    if not found:
        return ""
    said = [title(response)]
    try:
        if 1 < len(found) <= heat_map.MOST:
            said.append(heat_map.lines(_items(response), response.similarity().tolist()))
        elif len(found) > 1:
            for pair in nearest(response):
                names = " ~ ".join(f"{n} {_named(response, n)}" for n in (pair.one, pair.other))
                said.append(f"{pair.near:.3f}  {names}")
        else:
            said.append(numbers(response))
    except SettingsError as error:
        said.append(str(error))
    said += [_hint(found.inputs)] if len(found) > heat_map.MOST else []
    return "\n".join(said)


def title(response: Response) -> str:
    """Number, kind and dimensions of the vectors: ``120 texts × 1024 dimensions``."""
    found = response.embeddings
    texts, images = len(found.asked.texts), len(found.asked.images)
    counts = [tr("1 text") if texts == 1 else tr("{count:,} texts", count=texts)] if texts else []
    if images:
        counts.append(tr("1 image") if images == 1 else tr("{count:,} images", count=images))
    said = tr(" and ").join(counts)
    missing = len(found.missing)
    without = tr(", {missing:,} without a vector", missing=missing) if missing else ""
    return tr("{said} × {dimensions} dimensions", said=said, dimensions=found.dimensions) + without


def numbers(response: Response) -> str:
    """The first numbers of the first vector."""
    row = response.vectors[0]
    more = ", …" if len(row) > SHOWN_NUMBERS else ""
    return f"[{', '.join(f'{value:.4f}' for value in row[:SHOWN_NUMBERS].tolist())}{more}]"


def nearest(response: Response, count: int = PAIRS) -> list[Pair]:
    """The pairs of different inputs that are nearest to each other, the nearest first."""
    inputs = response.embeddings.inputs
    if len(inputs) > MOST_PAIRED:
        return []
    near = response.similarity()
    found: list[Pair] = []
    for one in range(len(inputs) - 1):
        row = near[one, one + 1 :]
        # Enough of each row that its equal inputs, which say nothing, do not hide the others.
        for n in row.argsort()[::-1][: 4 * count].tolist():
            value = float(row[n])
            if value == value and inputs[one] != inputs[one + 1 + n]:
                found.append(Pair(value, one, one + 1 + n))
    return sorted(found, key=lambda pair: -pair.near)[:count]


def _heat_map(response: Response) -> str:
    try:
        near = response.similarity().tolist()
    except SettingsError as error:
        return f'<div style="{SMALL};{FAINT}">{words(str(error), 300)}</div>'
    return heat_map.heat_map(_items(response), near)


def _items(response: Response) -> list[MapItem]:
    asked = response.embeddings.asked
    before = [b""] * len(asked.texts)
    thumbnails = [*before, *(small(one) if one else b"" for one in asked.thumbnails)]
    return [
        MapItem(
            number=number, label=label, thumbnail=thumbnails[number] if thumbnails[number:] else b""
        )
        for number, label in enumerate(response.embeddings.inputs)
    ]


def _summary(response: Response) -> str:
    found = response.embeddings
    try:
        shown = _first(response) if len(found) == 1 else _pairs(response)
    except SettingsError as error:
        shown = f'<div style="{SMALL};{FAINT}">{words(str(error), 300)}</div>'
    return f'{shown}<div style="{SMALL};{FAINT}">{words(_hint(found.inputs), 200)}</div>'


def _first(response: Response) -> str:
    return f'<div style="{SMALL}"><code>{words(numbers(response), 200)}</code></div>'


def _pairs(response: Response) -> str:
    rows = "".join(
        f'<tr style="background:transparent"><td style="{_CELL}">{pair.near:.3f}</td>'
        + "".join(
            f'<td style="{_CELL}"><b>{n}</b>&ensp;{words(_named(response, n), LONGEST)}</td>'
            for n in (pair.one, pair.other)
        )
        + "</tr>"
        for pair in nearest(response)
    )
    if not rows:
        return ""
    head = "".join(
        f'<th scope="col" style="{_CELL};font-weight:600">{name}</th>'
        for name in ("cosine", tr("nearest to each other"), "")
    )
    return (
        f'<div style="overflow-x:auto"><table style="{_TABLE}">'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _named(response: Response, place: int) -> str:
    return clipped(one_line(response.embeddings.inputs[place]), LONGEST)


def _hint(inputs: Sequence[str]) -> str:
    if len(inputs) == 1:
        return tr(".vectors is the array; a second text would show how near the two are")
    return tr(".vectors is the array, .similarity() the matrix, .to_frame() a DataFrame")
