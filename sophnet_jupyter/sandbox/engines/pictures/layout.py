"""From lines of text and where they stand to the blocks of a page: titles, paragraphs, tables."""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

Label = Literal["title", "text", "table"]
Box = tuple[int, int, int, int]

# A line that is so many times as high as the usual one is a title.
TITLE = 1.3
# Cells of a table are short; longer pieces side by side are columns of a text.
LONGEST_CELL = 24
_CHINESE_EDGE = re.compile(r"[\u3000-\u9fff\uff00-\uffef]")


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of text, and its left, top, right and bottom in pixels."""

    text: str
    box: Box

    @property
    def height(self) -> int:
        return self.box[3] - self.box[1]

    @property
    def middle(self) -> float:
        return (self.box[1] + self.box[3]) / 2


@dataclass(frozen=True, kw_only=True)
class Block:
    """A piece of a page. The text of a table is HTML, as the service's models write it."""

    label: Label
    text: str
    box: Box


def blocks(lines: Iterable[Line]) -> list[Block]:
    """The blocks of a page from top to bottom."""
    found = sorted(lines, key=lambda line: (line.box[1], line.box[0]))
    if not found:
        return []
    usual = statistics.median(line.height for line in found)
    made: list[Block] = []
    loose: list[Line] = []
    for rows in _runs(_rows(found)):
        if len(rows) > 1:
            made += _paragraphs(loose, usual)
            loose = []
            made.append(_table(rows))
        else:
            loose += rows[0]
    made += _paragraphs(loose, usual)
    return sorted(made, key=lambda block: (block.box[1], block.box[0]))


def _rows(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines that stand beside each other, from left to right."""
    rows: list[list[Line]] = []
    for line in lines:
        last = rows[-1][0] if rows else None
        if last and abs(line.middle - last.middle) < min(line.height, last.height) / 2:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.box[0]) for row in rows]


def _runs(rows: Sequence[list[Line]]) -> list[list[list[Line]]]:
    """Rows that follow each other as those of one table, and every other row alone."""
    runs: list[list[list[Line]]] = []
    for row in rows:
        if runs and _is_row(row) and _is_row(runs[-1][-1]) and _below(runs[-1][-1], row):
            runs[-1].append(row)
        else:
            runs.append([row])
    return runs


def _is_row(row: Sequence[Line]) -> bool:
    return len(row) > 1 and statistics.median(len(line.text) for line in row) <= LONGEST_CELL


def _below(upper: Sequence[Line], lower: Sequence[Line]) -> bool:
    gap = min(line.box[1] for line in lower) - max(line.box[3] for line in upper)
    return gap < 2.5 * max(line.height for line in upper)


def _table(rows: Sequence[Sequence[Line]]) -> Block:
    columns = [_centre(line) for line in max(rows, key=len)]
    body = []
    for row in rows:
        cells = [""] * len(columns)
        for line in row:
            place = min(range(len(columns)), key=lambda n: abs(columns[n] - _centre(line)))
            cells[place] = f"{cells[place]} {line.text}".strip()
        body.append(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>")
    box = _around(line for row in rows for line in row)
    return Block(label="table", text=f"<table>{''.join(body)}</table>", box=box)


def _centre(line: Line) -> float:
    return (line.box[0] + line.box[2]) / 2


def _paragraphs(lines: Sequence[Line], usual: float) -> list[Block]:
    """Lines of one height that stand close below each other belong together."""
    groups: list[list[Line]] = []
    for line in lines:
        for group in reversed(groups):
            if _goes_on(group[-1], line, usual):
                group.append(line)
                break
        else:
            groups.append([line])
    made = []
    for group in groups:
        high = statistics.median(line.height for line in group) >= TITLE * usual
        text = _joined(line.text for line in group)
        label: Label = "title" if high and len(group) < 3 else "text"
        made.append(Block(label=label, text=text, box=_around(group)))
    return made


def _goes_on(above: Line, below: Line, usual: float) -> bool:
    gap = below.box[1] - above.box[3]
    low, high = sorted((above.height, below.height))
    beside = above.box[0] < below.box[2] and below.box[0] < above.box[2]
    return beside and -low / 2 < gap < 0.8 * low and (high < 1.3 * low or high < TITLE * usual)


def _joined(texts: Iterable[str]) -> str:
    """Lines as one: with a blank between them, except between Chinese."""
    whole = ""
    for text in texts:
        edges = whole[-1:] + text[:1]
        chinese = len(edges) == 2 and all(map(_CHINESE_EDGE.match, edges))
        whole += text if not whole or chinese else f" {text}"
    return whole


def _around(lines: Iterable[Line]) -> Box:
    boxes = [line.box for line in lines]
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)
