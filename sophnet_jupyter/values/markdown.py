"""The headings and the tables in Markdown, found line by line, without rendering it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from typing import NamedTuple

Row = list[str]

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t](.*)")
_RULE = re.compile(r"\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?")
_BAR = re.compile(r"(?<!\\)\|")
_TABLE_BEGIN = re.compile(r"<table\b", re.IGNORECASE)
_TABLE_END = re.compile(r"</table\s*>", re.IGNORECASE)
# What a model puts around a table to set it in the middle of a page.
_DIV_BEGIN = re.compile(r"<div\b[^<>]{0,120}>\s{0,9}\Z", re.IGNORECASE)
_DIV_END = re.compile(r"\s{0,9}</div\s{0,9}>", re.IGNORECASE)
_DIV = 150
_INTEGER = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+|[-+]?\d{1,15}")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
# Rows are filled up to the head's length, which makes a table of a short text that is as large as
# its square. What would need more cells than this is no table, and stays in the text as it is.
MOST_EMPTY = 5_000
# A cell that says it spans a thousand others is not believed.
_MOST_SPANNED = 50


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
                found.append(Heading(len(match[1]), " ".join(words.split()), number))
    return found


def _unclosed(heading: str) -> str:
    """The words of a heading without the number signs that may close it."""
    words = heading.rstrip("#")
    return words.rstrip(" \t") if not words or words[-1] in " \t" else heading


def table_rows(text: str) -> list[list[Row]]:
    """
    The tables in the order in which they stand, written in pipes or in HTML.

    Each is its rows, the head first, all as long as the head. One whose rows are so much shorter
    than its head that it would be mostly empty (`MOST_EMPTY`) is left out.
    """
    found = [(begin, _html_rows(text[begin:end])) for begin, end in _html_tables(text)]
    found += _pipe_tables(text)
    ordered = (rows for _, rows in sorted(found, key=lambda one: one[0]) if any(rows))
    return [_headed(rows) for each in ordered if (rows := _squared(each))]


def with_pipes(text: str) -> str:
    """The text with its HTML tables written in pipes, which is how tables are drawn here."""
    pieces, after = [], 0
    for begin, end in _html_tables(text):
        read = _html_rows(text[begin:end])
        rows = _squared(read)
        if any(read) and not rows:
            # Too much of it is empty: it stays as it was written.
            continue
        near = max(after, begin - _DIV)
        around = _DIV_BEGIN.search(text[near:begin])
        behind = _DIV_END.match(text, end)
        if around and behind:
            begin, end = near + around.start(), behind.end()
        pieces += [text[after:begin], f"\n\n{pipes(rows)}\n\n" if rows and rows[0] else ""]
        after = end
    return "".join([*pieces, text[after:]])


def pipes(rows: Sequence[Row]) -> str:
    """A table as Markdown."""
    head, *body = ["| " + " | ".join(map(_cell, row)) + " |" for row in rows]
    return "\n".join([head, "|" + "---|" * len(rows[0]), *body])


def numbers(column: list[str]) -> list[str] | list[int] | list[float]:
    """The column as numbers where every cell is one."""
    if column and all(_INTEGER.fullmatch(cell) for cell in column):
        return [int(cell.replace(",", "")) for cell in column]
    if column and all(_NUMBER.fullmatch(cell) for cell in column):
        return [float(cell) for cell in column]
    return column


def unique(names: Row) -> Row:
    """Names for columns: none is empty, and none is there twice."""
    found: dict[str, None] = {}
    for number, name in enumerate(names, 1):
        wanted = name or f"column {number}"
        while wanted in found:
            wanted = f"{wanted} {number}"
        found[wanted] = None
    return list(found)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines outside fenced code, numbered from 1."""
    fence = ""
    for number, line in enumerate(text.splitlines(), 1):
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence):
                fence = ""
        elif mark:
            fence = mark[1]
        else:
            yield number, line


def _html_tables(text: str) -> Iterator[tuple[int, int]]:
    """Where tables begin and end, found in one pass: a text may be hostile, and long."""
    place = 0
    while begin := _TABLE_BEGIN.search(text, place):
        end = _TABLE_END.search(text, begin.end())
        if end is None:
            return
        yield begin.start(), end.end()
        place = end.end()


def _pipe_tables(text: str) -> list[tuple[int, list[Row]]]:
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    lines = dict(_lines(text))
    found, after = [], 0
    for number, line in lines.items():
        rule = lines.get(number + 1, "").strip()
        if number < after or "|" not in line or "-" not in rule or not _RULE.fullmatch(rule):
            continue
        head = _cells(line)
        if len(_cells(rule)) != len(head):
            continue
        rows, after = [head], number + 2
        while "|" in lines.get(after, ""):
            rows.append(_cells(lines[after]))
            after += 1
        found.append((starts[number - 1], rows))
    return found


def _cells(line: str) -> Row:
    line = line.strip().removeprefix("|")
    if line.endswith("|") and not line.endswith("\\|"):
        line = line[:-1]
    return [cell.strip().replace("\\|", "|") for cell in _BAR.split(line)]


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _squared(rows: list[Row]) -> list[Row]:
    """The rows, all as long as the first; none where most would be empty."""
    rows = [row for row in rows if row]
    width = len(rows[0]) if rows else 0
    if sum(max(0, width - len(row)) for row in rows) > MOST_EMPTY:
        return []
    return [row[:width] + [""] * (width - len(row)) for row in rows]


def _headed(rows: list[Row]) -> list[Row]:
    """A table of Word has no head, and converters put an empty one above it."""
    return rows[1:] if len(rows) > 1 and not any(rows[0]) else rows


def _html_rows(html: str) -> list[Row]:
    reader = _Table()
    reader.feed(html)
    reader.close()
    return reader.rows


class _Table(HTMLParser):
    """Rows of an HTML table. A cell that spans others has its words in the first of them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[Row] = []
        self._cell: list[str] | None = None
        self._span = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self._close()
            self.rows.append([])
        elif tag in ("td", "th"):
            self._close()
            span = dict(attrs).get("colspan") or "1"
            self._span = min(int(span), _MOST_SPANNED) if span.isdecimal() else 1
            self._cell = []
        elif tag == "br" and self._cell is not None:
            self._cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self._close()

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def _close(self) -> None:
        if self._cell is None:
            return
        if not self.rows:
            self.rows.append([])
        words = " ".join("".join(self._cell).split())
        self.rows[-1] += [words, *[""] * (self._span - 1)]
        self._cell = None
