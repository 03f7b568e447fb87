"""Colour for the code in an answer, by inline styles, which are all that a saved notebook keeps.

Without style sheets a colour cannot follow the theme, so it has to do for both. On white (#ffffff)
and on JupyterLab's dark ground (#111111) no colour can have a contrast of 4.5 at once; these have
4.3 on each, nearly the most there is. What is not coloured has the colour of the text around it.
"""

from __future__ import annotations

from functools import cache
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pygments.lexer import Lexer  # type: ignore[import-untyped]

# Longer code is shown plain: nobody reads it, and colouring it would hold up the display.
_LONGEST = 100_000

# A token takes the first colour found on the way up to its ancestors.
COLOURS = {
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


def coloured(code: str, language: str) -> str:
    """Return the code as HTML; without colour if the language is unknown or the code is long."""
    lexer = _lexer(language.lower()) if language and len(code) <= _LONGEST else None
    if lexer is None:
        return escape(code, quote=False)
    spans: list[tuple[str | None, str]] = []
    for kind, text in lexer.get_tokens(code):
        colour = _colour(str(kind).removeprefix("Token."))
        if spans and (spans[-1][0] == colour or text.isspace()):
            spans[-1] = (spans[-1][0], spans[-1][1] + text)
        else:
            spans.append((colour, text))
    return "".join(_span(colour, text) for colour, text in spans)


def _span(colour: str | None, text: str) -> str:
    text = escape(text, quote=False)
    return f'<span style="color:{colour}">{text}</span>' if colour else text


@cache
def _colour(kind: str) -> str | None:
    while kind and kind not in COLOURS:
        kind = kind.rpartition(".")[0]
    return COLOURS.get(kind)


def _lexer(language: str) -> Lexer | None:
    # Names we have not listed would be looked for in every installed distribution, each time.
    name = _languages().get(language)
    return _built(name) if name else None


@cache
def _languages() -> dict[str, str]:
    from pygments.lexers import get_all_lexers  # type: ignore[import-untyped]

    return {alias: names[0] for _, names, _, _ in get_all_lexers(plugins=False) for alias in names}


@cache
def _built(name: str) -> Lexer:
    from pygments.lexers import get_lexer_by_name

    lexer: Lexer = get_lexer_by_name(name, stripnl=False, ensurenl=False)
    return lexer
