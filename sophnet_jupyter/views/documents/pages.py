"""The pages that were read: documents as text with an outline, images beside their text."""

from __future__ import annotations

from collections.abc import Sequence

from ...language import tr
from ...values.markdown import Heading, outline, with_pipes
from ...values.page import Page
from ..media.shelf import BUDGET
from ..safe.control_characters import plain
from ..safe.look import FAINT, SMALL, fold, one_line, words
from ..safe.markdown import blocks, render
from . import boxes

# Of a long document so much stands open, so much more behind a fold, and the rest in .text.
OPEN, FOLDED = 8_000, 80_000
# An outline of fewer headings says no more than the text.
FEWEST_HEADINGS = 3
MOST_HEADINGS = 300
MOST_PAGES = 24
_NAME = f"{SMALL};{FAINT};margin:10px 0 4px"
_LINE = "line-height:1.5;margin:0 0 0 {indent}px"


def shown(pages: Sequence[Page]) -> str:
    """All pages as HTML, within the size limit of one output."""
    pictures = sum(1 for page in pages if page.image) or 1
    several = len(pages) > 1
    budget = BUDGET // min(MOST_PAGES, pictures)
    html = [_page(page, budget, several) for page in pages[:MOST_PAGES]]
    if (left := len(pages) - MOST_PAGES) > 0:
        more = tr("and {left} more in .pages", left=left)
        html.append(f'<div style="{SMALL};{FAINT}">{more}</div>')
    return "".join(html)


def in_words(pages: Sequence[Page]) -> str:
    """All pages as plain text."""
    several = len(pages) > 1
    said = []
    for page in pages[:MOST_PAGES]:
        head = f"— {one_line(page.name)} —\n" if several else ""
        text = boxes.numbered(page) if page.image else _cut_words(page.text)
        said.append(head + text)
    if (left := len(pages) - MOST_PAGES) > 0:
        said.append(tr("and {left} more in .pages", left=left))
    return "\n\n".join(said)


def headings(pages: Sequence[Page]) -> str:
    """The outlines alone, as HTML."""
    html = []
    for page in pages:
        found = outline(page.text)
        name = f'<div style="{_NAME}">{words(page.name, 120)} · {facts(page, found)}</div>'
        html.append(name + (_outline(found) or f'<i style="{FAINT}">{tr("no headings")}</i>'))
    return "".join(html)


def headings_in_words(pages: Sequence[Page]) -> str:
    said = []
    for page in pages:
        found = outline(page.text)
        lines = [f"{'  ' * (one.level - 1)}{plain(one.text)}" for one in found[:MOST_HEADINGS]]
        said.append("\n".join([f"{one_line(page.name)} · {facts(page, found)}", *lines]))
    return "\n\n".join(said)


def facts(page: Page, found: Sequence[Heading]) -> str:
    """The number of characters and headings, in words."""
    size = tr("{count:,} characters", count=len(page.text))
    count = len(found)
    return f"{size} · " + (tr("1 heading") if count == 1 else tr("{count} headings", count=count))


def _page(page: Page, budget: int, several: bool) -> str:
    if page.image:
        return boxes.shown(page, budget)
    found = outline(page.text)
    name = f'<div style="{_NAME}"><b>{words(page.name, 120)}</b> · {facts(page, found)}</div>'
    listed = fold(tr("outline"), _outline(found)) if len(found) >= FEWEST_HEADINGS else ""
    return (name if several or listed else "") + listed + _document(page.text)


def _document(text: str) -> str:
    if len(text) <= OPEN + OPEN // 4:
        return render(with_pipes(text))
    begin, rest = _cut(text, OPEN)
    behind, left = _cut(rest, FOLDED)
    title = tr("the rest · {count:,} of {count2:,} characters", count=len(rest), count2=len(text))
    more = (
        f'<div style="{SMALL};{FAINT}">'
        + tr("… {count:,} more characters in .text; --save writes them to a file", count=len(left))
        + "</div>"
        if left
        else ""
    )
    return render(with_pipes(begin)) + fold(title, render(with_pipes(behind)) + more)


def _cut(text: str, size: int) -> tuple[str, str]:
    """At most about so many characters, up to the end of a block, and what follows."""
    if len(text) <= size:
        return text, ""
    begin, _ = blocks(text[:size])
    # A single block may be longer than all that is shown.
    end = len(begin) if len(begin) > size // 2 else size
    return text[:end], text[end:]


def _cut_words(text: str) -> str:
    if len(text) <= OPEN:
        return plain(text)
    return tr(
        "{text}\n… ({count:,} more characters in .text)",
        text=plain(text[:OPEN]),
        count=len(text) - OPEN,
    )


def _outline(found: Sequence[Heading]) -> str:
    lines = "".join(
        f'<div style="{_LINE.format(indent=(one.level - 1) * 18)}">{words(one.text, 160)}</div>'
        for one in found[:MOST_HEADINGS]
    )
    if (left := len(found) - MOST_HEADINGS) > 0:
        more = tr("and {left} more in .outline", left=left)
        lines += f'<div style="{FAINT}">{more}</div>'
    return lines
