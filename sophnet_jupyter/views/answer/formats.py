"""The output formats of an answer's text: ``%%sophchat -f``."""

from __future__ import annotations

from functools import cache
from html import escape
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from ...language import tr
from ..safe import markdown
from ..safe.control_characters import plain
from ..safe.growing import GrowingMarkdown
from ..safe.look import FAINT, SMALL, WRAP, clipped, fold, words
from ..safe.markdown import code_block, render
from .parsed import in_words, records, shown

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

AnswerFormat = Literal["markdown", "text", "code", "json", "table"]
FORMATS: tuple[str, ...] = get_args(AnswerFormat)

# Of JSON that is still arriving the end is shown, so that a long one stays cheap to draw.
_GROWING = 2_000
_LONGEST_SOURCE = 20_000
_TICKER = 110
_TEXT = f"white-space:pre-wrap;{WRAP};margin:0"
_LANGUAGES_OF_A_CELL = ("", "python", "py", "python3", "ipython")


class CodeBlock(NamedTuple):
    """A block of code in an answer. ``language`` is the model's word for it, often none."""

    source: str
    language: str


def growing(text: str, form: AnswerFormat) -> str:
    """Text that is still arriving, as HTML."""
    match form:
        case "code":
            return _code(text, growing=True) or _ticker(text)
        case "json" | "table" if text.lstrip()[:1] in ("{", "["):
            rest = plain(text)
            # Its beginning is another each time, so that its color would come too late.
            return code_block(("…" if len(rest) > _GROWING else "") + rest[-_GROWING:], "")
        case "text":
            return _raw(text)
        case _:
            return render(text, growing=True)


class Tail:
    """The end of an answer that is still arriving, from where nothing is drawn for good."""

    def __init__(self, form: AnswerFormat) -> None:
        self.form = form
        self.finished = ""
        """The part that is final and can be drawn for good."""
        self.html = ""
        """All of it."""
        self.length = 0
        self._text = ""
        self._markdown = GrowingMarkdown()

    @property
    def finished_html(self) -> str:
        """The part that is final, empty where it has to be set as a whole."""
        drawn = self._markdown.finished_html
        # A link may have its address in another block.
        is_whole = len(drawn) > markdown.LARGEST_HTML or "]:" in self.finished
        return "" if is_whole or len(self.finished) > markdown.COLORED_IN_TOTAL else drawn

    def take(self, more: str) -> None:
        """Read what has come since."""
        self.length += len(more)
        if self.form == "markdown":
            self._markdown.take(more)
            self.finished, self.html = self._markdown.finished, self._markdown.html
        else:
            self._text += more
            self.finished, _ = split(self._text, self.form)
            self.html = growing(self._text, self.form)


def finished(text: str, form: AnswerFormat) -> str:
    """Text that is final, whatever comes after it, as HTML."""
    return _raw(text) if form == "text" else render(text)


def split(text: str, form: AnswerFormat) -> tuple[str, str]:
    """The part that is final and can be drawn for good, and the rest."""
    if form == "markdown":
        return markdown.blocks(text)
    end = text.rfind("\n") + 1 if form == "text" else 0
    return text[:end], text[end:]


def settled(text: str, form: AnswerFormat, parsed: object) -> tuple[str, str]:
    """The final text as HTML and plain text. ``parsed`` is the value parsed from it."""
    if form in ("json", "table") and parsed is not None:
        return shown(parsed) + _as_written(text, parsed), in_words(parsed)
    if form == "code" and (found := code_blocks(text)):
        return _code(text), "\n\n".join(one.source.rstrip("\n") for one in found)
    if form == "json":
        # It is no JSON, or not all of it.
        return code_block(clipped(plain(text), _LONGEST_SOURCE), ""), plain(text)
    return finished(text, form), plain(text)


def code_blocks(text: str) -> list[CodeBlock]:
    """
    The fenced blocks of code in an answer, the last one perhaps still open.

    None in an answer that is too long to be read as Markdown, which is then shown as a whole.
    """
    if len(text) > markdown.LONGEST:
        return []
    tokens: list[Token] = []
    _parser().block.parse(plain(text), _parser(), {}, tokens)
    return [
        CodeBlock(token.content, (token.info.split() or [""])[0].strip("{}.").partition(":")[0])
        for token in tokens
        if token.type == "fence"
    ]


def next_cell(text: str) -> str:
    """
    The code of an answer that a next cell could hold, Python before others; empty if none.

    Without control characters: code may not read otherwise than it runs.
    """
    found = code_blocks(text)
    ours = [one for one in found if one.language.lower() in _LANGUAGES_OF_A_CELL]
    chosen = (ours or found)[:1]
    return chosen[0].source.rstrip("\n") if chosen else ""


def _code(text: str, *, growing: bool = False) -> str:
    found = code_blocks(text)
    return "".join(code_block(one.source, one.language, growing=growing) for one in found)


def _as_written(text: str, parsed: object) -> str:
    """The text itself, folded; nothing where what was parsed is shown as JSON anyway."""
    if not records(parsed)[1]:
        return ""
    return fold(tr("as the model wrote it"), _raw(clipped(text, _LONGEST_SOURCE)))


def _ticker(text: str) -> str:
    end = plain(text)[-_TICKER:]
    said = tr("before the code: … {words}", words=words(end, _TICKER))
    return f'<div style="{SMALL};{FAINT}">{said}</div>'


def _raw(text: str) -> str:
    # The parser drops a line end that stands right behind the tag, so there is always one.
    return f'<pre style="{_TEXT}">\n{escape(plain(text), quote=False)}</pre>'


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"maxNesting": 20})
