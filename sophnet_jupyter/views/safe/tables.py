"""
Tables in Markdown that are no larger than what was written.

A row that is shorter than the head is filled up with empty cells, so that two kilobytes of text
become sixty thousand cells, and take a second. What would is shown as it was written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock

# Cells that may be filled up in all tables of a text.
MOST_EMPTY = 5_000
_ROOM = "tables_room"


def add_tables(md: MarkdownIt) -> None:
    """Teach a parser tables."""
    from markdown_it.rules_block.table import table

    def bounded(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        # Asked silently, it looks at the first two lines only.
        if not table(state, start, end, True):
            return False
        return silent or (_has_room(state, start, end) and table(state, start, end, False))

    md.enable("table")
    md.block.ruler.at("table", bounded, {"alt": ["paragraph", "reference"]})


def _has_room(state: StateBlock, start: int, end: int) -> bool:
    """Count the cells of a table that would be filled up, as far as its rows go."""
    columns, missing = _columns(_line(state, start)), 0
    room: int = state.env.get(_ROOM, MOST_EMPTY)
    ending = state.md.block.ruler.getRules("blockquote")
    for line in range(start + 2, end):
        indent = state.sCount[line] - state.blkIndent
        if state.isEmpty(line) or not 0 <= indent < 4 or missing > room:
            break
        if any(rule(state, line, end, True) for rule in ending):
            break
        missing += max(0, columns - _columns(_line(state, line)))
    if missing > room:
        return False
    state.env[_ROOM] = room - missing
    return True


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def _columns(line: str) -> int:
    line = line.strip().replace("\\|", "").removeprefix("|").removesuffix("|")
    return line.count("|") + 1
