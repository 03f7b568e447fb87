"""An analysis that is drawn while it arrives: its steps first, then its report."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from ...events import Event, ReasoningDelta, TextDelta
from ...language import tr
from ...response import Response
from ..answer import answer
from ..answer.context import Context
from ..answer.report import _REPORT, step, steps, steps_words
from .answer import STREAM_RATE, LiveAnswer, Surface
from .waiting import REPORT_PATIENCE, STOP, WaitingLine, words


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
        self._waiting = WaitingLine(self._paint_waiting, clock, REPORT_PATIENCE)
        self._reporting = False
        self._model = ""
        self._steps = ""
        self._painted_at = float("-inf")

    def start(self, model: str) -> None:
        self._model = model
        self._steps = self._surface.publish({"text/html": answer.waiting(model)})
        self._waiting.begin()

    def on_event(self, response: Response, event: Event) -> None:
        self._waiting.end()
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
        self._waiting.end()
        self._begin_report(response)
        self._settle_steps(response)
        self._report.finish(replace(response, thinking=""))

    def _begin_report(self, response: Response) -> None:
        if not self._reporting:
            self._reporting = True
            self._settle_steps(response)
            self._report.start(self._model)

    def _paint_waiting(self, seconds: float) -> None:
        self._draw(answer.waiting(self._model, words(seconds, STOP)), None)

    def _paint_step(self, response: Response) -> None:
        if self._clock() - self._painted_at >= 1 / STREAM_RATE:
            self._painted_at = self._clock()
            self._draw(step(response.thinking), None)

    def _settle_steps(self, response: Response) -> None:
        if not response.thinking.strip():
            self._draw("", "")
            return
        mark, said = (
            (_REPORT.format(tr("report")), f"\n\n— {tr('report')} —") if response.text else ("", "")
        )
        words = steps_words(response.thinking) + said
        self._draw(steps(response.thinking) + mark, words)

    def _draw(self, html: str, words: str | None) -> None:
        data = {"text/html": html} | ({} if words is None else {"text/plain": words})
        self._surface.publish(data, display_id=self._steps, update=True)
