"""One answer of an evaluation, opened: its row, what was sent, what came, and every grade."""

from __future__ import annotations

from ...language import tr
from ...runs.compare.difference import difference
from ...runs.evaluation.answers import ScoredAnswer
from ...runs.evaluation.evaluated import Evaluated
from ...runs.score import is_missing
from ...views.answer import Context, bundle
from ...views.compare.marked import marked
from ...views.evaluation import answers as look
from ...views.safe.control_characters import plain
from ...views.safe.look import FAINT, LINE, SMALL, WRAP, clipped, words
from ...views.safe.maths import inert

LONGEST = 20_000
_BOX = f"border:{LINE};border-radius:6px;max-height:220px;overflow:auto;padding:6px 10px;{WRAP}"
# Else a page lays tables out in its middle.
_TABLE = "margin:0;text-align:left"
_CELL = f"text-align:left;vertical-align:top;{WRAP}"
_TITLE = f"{SMALL};{FAINT};margin:8px 0 2px"


def answer_html(found: Evaluated, one: ScoredAnswer) -> str:
    """All there is to one answer, as safe HTML."""
    html = _part(tr("The row"), _row(one))
    html += _part(tr("The prompt as it was sent"), _box(found.prompt_of(one.number)))
    if one.said.error:
        html += _part(tr("What went wrong"), _box(one.said.error))
    if one.ended and (one.said.answer or one.said.response.thinking):
        html += _part(tr("The answer"), bundle(one.said.response, Context())["text/html"])
    if one.ended and one.wrong and not is_missing(one.expected) and one.said.answer:
        difference_found = difference(
            clipped(str(one.expected), LONGEST),
            clipped(one.said.answer, LONGEST),
            ("expected", "answer"),
        )
        html += _part(tr("From what was expected to what came"), marked(difference_found))
    return html + _part(tr("Scores"), _grades(one))


def _part(title: str, html: str) -> str:
    return f'<div style="{_TITLE}">{title}</div>{html}'


def _box(text: str) -> str:
    left = len(text) - LONGEST
    more = tr("\n… ({left:,} characters more)", left=left) if left > 0 else ""
    return f'<div style="{_BOX};white-space:pre-wrap">{inert(plain(text[:LONGEST] + more))}</div>'


def _row(one: ScoredAnswer) -> str:
    lines = [
        _line(words(name, 80), inert(plain(clipped(str(value), 2000))))
        for name, value in one.columns.items()
    ]
    return f'<div style="{_BOX}"><table style="{_TABLE}">{"".join(lines)}</table></div>'


def _grades(one: ScoredAnswer) -> str:
    lines = [
        _line(words(name, 60), look.mark(grade), inert(plain(grade.why)))
        for name, grade in one.grades.items()
    ]
    if not lines:
        return tr("<i>not scored yet</i>")
    return f'<table style="{_TABLE}">{"".join(lines)}</table>'


def _line(name: str, *cells: str) -> str:
    drawn = "".join(f'<td style="{_CELL}">{each}</td>' for each in cells)
    return f'<tr><th style="{_CELL}">{name}</th>{drawn}</tr>'
