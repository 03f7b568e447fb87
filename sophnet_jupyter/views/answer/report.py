"""
An analysis: its steps, which are folded, and its report, which stands open below them.

Both are marked, since a step reads much like a sentence of a report.
"""

from __future__ import annotations

from dataclasses import replace
from html import escape

from ...files.lines import lines
from ...language import tr
from ...response import Response
from ..safe.control_characters import plain
from ..safe.look import FAINT, SMALL, clipped, fold, one_line
from ..safe.markdown import render
from ..safe.maths import inert
from . import answer
from .context import Context

_TICKER = 110
_REPORT = f'<div style="{SMALL};{FAINT};margin:8px 0 2px"><b>{{}}</b></div>'


def bundle(response: Response, context: Context | None = None) -> dict[str, str]:
    """A whole analysis as HTML and plain text."""
    below = answer.bundle(replace(response, thinking=""), context)
    if not response.thinking.strip():
        return below
    mark, said = (
        (_REPORT.format(tr("report")), f"— {tr('report')} —\n\n") if response.text else ("", "")
    )
    return {
        "text/html": steps(response.thinking) + mark + below["text/html"],
        "text/plain": f"{steps_words(response.thinking)}\n\n{said}{below['text/plain']}",
    }


def steps(text: str) -> str:
    """The steps of an analysis, folded; each line of theirs stays one."""
    steps = _lines(text)
    count = steps.count("\n\n") + 1
    lines_of = tr("{count} lines", count=count) if count > 1 else tr("1 line")
    title = f"<b>{tr('analysis steps')}</b> · {lines_of}"
    return fold(title, render(steps))


def steps_words(text: str) -> str:
    return f"— {tr('analysis steps')} —\n\n{plain(text).strip()}"


def step(text: str) -> str:
    """The current step of an analysis, in one line."""
    steps = [line for line in map(one_line, lines(text)) if line]
    said = inert(clipped(steps[-1], _TICKER)) if steps else "…"
    return f'<div style="{SMALL};{FAINT}"><b>{tr("analysing")}</b> {said}</div>'


# Word takes borders from the cells, and nothing from a sheet that it would have to fetch.
_SHEET = (
    "body{font-family:Calibri,Arial,sans-serif;font-size:11pt;line-height:1.4;margin:2cm}"
    "table{border-collapse:collapse;margin:8pt 0}"
    "th,td{border:1px solid #888;padding:3pt 6pt}th{background:#eee}"
)


def markdown(question: str, response: Response) -> str:
    """A report as a Markdown document: the report, then the steps that led to it."""
    parts = [response.text.strip(), "---", f"**{tr('Question:')}** {' '.join(question.split())}"]
    if response.thinking.strip():
        parts += [f"**{tr('Analysis steps')}**", _lines(response.thinking)]
    parts.append(f"*{answer.figures(response, Context())}*")
    return plain("\n\n".join(filter(None, parts)) + "\n")


def document(question: str, response: Response) -> str:
    """A report as a page of its own that Word opens too, tables and all."""
    asked = clipped(one_line(question), 120)
    steps = _lines(response.thinking)
    behind = f"<h2>{tr('Analysis steps')}</h2>{render(steps)}" if steps else ""
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{escape(asked)}</title>'
        f"<style>{_SHEET}</style></head><body>{render(plain(response.text))}"
        f"<hr><p><b>{tr('Question:')}</b> {inert(asked)}</p>{behind}"
        f"<p><i>{inert(answer.figures(response, Context()))}</i></p></body></html>"
    )


def _lines(text: str) -> str:
    """Each line as a paragraph, so that Markdown does not join them."""
    return "\n\n".join(line for line in lines(plain(text)) if line.strip())
