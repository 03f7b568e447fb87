"""
A comparison as it stays in a notebook: rows are settings, columns are models.

Up to four columns wrap on a narrow page; more stand in one line that scrolls inside itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...language import tr
from ...response import Response
from ...runs.compare.answer import ColumnAnswer
from ...runs.compare.comparison import Comparison
from ...runs.compare.difference import difference
from ...runs.compare.grid import Column
from ..answer import Context
from ..answer import bundle as answer_bundle
from ..answer.answer import loud
from ..answer.figures import sandboxed
from ..safe.control_characters import plain
from ..safe.look import FAINT, LINE, LONGEST_NAME, SMALL, WRAP, clipped, fold, one_line, words
from ..safe.maths import inert
from . import figures, marked

# Columns that a page takes side by side; more scroll.
WRAPPING = 4
_ASKED = (
    f"{WRAP};white-space:pre-wrap;border-left:3px solid rgba(128,128,128,.5);padding:0 0 0 12px"
)
_ROW = "display:flex;gap:12px;margin:6px 0 12px"
_CELL = f"border:{LINE};border-radius:6px;padding:6px 10px;{WRAP};max-width:100%"
_FAILED = f"border-left:3px solid #c62828;margin:6px 0;padding:1px 0 1px 9px;{WRAP}"
# Texts that have less than this in common are other answers, not variants: marks would cover all.
ALIKE = 0.3
_LONGEST_QUESTION = 600


def bundle(comparison: Comparison, context: Context | None = None) -> dict[str, str]:
    """A whole comparison as HTML and plain text."""
    context = context or Context()
    rows = comparison.grid.across
    wide = max(map(len, rows)) > WRAPPING
    drawn = "".join(_row(comparison, row, context, wide=wide) for row in rows)
    scrolling = f'<div style="overflow-x:auto">{drawn}</div>' if wide else drawn
    return {
        "text/html": head(comparison) + scrolling,
        "text/plain": in_words(comparison),
    }


def head(comparison: Comparison) -> str:
    """What was asked, and of how many, above the grid."""
    badge = loud(inert(sandboxed(comparison.engines)))
    said = size(comparison)
    return (
        f'<div style="{SMALL};margin:2px 0 6px">{badge}<span style="{FAINT}">{said}</span></div>'
        + _asked(comparison)
    )


def past(comparison: Comparison, column: Column, question: str) -> str:
    """What a comparison was continued from: all of it, folded, and what was asked next."""
    kept = inert(title(column))
    return (
        fold(
            tr("before: {size}, continued with {kept}", size=size(comparison), kept=kept),
            bundle(comparison)["text/html"],
        )
        + f'<div style="{_ASKED};margin:6px 0">{inert(plain(question))}</div>'
    )


def size(comparison: Comparison) -> str:
    """How many columns and answers there are."""
    count, answers = len(comparison), len(comparison.cells)
    said = tr("{count} columns", count=count) if count > 1 else tr("1 column")
    return tr("{said} · {answers} answers", said=said, answers=answers) if answers > count else said


def in_words(comparison: Comparison) -> str:
    """The same for a terminal, column below column."""
    who = sandboxed(comparison.engines)
    said = [f"[{f'{who} · ' if who else ''}{size(comparison)}]"]
    for column in comparison.columns:
        cells = comparison.of(column.number)
        line = figures.line(cells)
        said.append(f"── {title(column)} · {line}")
        said += [_in_words(group, cells) for group in variants(cells)]
        said += [f"✕ {plain(one_line(cell.problem))}" for cell in cells if cell.error]
    return "\n\n".join(filter(None, said))


def title(column: Column, *, row: bool = True) -> str:
    """A column's number and name as plain text."""
    name = one_line(column.label if row else column.model or column.row)
    return f"[{column.number}] {clipped(name, LONGEST_NAME)}".rstrip()


def cell_head(column: Column, cells: Sequence[ColumnAnswer], same: int | None, *, row: bool) -> str:
    """The lines above a column's answers: who, and what it took."""
    line = figures.line(cells)
    equal = (" " + tr("· equal to [{same}]", same=same)) if same is not None else ""
    return (
        f'<div style="font-weight:600">{inert(title(column, row=row))}</div>'
        f'<div style="{SMALL};{FAINT}">{inert(line)}{equal}</div>'
    )


def cell_body(cells: Sequence[ColumnAnswer], context: Context) -> str:
    """A column's answers: equal ones once, with their count, others by what differs."""
    groups = variants(cells)
    html: list[str] = []
    for number, group in enumerate(groups):
        if len(cells) > 1:
            html.append(f'<div style="{SMALL};margin:6px 0 2px">{_count(group, cells)}</div>')
        html.append(_variant(groups[0][0].response, group[0].response, context, first=not number))
    html += [error(cell) for cell in cells if cell.error]
    return "".join(html)


def error(cell: ColumnAnswer) -> str:
    """What went wrong with an answer; nothing where nothing did."""
    if cell.error is None:
        return ""
    which = (tr("repetition {repeat}:", repeat=cell.repeat) + " ") if cell.repeat else ""
    return f'<div style="{_FAILED}">✕ {which}{inert(plain(cell.problem))}</div>'


def variants(cells: Sequence[ColumnAnswer]) -> list[list[ColumnAnswer]]:
    """The answers in groups of equal ones, the most frequent first. Those without any are left."""
    groups: dict[object, list[ColumnAnswer]] = {}
    for cell in cells:
        response = cell.response
        if not _has_content(response):
            continue
        key: object = (response.text, response.tool_calls) if _is_text(response) else id(cell)
        groups.setdefault(key, []).append(cell)
    return sorted(groups.values(), key=len, reverse=True)


def same_as(comparison: Comparison, column: Column) -> int | None:
    """The number of the first column whose only answer reads the same, if there is one."""
    own = comparison[column.number]
    if comparison.grid.repeat > 1 or not own.text or not _is_text(own):
        return None
    before = range(column.number)
    return next((number for number in before if comparison[number].text == own.text), None)


def _row(comparison: Comparison, row: Sequence[Column], context: Context, *, wide: bool) -> str:
    several = len(comparison.grid.across) > 1
    label = f'<div style="font-weight:600;margin:10px 0 0">{words(row[0].row, 200)}</div>'
    how = "flex-wrap:nowrap" if wide else "flex-wrap:wrap"
    cells = "".join(_cell(comparison, one, context, row=not several, wide=wide) for one in row)
    return f'{label if several else ""}<div style="{_ROW};{how}">{cells}</div>'


def _cell(
    comparison: Comparison, column: Column, context: Context, *, row: bool, wide: bool
) -> str:
    cells = comparison.of(column.number)
    size = "flex:1 0 260px;min-width:260px" if wide else "flex:1 1 230px;min-width:0"
    above = cell_head(column, cells, same_as(comparison, column), row=row)
    body = _read_otherwise(comparison, column) or cell_body(cells, context)
    return f'<div style="{_CELL};{size}">{above}{body}</div>'


def _read_otherwise(comparison: Comparison, column: Column) -> str:
    """What another model has read of the same pages, with the words that differ marked."""
    answer = comparison[column]
    first = next((one for one in comparison if one.pages and one.text), answer)
    if first is answer or not answer.pages:
        return ""
    found = difference(first.text, answer.text)
    if found.equal:
        return f'<div style="{SMALL};margin:6px 0 2px">{tr("reads the same")}</div>'
    said = tr("{alike:.0%} read alike", alike=found.alike)
    return f'<div style="{SMALL};margin:6px 0 2px">{said}</div>{marked.marked(found)}'


def _variant(usual: Response, response: Response, context: Context, *, first: bool) -> str:
    if first or not _is_text(response):
        return answer_html(response, context)
    found = difference(usual.text, response.text)
    return marked.marked(found) if found.alike >= ALIKE else answer_html(response, context)


def answer_html(response: Response, context: Context) -> str:
    """An answer without its figures, which stand above it."""
    from dataclasses import replace

    return answer_bundle(response, replace(context, footer=False, pictures=()))["text/html"]


def _count(group: Sequence[ColumnAnswer], cells: Sequence[ColumnAnswer]) -> str:
    which = ", ".join(str(cell.repeat) for cell in group)
    if len(group) == len(cells):
        return tr("all {count} equal", count=len(cells))
    equal = (
        tr("{count} of {count2} equal: repetitions", count=len(group), count2=len(cells))
        if len(group) > 1
        else tr("repetition")
    )
    return f"{equal} {which}"


def _in_words(group: Sequence[ColumnAnswer], cells: Sequence[ColumnAnswer]) -> str:
    context = Context(footer=False)
    said = answer_bundle(group[0].response, context)["text/plain"]
    return f"({_count(group, cells)})\n{said}" if len(cells) > 1 else said


def _asked(comparison: Comparison) -> str:
    named = {name: text for name, text in comparison.asked.items() if name}
    if not named:
        return ""
    said = "".join(
        f'<p style="margin:4px 0"><b>{words(name, 80)}</b></p>'
        f'<div style="{_ASKED}">{inert(clipped(plain(text), _LONGEST_QUESTION))}</div>'
        for name, text in named.items()
    )
    return fold(tr("{count} prompts", count=len(named)), said)


def _is_text(response: Response) -> bool:
    """Whether it is words and nothing else, so that two of them can be compared as such."""
    return not (response.images or response.audio or response.videos or response.pages)


def _has_content(response: Response) -> bool:
    return bool(
        response.text
        or response.thinking
        or response.tool_calls
        or response.notices
        or not _is_text(response)
    )
