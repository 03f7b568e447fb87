"""The calls of an answer while it arrives: a display for each card, left alone once it is done."""

from __future__ import annotations

from typing import Protocol

from ...response import Response
from ..answer import Context, answer, tool_cards

# JupyterLab cuts off after 50 outputs, so the last display takes all further cards.
DISPLAYS = 16


class Draw(Protocol):
    """Shows a piece, or shows it in the place of the one named ``at``; returns its name."""

    def __call__(
        self, html: str, *, plain_text: str | None = None, at: str | None = None
    ) -> str: ...


class LiveCalls:
    """Draws the cards of an answer as it stands, whenever it is told to."""

    def __init__(self, context: Context, draw: Draw) -> None:
        self._context = context
        self._draw = draw
        self._displays: list[str] = []
        # What each display was drawn from, so that it is drawn again only when that has changed.
        self._drawn: list[object] = []

    def paint(self, response: Response, *, settled: bool = False) -> None:
        """Draw what has changed; ``settled`` says that nothing more will come."""
        count = len(response.tool_calls)
        for place in range(min(count, DISPLAYS)):
            calls = range(place, place + 1) if place < DISPLAYS - 1 else range(place, count)
            self._paint_one(place, response, calls, settled=settled)

    def _paint_one(self, place: int, response: Response, calls: range, *, settled: bool) -> None:
        states = [
            tool_cards.state_of(response, one, tools_run=self._context.tools_run, settled=settled)
            for one in calls
        ]
        now = [(response.tool_calls[one], state) for one, state in zip(calls, states, strict=True)]
        if place < len(self._drawn) and self._drawn[place] == now:
            return
        html, said = answer.calls(response, calls, self._context, settled=settled)
        done = all(state in tool_cards.FINAL for state in states)
        at = self._displays[place] if place < len(self._displays) else None
        name = self._draw(html, plain_text=said if done else None, at=at)
        self._displays[place:] = [name, *self._displays[place + 1 :]]
        self._drawn[place:] = [now, *self._drawn[place + 1 :]]
