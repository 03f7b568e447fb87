"""A row of a table in pipes, cut into its cells; models forget to escape the bars in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape

from .dollars import formula_end

_BAR = re.compile(r"(?<!\\)\|")
# A bar that is meant to part cells mostly stands alone.
_SPACED_BAR = re.compile(r"(?<!\\)(?:(?<=\s)\||\|(?=\s))")
_LONE_BAR = re.compile(r"(?<![\\|])\|(?!\|)")
_FREE_BAR = re.compile(r"(?<=\s)\|(?=\s)")
# Where a bar is none: code and formulas. Of a dollar `formula_end` tells.
_WHOLE = re.compile(
    r"``(?:[^`]|`(?!`))+``|(?<![\\`])`[^`]+`"
    r"|(?<!\\)\$\$(?:\\.|[^$\\])+\$\$"
    r"|\\\((?:\\(?!\)).|[^\\]){1,300}?\\\)"
    r"|(?<!\\)\$"
)
_BREAK = re.compile(r"<br\s*/?>|\v|\f", re.IGNORECASE)
# What models put around the words of a cell.
_MARKS = re.compile(r"(\*\*|__(?!\w+\Z)|`)((?:(?!\1).)+)\1")
# What Markdown draws without its backslash, and converters write with one; brackets may be a
# formula's.
_ESCAPED = re.compile(r"\\([!#$&*+\-.<>_`{}~])")
# In HTML, a star between letters and the backslash of a path are words; of \$ and \* they are not.
_MEANT = re.compile(r"(?<=[^\W_])\*(?=\w)|\\(?=[!#&+\-.<>_{}~])|&(?=#?\w{1,31};)")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
# Nobody writes longer rows, and a hostile one would be read over and over.
_LONGEST = 2_000


def split(line: str, width: int | None = None) -> list[str]:
    """
    The cells of a line as they are written, bars in them escaped.

    With more of them than ``width``, bars in code, in formulas, such as touch words, and such as
    touch each other are taken for words, if there are ``width`` cells then. A row that has fewer
    is cut at the bars outside code and formulas.
    """
    line = line.strip().removeprefix("|")
    if line.endswith("|") and not line.endswith("\\|"):
        line = line[:-1]
    cells = _BAR.split(line)
    if width is not None and width < len(cells) and len(line) <= _LONGEST:
        others = list(_otherwise(line))
        # One that is short still has its formulas in one piece.
        short = [other for other in others[:1] if len(other) < width]
        for other in [*(other for other in others if len(other) == width), *short]:
            return [_BAR.sub(r"\|", cell).strip() for cell in other]
    return [cell.strip() for cell in cells]


def fitted(line: str, width: int) -> list[str]:
    """
    The cells of a row below a head of ``width``: without empty ones where there are as many then.

    What is too much all the same is left out by whoever draws or reads it, as everywhere.
    """
    cells = split(line, width)
    filled = [cell for cell in cells if cell]
    return filled if len(cells) > width > 1 and len(filled) == width else cells


def words(cell: str) -> str:
    """What a cell says, on one line, without the marks around it."""
    cell = " ".join(_BREAK.sub(" ", cell).split())
    marked = _MARKS.fullmatch(cell)
    if marked and marked[1] == "`":
        return marked[2].replace("\\|", "|").strip()
    return " ".join(unescaped(marked[2] if marked else cell).replace("\\|", "|").split())


def unescaped(line: str) -> str:
    """A line as it is drawn, without backslashes and entities, but for code and formulas in it."""
    return _outside(
        line, lambda part: _ENTITY.sub(lambda it: unescape(it[0]), _ESCAPED.sub(r"\1", part))
    )


def escaped(words: str) -> str:
    """What is drawn as these words: ``2*3*4`` has no emphasis, and a path keeps its backslashes."""
    return _outside(words, lambda part: _MEANT.sub(r"\\\g<0>", part))


def _outside(line: str, change: Callable[[str], str]) -> str:
    """A line that is changed, but for code and formulas in it."""
    pieces, place = [], 0
    for begin, end in [*_kept(line[:_LONGEST]), (len(line), len(line))]:
        pieces += [change(line[place:begin]), line[begin:end]]
        place = end
    return "".join(pieces)


def _otherwise(line: str) -> Iterator[list[str]]:
    kept = list(_kept(line))
    for bar in (_BAR, _SPACED_BAR, _LONE_BAR, _FREE_BAR):
        if bar is not _BAR:
            yield bar.split(line)
        cuts = [match.start() for match in bar.finditer(line)]
        cuts = [at for at in cuts if not any(begin < at < end for begin, end in kept)]
        starts, ends = [0, *(at + 1 for at in cuts)], [*cuts, len(line)]
        yield [line[begin:end] for begin, end in zip(starts, ends, strict=True)]


def _kept(line: str) -> Iterator[tuple[int, int]]:
    """Where the code and the formulas of a line stand."""
    place = 0
    while found := _WHOLE.search(line, place):
        begin, end = found.span()
        if found[0] == "$":
            formula = formula_end(line, begin)
            end = formula or end
        else:
            formula = end
        if formula:
            yield begin, end
        place = end
