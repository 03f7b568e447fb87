"""
Lists as models write them: sub-lists two blanks deep below "1.", and boxes of tasks.

CommonMark wants three blanks below "1." and four below "10."; with two, the list below ends the
one above, and its items stand beside each other.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_core import StateCore

_LEAST = 2
# A list that goes on with "2." below "1." is the same list.
_ITEM = re.compile(r"(?:[-*+]|1[.)])[ \t]+\S")
_RULE = re.compile(r"([-*])(?:[ \t]*\1){2,}[ \t]*\Z")
_BOX = re.compile(r"\[([ xX])\](?=\s|\Z)")


def add_lists(md: MarkdownIt) -> None:
    """Teach a parser such lists."""
    tokenize = md.block.tokenize

    def indented(state: StateBlock, start: int, end: int) -> None:
        item = state.tokens[-1] if state.tokens else None
        mark = state.bMarks[start]
        # Only an ordered item has its number here. Whoever has called sets the indent back.
        if item and item.type == "list_item_open" and item.info:
            indent = _indent(state, start, end, len(item.info) + 1)
            if indent < state.blkIndent:
                # The parser cuts as many characters off its first line, which has the number.
                state.bMarks[start] += state.tShift[start]
                state.tShift[start] = 0
                state.blkIndent = indent
        tokenize(state, start, end)
        state.bMarks[start] = mark

    md.block.tokenize = indented  # type: ignore[assignment, method-assign]
    md.core.ruler.before("inline", "tasks", _tasks)


def _indent(state: StateBlock, start: int, end: int, mark: int) -> int:
    """
    How far the content of an item is indented: less, where a list that is in it shows it.

    Only the first line that is not indented enough can show it: what is above it is in the item
    anyway, so that more lines below never change what was drawn.
    """
    content, begin = state.blkIndent, state.bMarks[start] + state.tShift[start]
    before = state.src[max(0, begin - 5) : begin]
    gap = len(before) - len(before.rstrip(" "))
    if begin >= state.eMarks[start]:
        gap = 1
    elif not 1 <= gap <= 4:
        # A tab, or code.
        return content
    base = content - mark - gap
    for line in range(start + 1, end):
        if state.isEmpty(line) or state.sCount[line] >= content:
            continue
        text = state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]
        if state.sCount[line] >= base + _LEAST and _ITEM.match(text) and not _RULE.match(text):
            return state.sCount[line]
        break
    return content


def _tasks(state: StateCore) -> None:
    """A box becomes a sign, since a form would be taken out of saved notebooks."""
    for item, paragraph, inline in zip(
        state.tokens, state.tokens[1:], state.tokens[2:], strict=False
    ):
        if item.type == "list_item_open" and paragraph.type == "paragraph_open":
            box = _BOX.match(inline.content)
            if box:
                inline.content = ("☐" if box[1] == " " else "☑") + inline.content[box.end() :]
