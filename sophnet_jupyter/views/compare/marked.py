"""How two texts differ, as a reader sees it: what is new is marked, what is gone struck through."""

from __future__ import annotations

from html import escape

from ...language import tr
from ...runs.compare.difference import TextDifference
from ..safe.control_characters import plain
from ..safe.look import BAD, FAINT, GOOD, SMALL, WRAP, words

_TEXT = f"white-space:pre-wrap;{WRAP};margin:0;font-family:inherit"
# Readable on light and on dark ground, and told apart without their colors: see `_GONE`.
_NEW = "background:rgba(20,140,40,.22);border-radius:2px;text-decoration:none"
_GONE = "background:rgba(226,55,55,.18);border-radius:2px;opacity:.75"
# Of a longer stretch that both have, this much stands at either end.
_KEPT = 400


def marked(found: TextDifference) -> str:
    """The second text with what only it has marked, and what only the first has struck through."""
    pieces = [_piece(kind, text) for kind, text in found]
    # The parser drops a line end that stands right behind the tag, so there is always one.
    return f'<pre style="{_TEXT}">\n{"".join(pieces)}</pre>'


def bundle(found: TextDifference) -> dict[str, str]:
    """A difference as the last line of a cell shows it."""
    titles = [words(title, 80) for title in found.titles]
    legend = (
        f'<span style="color:{BAD}">− {titles[0] or tr("first")}</span> · '
        f'<span style="color:{GOOD}">+ {titles[1] or tr("second")}</span> · '
        + (tr("equal") if found.equal else tr("{alike:.0%} alike", alike=found.alike))
    )
    return {
        "text/html": f'<div style="{SMALL};margin:0 0 6px">{legend}</div>{marked(found)}',
        "text/plain": plain(f"{found!r}\n{found}"),
    }


def _piece(kind: str, text: str) -> str:
    said = escape(plain(text), quote=False)
    if kind == "only first":
        return f'<del style="{_GONE}">{said}</del>'
    if kind == "only second":
        return f'<ins style="{_NEW}">{said}</ins>'
    if len(text) > 2 * _KEPT + 100:
        left = len(text) - 2 * _KEPT
        begin, end = (
            escape(plain(text[:_KEPT]), quote=False),
            escape(plain(text[-_KEPT:]), quote=False),
        )
        between = tr("… {count:,} equal characters …", count=left)
        return f'{begin}<span style="{FAINT}"> {between} </span>{end}'
    return said
