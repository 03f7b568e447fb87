"""
Color for the code in an answer, by inline styles, which are all that a saved notebook keeps.

Without style sheets a color cannot follow the theme, so it has to do for both. On white (#ffffff)
and on JupyterLab's dark ground (#111111) no color can have a contrast of 4.5 at once; these have
4.3 on each, nearly the most there is. What is not colored has the color of the text around it.

Lexers run on a thread of their own (`coloring_thread`), never where they are asked for. Code that
has come to its end waits for its color, which is bounded by its size; code that still grows never
waits: it has the color of what was colored before, and the rest is plain for a moment.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from functools import cache, partial
from html import escape

from .code_lexers import LONGEST, tokens
from .coloring_thread import Work, begin

# A token takes the first color found on the way up to its ancestors.
COLORS = {
    "Comment": "#797979",
    "Comment.Preproc": "#bf5e0a",
    "Keyword": "#a64de6",
    "Literal.Number": "#bf5e0a",
    "Literal.String": "#148c28",
    "Literal.String.Escape": "#bf5e0a",
    "Literal.String.Interpol": "#bf5e0a",
    "Name.Attribute": "#2075ed",
    "Name.Builtin": "#108691",
    "Name.Class": "#2075ed",
    "Name.Decorator": "#da3093",
    "Name.Exception": "#108691",
    "Name.Function": "#2075ed",
    "Name.Namespace": "#2075ed",
    "Name.Tag": "#2075ed",
    "Operator.Word": "#a64de6",
    "Generic.Deleted": "#e23737",
    "Generic.Heading": "#2075ed",
    "Generic.Inserted": "#148c28",
    "Generic.Prompt": "#797979",
    "Generic.Subheading": "#a64de6",
}


# Code that grows is colored again when it has grown by this part, so that all the times together
# cost no more than a few times the last.
_GROWN = 0.25
# Characters of colored HTML that are kept, for code that is drawn again.
_KEPT = 4_000_000


def colored(code: str, language: str) -> str:
    """
    Return the code as HTML; without color if the language is not listed or the code is large.

    Waits for the thread that colors.
    """
    work = _memory.work(code, language)
    html = work.wait() if work else None
    return _plain(code) if html is None else html


def colored_so_far(code: str, language: str) -> str:
    """The same for code that still grows: never waits, and what has no color yet is plain."""
    begun, html = _memory.beginning(code, language)
    # Of the last line nobody knows what it will be.
    lines = code[: code.rfind("\n") + 1]
    if len(lines) > (1 + _GROWN) * len(begun) and not _memory.is_at(code, language):
        _memory.work(lines, language)
    return html + _plain(code[len(begun) :])


class _Memory:
    """What was colored lately, and what is being colored. Any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._works: OrderedDict[tuple[str, str], Work] = OrderedDict()

    def work(self, code: str, language: str) -> Work | None:
        """The work that colors this code, begun if need be; None if it stays plain."""
        if not language or len(code) > LONGEST:
            return None
        with self._lock:
            key = (language, code)
            work = self._works.pop(key, None) or begin(partial(_html, code, language))
            if work:
                self._works[key] = work
                self._forget()
            return work

    def beginning(self, code: str, language: str) -> tuple[str, str]:
        """The longest beginning of the code whose color is there, and its HTML; or nothing."""
        known = [(begun, work.result) for begun, work in self._of(code, language) if work.result]
        return max(known, key=lambda one: len(one[0]), default=("", ""))

    def is_at(self, code: str, language: str) -> bool:
        """True while some beginning of the code waits for its color."""
        return any(not work.done for _, work in self._of(code, language))

    def _of(self, code: str, language: str) -> list[tuple[str, Work]]:
        with self._lock:
            works = list(self._works.items())
        return [
            (begun, work)
            for (its, begun), work in works
            if its == language and code.startswith(begun)
        ]

    def _forget(self) -> None:
        """Keep the last of what was colored, as much as there is room for."""
        room = _KEPT
        for key, work in reversed(list(self._works.items())):
            room -= len(work.result or key[1])
            if room < 0:
                del self._works[key]


def _html(code: str, language: str) -> str:
    try:
        read = list(tokens(code, language))
    except Exception:
        # A lexer of others may raise anything.
        read = []
    if not code.startswith("".join(text for _, text in read)):
        # One that changes what it reads is not believed.
        read = []
    rest = code[sum(len(text) for _, text in read) :]
    spans: list[tuple[str | None, str]] = []
    for kind, text in [*read, ("", rest)]:
        color = _color(kind)
        if spans and (spans[-1][0] == color or text.isspace()):
            spans[-1] = (spans[-1][0], spans[-1][1] + text)
        else:
            spans.append((color, text))
    return "".join(_span(color, text) for color, text in spans)


def _span(color: str | None, text: str) -> str:
    return f'<span style="color:{color}">{_plain(text)}</span>' if color else _plain(text)


def _plain(code: str) -> str:
    return escape(code, quote=False)


@cache
def _color(kind: str) -> str | None:
    while kind and kind not in COLORS:
        kind = kind.rpartition(".")[0]
    return COLORS.get(kind)


_memory = _Memory()
