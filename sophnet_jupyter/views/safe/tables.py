"""
Tables in Markdown that are no larger than what was written.

A row that is shorter than the head is filled up with empty cells, so that two kilobytes of text
become sixty thousand cells, and take a second. What would is shown as it was written.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...values import pipe_row

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock

# Cells that may be filled up in all tables of a text.
MOST_EMPTY = 5_000
_ROOM = "tables_room"
# What stands before a table in a list or in a quotation, then a line that begins with a bar, or
# has one between words.
_HEAD = re.compile(r"((?:[ \t]|>)*)(\|.*|[^\s|`$\\][^|`$\\]* \|(?: .*)?)")
_RULE = re.compile(r"(?:[ \t]|>)*[|:\- \t]*")
_FENCE = re.compile(r"(?:[ \t]|>|[-*+] |\d+[.)] )*(`{3,}|~{3,})(.*)")
_LONGEST_HEAD = 2_000


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


def begun(text: str) -> str:
    """
    A text that is still arriving, in which the head of a table that has just begun is a table.

    Until its rule is there, the head would be a line of bars.
    """
    lines = text.split("\n")
    rule = len(lines) > 1 and bool(_RULE.fullmatch(lines[-1])) and "|" in lines[-2]
    head, above = lines[-1 - rule], lines[: -1 - rule]
    found = _HEAD.fullmatch(head)
    before = above[-1] if above else ""
    if not found or len(head) > _LONGEST_HEAD or "|" in before or _in_fence(above):
        return text
    if not found[2].startswith("|") and before.strip(" \t>"):
        return text
    cells = pipe_row.split(found[2])
    drawn = [f"{found[1]}| {' | '.join(cells)} |", f"{found[1]}|{'---|' * len(cells)}"]
    return "\n".join([*above, *(drawn if any(cells) else [])])


def _in_fence(lines: list[str]) -> bool:
    fence = ""
    for line in lines:
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark[1] if mark[1][0] == "~" or "`" not in mark[2] else ""
        elif mark and mark[1].startswith(fence) and not mark[2].strip():
            fence = ""
    return bool(fence)


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
