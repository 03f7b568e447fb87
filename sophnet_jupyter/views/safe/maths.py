r"""Formulas in Markdown: kept as they are for MathJax, while money stays money.

Markdown would eat TeX (``\,`` becomes ``,`` and ``_`` starts emphasis), and MathJax would typeset
what stands between the dollars of "$5 and $10". So a formula passes untouched, only escaped, and
every other mark that MathJax could take for the start of one is hidden from it. A formula that
reaches beyond itself is shown as its source.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from ...values.dollars import formula_end, is_slang
from .control_characters import plain
from .formula_commands import is_tame

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it import MarkdownIt
    from markdown_it.renderer import RendererHTML
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token
    from markdown_it.utils import EnvType, OptionsDict

_ENVIRONMENTS = (
    r"equation|align(?:ed|at)?|flalign|gather(?:ed)?|multline|eqnarray|split|array|cases"
    r"|[bBpvV]?matrix"
)
# Three dollars in a row are a price range, not a formula.
_OPENING = re.compile(rf"(?<!\$)\$\$(?!\$)|\\[(\[]|\\begin\{{((?:{_ENVIRONMENTS})\*?)\}}")
_CLOSING = {"$$": "$$", "\\(": "\\)", "\\[": "\\]"}
# Up to the closing mark. A backslash takes the next character with it, as in MathJax's own
# search, so that the "\\]" of a matrix closes nothing.
_REST = {
    "$$": re.compile(r"(?:\\.|[^$\\]|\$(?!\$)|\${3,}+)*?\$\$(?!\$)", re.S),
    "\\)": re.compile(r"(?:\\(?!\)).|[^\\])*?\\\)", re.S),
    "\\]": re.compile(r"(?:\\(?!\]).|[^\\])*?\\\]", re.S),
}
# A formula longer than this is none. The limit keeps hostile text from being searched to its
# end at each line, and a stream from waiting for ever for a closing mark.
_MAX_LINES = 100

# Each time an answer is painted again, MathJax would find its labels taken. Nothing refers to them.
_LABEL = re.compile(r"\\label\s*\{[^{}]*\}|(\\.)", re.S)

# What MathJax could take for the start of a formula or, before one, for an escape.
_MARK = re.compile(r"\$+|\\(?=[(\[]|begin\{|(?:eq)?ref\{|\Z)")
_UNCLOSED = "maths_unclosed"
_OPEN_LINE = "maths_open_line"


def add_maths(md: MarkdownIt) -> None:
    """Teach a parser formulas."""
    md.inline.ruler.before("escape", "maths", _inline)
    md.block.ruler.before(
        "fence", "maths_block", _block, {"alt": ["paragraph", "blockquote", "list"]}
    )
    md.add_render_rule("maths", _render_inline)
    md.add_render_rule("maths_block", _render_block)
    md.add_render_rule("text", _render_text)


def inert(text: str) -> str:
    """Return text as HTML in which MathJax finds no formula."""
    return _MARK.sub(_hide, escape(text, quote=False))


def open_line(env: EnvType) -> int | None:
    """Return the first line whose formula the parsed text leaves open, if there is one."""
    line: int | None = env.get(_OPEN_LINE)
    return line


def _inline(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] not in "$\\":
        return False
    end = _formula_end(state)
    if end is None:
        return False
    if not silent:
        state.push("maths", "", 0).content = state.src[state.pos : end]
    state.pos = end
    return True


def _formula_end(state: StateInline) -> int | None:
    """Return where the formula at the present place ends, or None if there is no formula."""
    # The end of what is parsed, posMax, is the label's when a link's label is parsed.
    place = state.src, state.pos, state.posMax
    if opening := _OPENING.match(*place):
        closing = _closing(opening)
        # One search that ran to the end tells that later ones will. Without this memory, "\\["
        # many times over would take quadratic time.
        unclosed = state.env.setdefault(_UNCLOSED, set())
        key = (state.src, state.posMax, closing)
        if key not in unclosed:
            if end := _end_after(closing, state.src, opening.end(), state.posMax):
                inside = state.src[opening.end() : end - len(closing)]
                return None if closing == "$$" and is_slang(inside) else end
            unclosed.add(key)
    return formula_end(*place)


def _closing(opening: re.Match[str]) -> str:
    return f"\\end{{{opening[1]}}}" if opening[1] else _CLOSING[opening[0]]


def _end_after(closing: str, source: str, start: int, stop: int) -> int | None:
    if rest := _REST.get(closing):
        found = rest.match(source, start, stop)
        return found.end() if found else None
    place = source.find(closing, start, stop)
    return place + len(closing) if place >= 0 else None


def _block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A display formula that starts a line may hold anything: blank lines and list marks too."""
    if state.is_code_block(start):
        return False
    pos = state.bMarks[start] + state.tShift[start]
    opening = _OPENING.match(state.src, pos, state.eMarks[start])
    if not opening or opening[0] == "\\(":
        return False
    line = _closing_line(state, start, end, opening)
    if line is None:
        return False
    if not silent:
        token = state.push("maths_block", "", 0)
        token.content = state.getLines(start, line + 1, state.blkIndent, False).strip()
        token.map = [start, line + 1]
        token.block = True
        state.line = line + 1
    return True


def _closing_line(state: StateBlock, start: int, end: int, opening: re.Match[str]) -> int | None:
    """Return the line that ends with the closing mark, or None if there is none."""
    closing = _closing(opening)
    place = opening.end()
    for line in range(start, min(end, start + _MAX_LINES)):
        if state.sCount[line] < state.blkIndent and not state.isEmpty(line):
            return None
        stop = state.eMarks[line]
        found = state.src.find(closing, place, stop)
        if found >= 0:
            rest = state.src[found + len(closing) : stop]
            return None if rest.strip() else line
        place = stop
    # The text itself has ended, not only the list or quotation: the mark may still come.
    if start + _MAX_LINES > end == len(state.bMarks) - 1:
        state.env[_OPEN_LINE] = min(start, state.env.get(_OPEN_LINE, start))
    return None


def _render_inline(
    _: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    return _formula(tokens[index].content)


def _render_block(
    _: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    return f"<p>{_formula(tokens[index].content)}</p>\n"


def _render_text(
    _: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    # Dollars and bidi overrides reach the text by entities too, so they are looked for at the end.
    return inert(plain(tokens[index].content))


def _formula(source: str) -> str:
    if not is_tame(source):
        return f"<code>{escape(source, quote=False)}</code>"
    return escape(_LABEL.sub(lambda found: found[1] or "", source), quote=False)


def _hide(mark: re.Match[str]) -> str:
    return f'<span class="mathjax_ignore">{mark[0]}</span>'
