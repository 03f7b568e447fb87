"""Answers of an evaluation as rows of a table: what was expected, what came, what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from ...language import tr
from ...runs.compare.difference import difference
from ...runs.evaluation.answers import ScoredAnswer
from ...runs.score import Grade, is_missing
from ...runs.verdicts import number
from ..safe.control_characters import plain
from ..safe.look import BAD, FAINT, GOOD, LINE, SMALL, WRAP, clipped, one_line, words
from ..safe.maths import inert

# What a notebook keeps of an evaluation of any length.
MOST_ROWS, MOST_BYTES = 50, 160_000
LONGEST_CELL = 240
# Of texts that share less than this a difference is all marks.
_ALIKE = 0.3
_TABLE = f"{SMALL};border-collapse:collapse;margin:6px 0"
_CELL = (
    f"border-bottom:{LINE};padding:4px 12px 4px 0;text-align:left;vertical-align:top;{WRAP};"
    "max-width:280px"
)
_HEAD = f"{_CELL};{FAINT};font-weight:600"


def table(
    answers: Sequence[ScoredAnswer], scores: Sequence[str], own: Sequence[str], *, several: bool
) -> str:
    """As many of them as a notebook keeps. ``own`` are the columns of the table to show."""
    expects = any(not is_missing(one.expected) for one in answers)
    heads = [tr("row"), *([tr("prompt")] if several else []), *own]
    heads += [*([tr("expected")] if expects else []), tr("answer"), *scores, tr("why")]
    head = "".join(f'<th style="{_HEAD}">{words(name, 60)}</th>' for name in heads)
    html, left, count = [f'<table style="{_TABLE}"><tr>{head}</tr>'], MOST_BYTES, 0
    for one in answers[:MOST_ROWS]:
        line = _line(one, scores, own, several=several, expects=expects)
        left -= len(line.encode())
        if left < 0:
            break
        html.append(line)
        count += 1
    html.append("</table>")
    if count < len(answers):
        html.append(
            f'<div style="{SMALL};{FAINT}">'
            + tr("{count:,} of {total:,}; .to_frame() has all.", count=count, total=len(answers))
            + "</div>"
        )
    return f'<div style="overflow-x:auto;max-width:100%">{"".join(html)}</div>'


def _line(
    one: ScoredAnswer,
    scores: Sequence[str],
    own: Sequence[str],
    *,
    several: bool,
    expects: bool,
) -> str:
    cells = [str(one.row), *([words(one.column.label, 80)] if several else [])]
    cells += [inert(cell(one.columns.get(name))) for name in own]
    cells += [inert(cell(one.expected))] if expects else []
    cells += [got(one), *(mark(one.grades.get(name)) for name in scores), inert(why(one))]
    drawn = "".join(f'<td style="{_CELL}">{each}</td>' for each in cells)
    return f"<tr>{drawn}</tr>"


def cell(value: Any) -> str:
    """A value as text for a cell."""
    return "" if is_missing(value) else clipped(one_line(str(value)), LONGEST_CELL)


def got(one: ScoredAnswer, longest: int = LONGEST_CELL) -> str:
    """The answer as HTML, with what differs from the expected text marked, where they are near."""
    text = clipped(plain(one.said.answer), longest)
    if one.failed or not text:
        return f'<span style="{FAINT}">{tr("failed") if one.failed else tr("(empty)")}</span>'
    if is_missing(one.expected) or not one.wrong:
        return inert(text)
    found = difference(clipped(plain(str(one.expected)), longest), text)
    if found.alike < _ALIKE or found.equal:
        return inert(text)
    return "".join(
        f"<b>{_inert(piece)}</b>" if kind == "only second" else _inert(piece)
        for kind, piece in found
        if kind != "only first"
    )


def _inert(text: str) -> str:
    return inert(text) if text.strip() else escape(text)


def mark(grade: Grade | None) -> str:
    """A grade as a sign or a number: right, wrong, or none."""
    if grade is None or grade.value is None:
        return f'<span style="{FAINT}">{(grade and grade.lost_in_words) or "–"}</span>'
    if isinstance(grade.value, bool):
        sign, color = ("✓", GOOD) if grade.value else ("✗", BAD)
        return f'<span style="color:{color};font-weight:600">{sign}</span>'
    return number(grade.value)


def why(one: ScoredAnswer) -> str:
    """Why it is wrong, in the words of its scores; of a right one what a judge has said."""
    wrong = [grade.why for grade in one.grades.values() if grade.value is False and grade.why]
    lost = [grade.why for grade in one.grades.values() if grade.lost and grade.why]
    others = [grade.why for grade in one.grades.values() if grade.why]
    said = dict.fromkeys(wrong or lost or others[:1])
    return clipped(one_line(plain("; ".join(said))), LONGEST_CELL)
