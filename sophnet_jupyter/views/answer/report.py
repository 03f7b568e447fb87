"""
An analysis: its steps, which are folded, and its report, which stands open below them.

Both are marked, since a step reads much like a sentence of a report.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from html import escape

from ...events import Event, ReasoningDelta, TextDelta
from ...response import Response
from ..live.answer import STREAM_RATE, LiveAnswer, Surface
from ..safe.control_characters import plain
from ..safe.look import FAINT, SMALL, clipped, fold, one_line
from ..safe.markdown import render
from ..safe.maths import inert
from . import answer
from .answer import Context

_TICKER = 110
_REPORT = f'<div style="{SMALL};{FAINT};margin:8px 0 2px"><b>report</b></div>'


def bundle(response: Response, context: Context | None = None) -> dict[str, str]:
    """A whole analysis in one piece, as HTML and in words."""
    below = answer.bundle(replace(response, thinking="", analysis=False), context)
    if not response.thinking.strip():
        return below
    mark, said = (_REPORT, "— report —\n\n") if response.text else ("", "")
    return {
        "text/html": steps(response.thinking) + mark + below["text/html"],
        "text/plain": f"{steps_words(response.thinking)}\n\n{said}{below['text/plain']}",
    }


def steps(text: str) -> str:
    """The steps of an analysis, folded; each line of theirs stays one."""
    lines = _lines(text)
    count = lines.count("\n\n") + 1
    title = f"<b>analysis steps</b> · {count} line{'s' if count > 1 else ''}"
    return fold(title, render(lines))


def steps_words(text: str) -> str:
    return f"— analysis steps —\n\n{plain(text).strip()}"


def step(text: str) -> str:
    """The step that an analysis is at, in one line."""
    lines = [line for line in map(one_line, text.splitlines()) if line]
    said = inert(clipped(lines[-1], _TICKER)) if lines else "…"
    return f'<div style="{SMALL};{FAINT}"><b>analysing</b> {said}</div>'


class LiveReport:
    """Draws an analysis while it arrives: the step it is at, then the report as any answer."""

    def __init__(
        self,
        surface: Surface,
        context: Context,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._surface = surface
        self._clock = clock
        self._report = LiveAnswer(surface, context, clock=clock)
        self._reporting = False
        self._model = ""
        self._steps = ""
        self._painted_at = float("-inf")

    def start(self, model: str) -> None:
        self._model = model
        self._steps = self._surface.publish({"text/html": answer.waiting(model)})

    def on_event(self, response: Response, event: Event) -> None:
        match event:
            case ReasoningDelta() if not self._reporting:
                self._paint_step(response)
            case ReasoningDelta():
                # Steps after the report began stand with the others, once all is over.
                pass
            case TextDelta():
                self._begin_report(response)
                self._report.on_event(replace(response, thinking=""), event)
            case _ if self._reporting:
                self._report.on_event(replace(response, thinking=""), event)

    def finish(self, response: Response) -> None:
        self._begin_report(response)
        self._settle_steps(response)
        self._report.finish(replace(response, thinking=""))

    def _begin_report(self, response: Response) -> None:
        if not self._reporting:
            self._reporting = True
            self._settle_steps(response)
            self._report.start(self._model)

    def _paint_step(self, response: Response) -> None:
        if self._clock() - self._painted_at >= 1 / STREAM_RATE:
            self._painted_at = self._clock()
            self._draw(step(response.thinking), None)

    def _settle_steps(self, response: Response) -> None:
        if not response.thinking.strip():
            self._draw("", "")
            return
        mark, said = (_REPORT, "\n\n— report —") if response.text else ("", "")
        words = steps_words(response.thinking) + said
        self._draw(steps(response.thinking) + mark, words)

    def _draw(self, html: str, words: str | None) -> None:
        data = {"text/html": html} | ({} if words is None else {"text/plain": words})
        self._surface.publish(data, display_id=self._steps, update=True)


# Word takes borders from the cells, and nothing from a sheet that it would have to fetch.
_SHEET = (
    "body{font-family:Calibri,Arial,sans-serif;font-size:11pt;line-height:1.4;margin:2cm}"
    "table{border-collapse:collapse;margin:8pt 0}"
    "th,td{border:1px solid #888;padding:3pt 6pt}th{background:#eee}"
)


def markdown(question: str, response: Response) -> str:
    """A report as a Markdown document: the report, then the steps that led to it."""
    parts = [response.text.strip(), "---", f"**Question:** {' '.join(question.split())}"]
    if response.thinking.strip():
        parts += ["**Analysis steps**", _lines(response.thinking)]
    parts.append(f"*{answer.figures(response, Context())}*")
    return plain("\n\n".join(filter(None, parts)) + "\n")


def document(question: str, response: Response) -> str:
    """A report as a page of its own that Word opens too, tables and all."""
    asked = clipped(one_line(question), 120)
    steps = _lines(response.thinking)
    behind = f"<h2>Analysis steps</h2>{render(steps)}" if steps else ""
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{escape(asked)}</title>'
        f"<style>{_SHEET}</style></head><body>{render(plain(response.text))}"
        f"<hr><p><b>Question:</b> {inert(asked)}</p>{behind}"
        f"<p><i>{inert(answer.figures(response, Context()))}</i></p></body></html>"
    )


def _lines(text: str) -> str:
    """Each line as a paragraph, so that Markdown does not join them."""
    return "\n\n".join(line for line in plain(text).splitlines() if line.strip())
