"""Show what a model wrote as HTML in which nothing runs, loads or pretends.

In JupyterLab the Markdown and HTML of a cell that has just run are trusted, so ``display(Markdown(
answer))`` runs the scripts in an answer and fetches its images. Here all HTML is text, images are
links, links lead where they say, and what is left is markup that JupyterLab keeps in notebooks
nobody has trusted: plain tags, and inline styles without variables.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from ...language import tr
from ...values.markdown import cuts, drawable, spaced
from .code_colors import colored, colored_so_far
from .control_characters import plain
from .emphasis import add_emphasis
from .links import add_links
from .lists import add_lists
from .look import WRAP
from .maths import add_maths, open_line
from .tables import add_tables, begun
from .tags import add_tags

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it import MarkdownIt
    from markdown_it.renderer import RendererHTML
    from markdown_it.token import Token
    from markdown_it.utils import EnvType, OptionsDict

__all__ = ["blocks", "plain", "render"]

_LINE = "1px solid rgba(128,128,128,.35)"
# JupyterLab wraps code and aligns table cells to the right; both only inline styles override.
_PRE = f"margin:0 0 1em;padding:.5em .8em;border:{_LINE};border-radius:4px;overflow-x:auto"
_CODE = "white-space:pre"
# A table scrolls, where its columns would else be squeezed until their words break.
_SCROLL = "overflow-x:auto;overflow-wrap:normal"
_TABLE = "border-collapse:collapse;margin:0 0 1em"
_ROW = f"border:{_LINE}"
_CELL = "padding:.3em .6em;text-align:"

# Ten times what a long answer has. What is behind it is shown as it was written: the parser takes
# 10 ms for 10 kB, at the best, on the thread that all answers share.
LONGEST = 200_000
# Rows, fences and quotations of few letters become thirty times as much HTML, and a notebook keeps
# it. A table of 2,000 rows and eight columns is below this.
LARGEST_HTML = 2_500_000
# Of more code in one text only the first is colored: whoever draws it waits for that.
COLORED_IN_TOTAL = 100_000
GROWING, _ROOM = "code_growing", "code_room"

_ENDED_BY_BLANK = frozenset({"heading_open", "hr", "paragraph_open", "table_open"})

# Of "python", "python:main.py", "{python}" and "py title='…'" the first word.
_LANGUAGE = re.compile(r"\s*\{?([\w#+.-]*)")
LINE_END = re.compile(r"\r\n|\r|\n")


def render(text: str, *, growing: bool = False) -> str:
    """Return safe HTML of Markdown that nobody has vetted.

    CommonMark with tables, strikethrough, boxes of tasks and few tags, and with what models write
    beside it: sub-lists two blanks deep, emphasis without blanks in Chinese. Formulas stay as they
    are for MathJax. The text may
    be cut anywhere, as in an answer that is still arriving. Takes about 10 ms for
    10 kB of prose, nearly all of it markdown-it's.

    Code is colored on another thread. This waits for it, at most for `COLORED_IN_TOTAL` characters
    of code; with ``growing``, for a text that will be drawn again, it does not, and code whose
    color is not there yet is plain; the head of a table is drawn before its rule is there. Of a
    text longer than `LONGEST` the rest is not read: it stands as it was written below a line that
    says so.
    """
    shown = plain(spaced(text))
    # At the end of a line, if there is one.
    cut = len(shown) if len(shown) <= LONGEST else shown.rfind("\n", 0, LONGEST) + 1 or LONGEST
    read = drawable(shown[:cut])
    html: str = parser().render(begun(read) if growing else read, {GROWING: growing})
    if len(html) > LARGEST_HTML:
        return _as_written(
            shown,
            tr(
                "Set, this text would have {size:.1f} MB: it stands as it is.", size=len(html) / 1e6
            ),
        )
    return html + (_unread(shown[cut:]) if cut < len(shown) else "")


def code_block(code: str, language: str, *, growing: bool = False) -> str:
    """Return code that has no control characters as a block, colored if the language is known."""
    shown = colored_so_far(code, language) if growing else colored(code, language)
    return f'<pre style="{_PRE}"><code style="{_CODE}">{shown}</code></pre>\n'


def _unread(text: str) -> str:
    return _as_written(
        text,
        tr(
            "The text is too long to be set: the last {count:,} characters as they are.",
            count=len(text),
        ),
    )


def _as_written(text: str, note: str) -> str:
    return f'<p style="{WRAP}"><em>{note}</em></p>\n{code_block(text, "")}'


def blocks(text: str) -> tuple[str, str]:
    """Split an answer that is still arriving into its finished blocks and the rest.

    Together they are the text. More text cannot change the finished blocks, so they may be drawn
    once and left alone; the rest starts with the top-level block (a paragraph, a list, a table, a
    fence, a formula) that may still grow. Drawn one after the other they look like the whole, but
    for links by reference, whose definition the other part does not see.
    """
    return parted(text, eager=False)


def parted(text: str, *, eager: bool) -> tuple[str, str]:
    """As `blocks`; where it is ``eager``, a last block that has come to its end is finished too."""
    # Of the last line we do not know yet what it is: "2" may become the "2." of a list.
    ends = [end.end() for end in LINE_END.finditer(text, 0, LONGEST)]
    whole = text[: ends[-1]] if ends else ""
    lines = spaced(LINE_END.sub("\n", whole))
    # Escape sequences may hold line ends, so lines could not be counted.
    if plain(lines) != lines:
        return "", text
    md = parser()
    env: EnvType = {}
    tokens: list[Token] = []
    md.block.parse(drawable(lines), md, env, tokens)
    begun = [token for token in tokens if token.map and token.level == 0]
    starts = [token.map[0] for token in begun if token.map]
    still_open = open_line(env)
    if still_open is not None:
        starts = [start for start in starts if start <= still_open]
    if eager and begun and still_open is None and _has_ended(begun[-1], len(ends)):
        starts.append(len(ends))
    cut = max(cuts(lines).intersection(starts), default=0)
    done = ends[cut - 1] if cut else 0
    return text[:done], text[done:]


def _has_ended(block: Token, lines: int) -> bool:
    """Whether a blank line stands below a block that ends with it, as lists and fences do not."""
    return block.map is not None and block.map[1] < lines and block.type in _ENDED_BY_BLANK


@cache
def parser() -> MarkdownIt:
    """The parser of all Markdown here."""
    # Imported on first use: it takes 14 ms, which loading the extension should not.
    from markdown_it import MarkdownIt

    md = MarkdownIt("commonmark", {"html": False, "xhtmlOut": False, "maxNesting": 20})
    md.enable("strikethrough")
    add_tables(md)
    add_maths(md)
    add_links(md)
    add_tags(md)
    add_lists(md)
    add_emphasis(md)
    for name, rule in _RULES.items():
        md.add_render_rule(name, rule)
    return md


def _render_code(
    _: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    code, said = tokens[index].content, _LANGUAGE.match(tokens[index].info)
    env[_ROOM] = env.get(_ROOM, COLORED_IN_TOTAL) - len(code)
    language = said[1] if said and env[_ROOM] >= 0 else ""
    return code_block(code, language, growing=env.get(GROWING, False))


def _render_block(
    renderer: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    options: OptionsDict,
    env: EnvType,
) -> str:
    # What stands inside inherits it.
    if tokens[index].level == 0:
        tokens[index].attrSet("style", WRAP)
    return renderer.renderToken(tokens, index, options, env)


def _render_table(
    _: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    return f'<div style="{_SCROLL}"><table style="{_TABLE}">\n'


def _render_table_end(
    _: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    return "</table></div>\n"


def _render_row(
    _: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    return f'<tr style="{_ROW}">\n'


def _render_cell(
    _: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    cell, content = tokens[index], tokens[index + 1].content
    # A row of one cell is filled up with empty ones: a style in each would make megabytes out of
    # a short hostile table.
    if not content:
        return f"<{cell.tag}>"
    align = str(cell.attrs.get("style", "text-align:left")).removeprefix("text-align:")
    return f'<{cell.tag} style="{_CELL}{align}">'


_RULES = {
    "fence": _render_code,
    "code_block": _render_code,
    "paragraph_open": _render_block,
    "heading_open": _render_block,
    "bullet_list_open": _render_block,
    "ordered_list_open": _render_block,
    "blockquote_open": _render_block,
    "table_open": _render_table,
    "table_close": _render_table_end,
    "tr_open": _render_row,
    "th_open": _render_cell,
    "td_open": _render_cell,
}
