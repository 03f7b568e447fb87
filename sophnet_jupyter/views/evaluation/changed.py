"""What has turned since an earlier evaluation."""

from __future__ import annotations

from ...language import mark, tr
from ...runs.evaluation.answers import ScoredAnswer
from ...runs.evaluation.turned import Turned
from ..answer.answer import loud
from ..answer.figures import sandboxed
from ..safe.control_characters import plain
from ..safe.look import BAD, FAINT, GOOD, LINE, SMALL, WRAP, one_line, words
from ..safe.maths import inert
from . import answers

_CELL = f"border-bottom:{LINE};padding:4px 12px 4px 0;text-align:left;vertical-align:top;{WRAP}"
_HEADS = (
    mark("row"),
    mark("score"),
    "",
    mark("expected"),
    mark("before"),
    mark("now"),
    mark("why"),
)


def bundle(found: Turned, context: object = None) -> dict[str, str]:
    """The verdict, and the answers that turned, the worse first."""
    badge = loud(inert(sandboxed(found.engines)))
    both = tr("{count:,} rows that both have", count=found.rows)
    html = f'<div style="{SMALL}">{badge}{both}</div>'
    html += "".join(
        f'<div style="margin:2px 0;{WRAP}">{inert(one_line(plain(line)))}</div>'
        for line in found.verdicts
    )
    if found.answers:
        head = "".join(f'<th style="{_CELL};{FAINT}">{name and tr(name)}</th>' for name in _HEADS)
        rows = "".join(
            _line(one.score, one.before, one.now, better=one.better)
            for one in found.answers[: answers.MOST_ROWS]
        )
        html += (
            f'<div style="overflow-x:auto"><table style="{SMALL};border-collapse:collapse">'
            f"<tr>{head}</tr>{rows}</table></div>"
        )
    return {"text/html": html, "text/plain": plain(repr(found))}


def _line(score: str, before: ScoredAnswer, now: ScoredAnswer, *, better: bool) -> str:
    turn = tr("better") if better else tr("worse")
    cells = [
        str(now.row),
        words(score, 60),
        f'<span style="color:{GOOD if better else BAD}">{turn}</span>',
        inert(answers.cell(now.expected)),
        inert(answers.cell(before.said.answer)),
        inert(answers.cell(now.said.answer)),
        inert(answers.why(now)),
    ]
    drawn = "".join(f'<td style="{_CELL}">{each}</td>' for each in cells)
    return f"<tr>{drawn}</tr>"
