"""The headings and the tables in Markdown, found line by line, without rendering it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from ..files.lines import lines
from . import html_table, pipe_row
from .html_table import MOST_EMPTY, Row
from .numbers import numbers

__all__ = [
    "MOST_EMPTY",
    "Heading",
    "Row",
    "cuts",
    "drawable",
    "may_have_table",
    "numbers",
    "outline",
    "pipes",
    "spaced",
    "table_records",
    "table_rows",
    "unfenced",
    "unique",
    "with_pipes",
]

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t](.*)")
_RULE = re.compile(r"\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?")
# What a model puts around a table to set it in the middle of a page.
_DIV_BEGIN = re.compile(r"<div\b[^<>]{0,120}>\s{0,9}\Z", re.IGNORECASE)
_DIV_END = re.compile(r"\s{0,9}</div\s{0,9}>", re.IGNORECASE)
_DIV = 150
_SOFT_BREAK = re.compile("[\v\f\x1c-\x1e\x85]")
_NO_WORDS = re.compile(r"[\s>|:-]*")
_MARGIN = re.compile(r"(?:[ \t]*>)*[ \t]*")
# Converters of workbooks call a column so that has no name.
_UNNAMED = re.compile(r"(?:Unnamed: \d+)?")


class Heading(NamedTuple):
    """A heading: how deep it is, from 1 to 6, its words, and its line, counted from 1."""

    level: int
    text: str
    line: int


def outline(text: str) -> list[Heading]:
    """The headings that begin with ``#``, but for those in fenced code."""
    found = []
    for number, line in _lines(text):
        if match := _HEADING.fullmatch(line):
            words = _unclosed(match[2].strip(" \t"))
            if words:
                words = pipe_row.unescaped(" ".join(words.split()))
                found.append(Heading(len(match[1]), words, number))
    return found


def _unclosed(heading: str) -> str:
    """The words of a heading without the number signs that may close it."""
    words = heading.rstrip("#")
    return words.rstrip(" \t") if not words or words[-1] in " \t" else heading


def table_rows(text: str) -> list[list[Row]]:
    """
    The tables in the order in which they stand, written in pipes or in HTML.

    Each is its rows, the head first, all as long as the head. A title above the head is no row. One
    whose rows are so much shorter than its head that it would be mostly empty (`MOST_EMPTY`) is
    left out.
    """
    outer = html_table.spans(text)
    found = [(begin, html_table.read(text[begin:end]).rows) for begin, end in outer]
    for table in _pipe_tables(text):
        rows = [[pipe_row.words(cell) for cell in row] for row in table.rows]
        found.append((table.begin, _squared(rows)))
    ordered = (rows for _, rows in sorted(found, key=lambda one: one[0]) if any(rows))
    return [_headed(rows) for rows in ordered]


def table_records(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """A table by the names of its columns, in which words are numbers by the rule of `numbers`."""
    head, *body = rows
    columns = [numbers(column) for column in zip(*body, strict=True)]
    return [dict(zip(unique(head), row, strict=True)) for row in zip(*columns, strict=True)]


def spaced(text: str) -> str:
    """The text with blanks for soft breaks, which are no characters that can be shown."""
    return _SOFT_BREAK.sub(" ", text)


def drawable(text: str) -> str:
    """The same lines, in which tables in pipes have their cells in the right columns when drawn."""
    changed = [change for table in _pipe_tables(text) for change in table.changes]
    if not changed:
        return text
    pieces = lines(text, ends=True)
    for number, row in changed:
        line = pieces[number - 1]
        end = line[len(line.rstrip("\r\n")) :]
        pieces[number - 1] = f"{_margin(line)}| {' | '.join(row)} |{end}"
    return "".join(pieces)


def cuts(text: str) -> set[int]:
    """
    The numbers of lines, counted from 1, below which a text of whole lines may be cut.

    Whatever follows, `drawable` then gives for both parts what it gives for the whole. It goes
    line by line and knows neither lists nor paragraphs: to it, a row that begins another block
    belongs to the same table, and a fence in an item is open until some line closes it.
    """
    found, above = unfenced(text), ""
    for number, line in enumerate(lines(text), 1):
        if number > 1 and _may_be_one_table(above, line):
            found.discard(number - 1)
        above = line
    return found


def unfenced(text: str) -> set[int]:
    """The same where the text has no table: the lines below which no fence is open."""
    return {number for number, _, _, fence in _fences(text) if not fence}


def may_have_table(text: str) -> bool:
    """Whether a line stands above one that may be the rule of a table with it."""
    each = lines(text) if "|" in text else []
    # Nearly no line is like a rule.
    rules = [at for at, line in enumerate(each) if "-" in line and _NO_WORDS.fullmatch(line)]
    return any(at > 0 and _may_begin_table(each[at - 1], each[at]) for at in rules)


def _may_begin_table(line: str, rule: str) -> bool:
    # A rule without bars is one of a single column: below more of them an item begins.
    return "|" in rule or ("|" in line and len(pipe_row.split(line)) == 1)


def _may_be_one_table(line: str, below: str) -> bool:
    if "|" in line:
        return "|" in below or ("-" in below and _NO_WORDS.fullmatch(below) is not None)
    return "|" in below and "-" in line and _NO_WORDS.fullmatch(line) is not None


def with_pipes(text: str) -> str:
    """The text with its HTML tables written in pipes, which is how tables are drawn here."""
    pieces, after = [], 0
    tables = html_table.spans(text)
    code = _fenced(text) if tables else []
    for begin, end in tables:
        if any(first <= begin < last for first, last in code):
            continue
        table = html_table.read(text[begin:end])
        if table.mostly_empty:
            # It stays as it was written.
            continue
        near = max(after, begin - _DIV)
        around = _DIV_BEGIN.search(text[near:begin])
        behind = _DIV_END.match(text, end)
        if around and behind:
            begin, end = near + around.start(), behind.end()
        drawn = pipes(table.rows) if any(table.rows) else ""
        shown = "\n\n".join(filter(None, [table.title, drawn]))
        pieces += [text[after:begin], f"\n\n{shown}\n\n" if shown else ""]
        after = end
    return "".join([*pieces, text[after:]])


def pipes(rows: Sequence[Row]) -> str:
    """A table as Markdown."""
    head, *body = ["| " + " | ".join(map(_cell, row)) + " |" for row in rows]
    return "\n".join([head, "|" + "---|" * len(rows[0]), *body])


def unique(names: Row) -> Row:
    """Names for columns: none is empty, and none is there twice."""
    found: dict[str, None] = {}
    for number, name in enumerate(names, 1):
        wanted = name or f"column {number}"
        while wanted in found:
            wanted = f"{wanted} {number}"
        found[wanted] = None
    return list(found)


def _fenced(text: str) -> list[tuple[int, int]]:
    """Where fenced code begins and ends."""
    outside = {number for number, _ in _lines(text)}
    found: list[tuple[int, int]] = []
    begin = 0
    for number, line in enumerate(lines(text, ends=True), 1):
        end = begin + len(line)
        if number not in outside and found and found[-1][1] == begin:
            found[-1] = (found[-1][0], end)
        elif number not in outside:
            found.append((begin, end))
        begin = end
    return found


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines outside fenced code, numbered from 1."""
    for number, line, before, after in _fences(text):
        if not before and not after:
            yield number, line


def _fences(text: str) -> Iterator[tuple[int, str, str, str]]:
    """The lines, numbered from 1, each with the fence that is open above it and below it."""
    fence = ""
    for number, line in enumerate(lines(text), 1):
        before, mark = fence, _FENCE.match(line)
        if not fence:
            fence = mark[1] if mark else ""
        elif mark and mark[1].startswith(fence):
            fence = ""
        yield number, line, before, fence


class _PipeTable(NamedTuple):
    """
    Where a table begins, its rows as they are written, and those that would be cut in other
    places, by the numbers of their lines.
    """

    begin: int
    rows: list[Row]
    changes: list[tuple[int, Row]]

    def add(self, number: int, line: str, row: Row) -> None:
        self.rows.append(row)
        if row != pipe_row.split(line):
            self.changes.append((number, row))


def _pipe_tables(text: str) -> list[_PipeTable]:
    if "|" not in text:
        return []
    starts = [0]
    for line in lines(text, ends=True):
        starts.append(starts[-1] + len(line))
    outside = {number: line[len(_margin(line)) :] for number, line in _lines(text)}
    found, after = [], 0
    for number, line in outside.items():
        rule = outside.get(number + 1, "").strip()
        if number < after or "|" not in line or "-" not in rule or not _RULE.fullmatch(rule):
            continue
        if "|" not in rule and len(pipe_row.split(line)) > 1:
            # Words with bars in them, and the line below makes them a heading.
            continue
        width = len(pipe_row.split(rule))
        head = pipe_row.split(line, width)
        if len(head) != width:
            continue
        after = number + 2
        while "|" in outside.get(after, ""):
            after += 1
        body = {at: outside[at] for at in range(number + 2, after)}
        table = _PipeTable(starts[number - 1], [], [])
        if width == 1 and (wider := _width(body.values())):
            # A title, and the head is the first row below the rule.
            width = wider
            table.changes.append((number, [*head, *[""] * (width - 1)]))
            table.changes.append((number + 1, ["---"] * width))
        else:
            table.add(number, line, head)
        for at, row in body.items():
            table.add(at, row, pipe_row.fitted(row, width))
        found.append(table)
    return found


def _margin(line: str) -> str:
    """What stands before a line in a list or a quotation."""
    margin = _MARGIN.match(line)
    return margin[0] if margin else ""


def _width(lines: Iterable[str]) -> int:
    """How many cells all of several lines have; 0 for one line, and where they differ or have 1."""
    widths = [len(pipe_row.split(line)) for line in lines]
    return widths[0] if len(widths) > 1 and len(set(widths)) == 1 and widths[0] > 1 else 0


def _cell(text: str) -> str:
    return pipe_row.escaped(" ".join(text.split())).replace("|", "\\|")


def _squared(rows: list[Row]) -> list[Row]:
    """The rows, all as long as the first; none where most would be empty."""
    width = len(rows[0]) if rows else 0
    if sum(max(0, width - len(row)) for row in rows) > MOST_EMPTY:
        return []
    return [row[:width] + [""] * (width - len(row)) for row in rows]


def _headed(rows: list[Row]) -> list[Row]:
    """
    Without what is above the head: a table of Word has none, and converters put an empty one
    there; of a workbook, the title that stands in the first cell of a sheet.
    """
    while len(rows) > 1 and not any(rows[0]):
        rows = rows[1:]
    if len(rows) > 2 and len(rows[0]) > 2 and all(rows[1]):
        first, *others = rows[0]
        if first and all(_UNNAMED.fullmatch(one) for one in others):
            return rows[1:]
    return rows
