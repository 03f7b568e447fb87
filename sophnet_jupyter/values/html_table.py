"""Tables in HTML, as models and converters write them: found in a text, and read into a grid."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html.parser import HTMLParser
from typing import NamedTuple

_MARK = re.compile(r"<(/?)table\b[^<>]*>?", re.IGNORECASE)
# As in HTML. How many columns a table may span downwards at once is ours: they are looked at in
# each row.
_WIDEST, _TALLEST, _MOST_TAKEN = 1_000, 65_534, 200
_NUMBER = re.compile(r"[\s\"'\\+]*([0-9]{1,9})")
# Rows are filled up to the widest, which makes a table of a short text that is as large as its
# square. What would need more cells than this is no table, and stays in the text as it is.
MOST_EMPTY = 5_000
_MOST_WRAPPED = 8
_GROUPS = ("thead", "tbody", "tfoot")
_BLOCKS = frozenset("br p div li td th tr table caption h1 h2 h3 h4 h5 h6".split())

Row = list[str]


class HtmlTable(NamedTuple):
    """
    A ``title`` that stood above the table or in its first rows, and the ``rows``: none in one that
    would be ``mostly_empty``.
    """

    title: str
    rows: list[Row]
    mostly_empty: bool = False


def spans(text: str) -> list[tuple[int, int]]:
    """Where the outermost tables begin and end, in one pass: a text may be hostile, and long."""
    opened: list[int] = []
    found: list[tuple[int, int]] = []
    for mark in _MARK.finditer(text):
        if not mark[1]:
            opened.append(mark.start())
        elif opened:
            begin = opened.pop()
            while found and found[-1][0] > begin:
                found.pop()
            found.append((begin, mark.end()))
    return found


def read(html: str) -> HtmlTable:
    """
    One table. A cell that spans others has its words in the first of them.

    A table within a cell is that cell's words; one that is all there is in another is the table.
    """
    reader = _parsed(html)
    for _ in range(_MOST_WRAPPED):
        inner = spans(html[1:]) if reader.wraps else ()
        if not inner:
            break
        begin, end = inner[0]
        html = html[1 + begin : 1 + end]
        reader = _parsed(html)
    return _titled(reader)


def _parsed(html: str) -> _TableReader:
    reader = _TableReader()
    reader.feed(html)
    reader.close()
    return reader


def _titled(reader: _TableReader) -> HtmlTable:
    rows = [row for row in reader.rows if row.cells]
    titles = [reader.caption]
    while len(rows) > 2 and rows[0].given == 1 and not rows[0].tall and _is_wider(rows):
        titles.append(" ".join(filter(None, rows.pop(0).cells.values())))
    width = max((max(row.cells) + 1 for row in rows), default=0)
    if sum(width - len(row.cells) for row in rows) > MOST_EMPTY:
        return HtmlTable("", [], mostly_empty=True)
    grid = [[row.cells.get(place, "") for place in range(width)] for row in rows]
    return HtmlTable(" · ".join(filter(None, titles)), grid)


def _is_wider(rows: Sequence[_Line]) -> bool:
    return any(row.given > 1 for row in rows[1:3])


class _Line:
    """A row: its cells by their columns, how many it was given, and whether one spans others."""

    def __init__(self) -> None:
        self.cells: dict[int, str] = {}
        self.given = 0
        self.tall = False
        self.next = 0


class _TableReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[_Line] = []
        self.caption = ""
        self._depth = 0
        self._inner = 0
        self._loose = False
        # Which columns the rows above have taken, and up to which row.
        self._taken: dict[int, int] = {}
        self._spanned = 0
        self._words: list[str] | None = None
        self._kind = ""
        self._wide = self._tall = 1

    @property
    def wraps(self) -> bool:
        """Whether it is one cell with nothing in it but one table."""
        return self._inner == 1 and not self._loose and sum(row.given for row in self.rows) == 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._depth += 1
            self._inner += self._depth == 2
        if self._depth == 1 and tag in _GROUPS:
            self._end_group()
        if self._depth > 1 or tag not in ("tr", "td", "th", "caption"):
            if self._words is not None and tag in _BLOCKS:
                self._words.append(" ")
            return
        self._close()
        if tag == "tr":
            self._begin_row()
            return
        given = dict(attrs)
        self._wide = _count(given.get("colspan"), _WIDEST) or 1
        # HTML's 0 is all rows of the group that are left.
        self._tall = _count(given.get("rowspan"), _TALLEST) or _TALLEST
        self._words, self._kind = [], tag

    def handle_endtag(self, tag: str) -> None:
        if self._depth > 1:
            self._depth -= tag == "table"
            if self._words is not None and tag in _BLOCKS:
                self._words.append(" ")
        elif tag in ("td", "th", "tr", "table", "caption"):
            self._close()
        elif tag in _GROUPS:
            self._end_group()

    def handle_data(self, data: str) -> None:
        if self._words is not None:
            self._words.append(data)
            self._loose = self._loose or (self._depth == 1 and bool(data.strip()))

    def _begin_row(self) -> None:
        if self.rows and not self.rows[-1].given:
            # A row without cells takes up no place of those that span it.
            return
        self.rows.append(_Line())

    def _end_group(self) -> None:
        """No cell of a head reaches into the body, and none of the body into the foot."""
        self._close()
        self._taken.clear()

    def _close(self) -> None:
        if self._words is None:
            return
        words, self._words = " ".join("".join(self._words).split()), None
        if self._kind == "caption":
            self.caption = words
            return
        if not self.rows:
            self._begin_row()
        row, number = self.rows[-1], len(self.rows)
        place = row.next
        while self._taken.get(place, 0) >= number and place not in row.cells:
            place += 1
        self._spanned += self._wide - 1
        row.next = place + (self._wide if self._spanned <= MOST_EMPTY else 1)
        for at in range(place, row.next):
            row.cells[at] = words if at == place else ""
            if self._tall > 1 and (at in self._taken or len(self._taken) < _MOST_TAKEN):
                self._taken[at] = number + self._tall - 1
        row.given += 1
        row.tall = row.tall or self._tall > 1


def _count(said: str | None, most: int) -> int:
    """How many a cell spans, read as a browser does ("2px"); also in quotes with backslashes."""
    found = _NUMBER.match(said or "")
    return min(int(found[1]), most) if found else 1
