"""
The few tags that models cannot do without, where Markdown has no word for what they do.

A cell of a table has no other way to break a line, and an index or a key of the keyboard none at
all. They are drawn without attributes, and only where the tag that closes them is there too.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline

# What each is drawn as. A <b> of ours tells the frame from what a model wrote.
_DRAWN = {"b": "strong", "kbd": "kbd", "sub": "sub", "sup": "sup"}
_OPENING = re.compile(r"<(b|kbd|sub|sup)>", re.IGNORECASE)
_CLOSING = {name: re.compile(f"</{name}>", re.IGNORECASE) for name in _DRAWN}
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_UNCLOSED = "tags_unclosed"


def add_tags(md: MarkdownIt) -> None:
    """Teach a parser ``<br>`` in any of its forms, and the pairs of tags."""
    md.inline.ruler.before("html_inline", "breaks", _break)
    md.inline.ruler.before("html_inline", "tags", _pair)


def _break(state: StateInline, silent: bool) -> bool:
    found = _BREAK.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        state.push("hardbreak", "br", 0)
    state.pos = found.end()
    return True


def _pair(state: StateInline, silent: bool) -> bool:
    opening = _OPENING.match(state.src, state.pos, state.posMax)
    if opening is None:
        return False
    name = opening[1].lower()
    if silent:
        state.pos = opening.end()
        return True
    closing = _closing(state, name, opening.end())
    if closing is None:
        return False
    stop = state.posMax
    state.pos, state.posMax = opening.end(), closing.start()
    state.push(f"{name}_open", _DRAWN[name], 1)
    state.md.inline.tokenize(state)
    state.push(f"{name}_close", _DRAWN[name], -1)
    state.pos, state.posMax = closing.end(), stop
    return True


def _closing(state: StateInline, name: str, start: int) -> re.Match[str] | None:
    """The tag that closes, outside of code, formulas and links; None if there is none."""
    # Without this memory, "<b>" many times over would take quadratic time.
    unclosed = state.env.setdefault(_UNCLOSED, set())
    key = (state.src, state.posMax, name)
    if key in unclosed:
        return None
    here, state.pos = state.pos, start
    found = None
    while state.pos < state.posMax:
        if found := _CLOSING[name].match(state.src, state.pos, state.posMax):
            break
        state.md.inline.skipToken(state)
    state.pos = here
    if found is None:
        unclosed.add(key)
    return found
