"""
Markdown that is still arriving, drawn again and again: only its end is read each time.

Finished blocks are set once, and so are the items of a list behind which another has begun: half of
what models write is lists, some of them as long as the whole answer.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from ...values.markdown import drawable, may_have_table, spaced, unfenced
from .control_characters import plain
from .markdown import GROWING, LARGEST_HTML, LINE_END, LONGEST, parser, parted, render
from .tables import begun

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token
    from markdown_it.utils import EnvType

_ITEM = re.compile(r" {0,3}(?:[-+*]|\d{1,9}[.)])[ \t]")
_BLANK_BELOW = re.compile(r"(?>\r\n|\r|\n)[ \t]*(?:\r\n|\r|\n)[ \t]*\Z")


# The tokens of an item of one word.
_PROBE = 5


class GrowingMarkdown:
    """A text that grows, as HTML."""

    def __init__(self) -> None:
        self.finished = ""
        """The finished blocks, which more text cannot change."""
        self.finished_html = ""
        self.html = ""
        self._rest = self._held = ""
        self._items = _Items()

    def take(self, more: str) -> None:
        """Read what has come since."""
        more = self._held + more
        # Half of a line end, perhaps.
        self._held = more[-1:] if more.endswith("\r") else ""
        more = more.removesuffix("\r")
        self._rest += more
        # A rule makes a table of the line above it, be it the first line of a list.
        if self._items.text and _may_have_table(self._rest):
            self._items = _Items()
        # Only the end of a line ends a block.
        if LINE_END.search(more):
            above = self._items.text
            done, _ = parted(self._rest[len(above) :], eager=True)
            if done:
                done = above + done
                self.finished += done
                self.finished_html += render(done)
                self._rest = self._rest[len(done) :]
                self._items = _Items()
        self.html = self.finished_html + self._drawn()
        if len(self.html) > LARGEST_HTML:
            self.html = render(self.finished + self._rest, growing=True)

    def _drawn(self) -> str:
        if not self._rest:
            return ""
        is_list = _ITEM.match(self._rest) and not _may_have_table(self._rest)
        if is_list and (html := self._items.drawn(self._rest)):
            return html
        self._items = _Items()
        return render(self._rest, growing=True)


class _Items:
    """The items of a list but for its last one, and what they are drawn as."""

    def __init__(self) -> None:
        self.text = ""
        self._html = ""
        self._begin = ""
        # Whether blank lines stand between any of its parts: then each has paragraphs.
        self._is_loose = False

    def drawn(self, whole: str) -> str:
        """The list of which these are the first items; empty where there is more, or none."""
        last = whole[len(self.text) :]
        read = _read(last, growing=True)
        if read is None:
            return ""
        self._begin = self._begin or _html(read.tokens[:1], read.env)
        self._loosen(is_loose=read.is_loose)
        # Of the last line nobody knows yet what it is.
        ends = [end.end() for end in LINE_END.finditer(last)]
        begins = {begin for begin in read.begins if 0 < begin < len(ends)}
        at = max(begins & unfenced(last) if begins else (), default=0)
        if at:
            read = self._taken(last[: ends[at - 1]], last[ends[at - 1] :]) or read
        return f"{self._begin}{self._html}{self._set(read)}{_html(read.tokens[-1:], read.env)}"

    def _taken(self, items: str, last: str) -> _List | None:
        """Have these items among the first; returns the last one, None where that cannot be."""
        read, rest = _read(items, growing=False), _read(last, growing=True)
        if read is None or rest is None:
            return None
        self._loosen(is_loose=read.is_loose or bool(_BLANK_BELOW.search(items)))
        self.text += items
        self._html += self._set(read)
        return rest

    def _loosen(self, *, is_loose: bool) -> None:
        if is_loose and not self._is_loose:
            self._is_loose = True
            if self.text and (read := _read(self.text, growing=False)):
                self._html = self._set(read)

    def _set(self, read: _List) -> str:
        for token in read.tokens:
            if self._is_loose and token.level == 2 and token.type.startswith("paragraph_"):
                token.hidden = False
        return _html(read.tokens[1:-1], read.env)


class _List(NamedTuple):
    """A text that is one list, and the lines in which its items begin."""

    tokens: list[Token]
    env: EnvType
    is_loose: bool
    begins: list[int]


def _read(text: str, *, growing: bool) -> _List | None:
    """A text that is one list and nothing else; None for any other."""
    shown = spaced(LINE_END.sub("\n", text))
    mark = _ITEM.match(shown)
    if mark is None or len(shown) > LONGEST or plain(shown) != shown:
        return None
    env: EnvType = {GROWING: growing}
    # An item before it, since only the paragraph of one shows whether a list has blank lines.
    shown = f"{mark[0]}x\n{shown}"
    first, *tokens = parser().parse(drawable(shown), env)
    probe, items = tokens[:_PROBE], tokens[_PROBE:]
    kinds = [token.type for token in (first, *tokens) if token.level == 0]
    is_list = len(kinds) == 2 and kinds[0] in ("bullet_list_open", "ordered_list_open")
    if not is_list or len(items) < 2 or probe[-1].type != "list_item_close":
        return None
    begins = [
        token.map[0] - 1
        for token in items
        if token.level == 1 and token.type == "list_item_open" and token.map
    ]
    return _List([first, *items], env, not probe[1].hidden, begins)


def _may_have_table(text: str) -> bool:
    """Whether a list may be a table instead, or have one, which only the whole of it tells."""
    if "|" not in text:
        return False
    shown = plain(spaced(text))
    return may_have_table(shown) or begun(shown) != shown


def _html(tokens: Sequence[Token], env: EnvType) -> str:
    md = parser()
    return str(md.renderer.render(tokens, md.options, env))
