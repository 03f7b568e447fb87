"""The one tag that models cannot do without: a cell of a table has no other way to break a line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline

_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)


def add_breaks(md: MarkdownIt) -> None:
    """Teach a parser ``<br>``, in any of its forms and without attributes."""
    md.inline.ruler.before("html_inline", "breaks", _break)


def _break(state: StateInline, silent: bool) -> bool:
    found = _BREAK.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        state.push("hardbreak", "br", 0)
    state.pos = found.end()
    return True
