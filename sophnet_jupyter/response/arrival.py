"""An answer that is arriving: events are folded into a response until it is final."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from ..errors import SophNetError
from ..events import (
    AlternativeDelta,
    Ending,
    Event,
    Finished,
    Notice,
    ReasoningDelta,
    TextDelta,
    ToolCallDelta,
)
from ..files.wav import with_true_length
from ..files.wrapped import unwrapped
from ..language import mark, tr
from .folding import changed, fold
from .response import Response, Timing

# A stream that does not end would fill the memory. The longest answers of models have 64,000
# tokens; a hundred books have as many letters as this.
LONGEST = 4_000_000
TOO_LONG = mark("More than {count:,} characters came: the answer was ended here.")


class Arrival:
    """
    An answer that is arriving: give it events, read the response so far.

    Adds to the pure `fold` what only the clock knows. ``on_event`` hears of every change, which is
    how a view follows an answer without calling anybody.
    """

    def __init__(
        self,
        *,
        on_event: Callable[[Response, Event], None] | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.response = Response()
        self._on_event = on_event
        self._clock = clock
        self._started = clock()
        self._first: float | None = None
        self._length = 0

    @property
    def is_full(self) -> bool:
        """Whether as much text has come as is kept of one answer."""
        return self._length > LONGEST

    def add(self, event: Event) -> None:
        if self._first is None and isinstance(event, TextDelta | ReasoningDelta | ToolCallDelta):
            self._first = self._clock() - self._started
        if isinstance(event, TextDelta | ReasoningDelta | AlternativeDelta):
            self._length += len(event.text)
        elif isinstance(event, ToolCallDelta):
            self._length += len(event.arguments)
        self.response = fold(self.response, event)
        if isinstance(event, Finished):
            self.response = changed(self.response, timing=self._timing())
        if self._on_event:
            self._on_event(self.response, event)

    def end(self, ending: Ending) -> Response:
        """End an answer whose events do not say how it ended."""
        self.response = replace(
            self.response,
            ending=ending,
            timing=self._timing(),
            audio=unwrapped(with_true_length(self.response.audio, joined=True)),
        )
        return self.response

    def _timing(self) -> Timing:
        if then := self.response.replayed:
            return Timing(first_token=then.first_token, total=then.seconds)
        return Timing(first_token=self._first, total=self._clock() - self._started)


async def settle(events: AsyncGenerator[Event, Any], arrival: Arrival | None = None) -> Response:
    """
    Read an answer to its end and return it.

    An error of ours leaves with what had arrived as its ``response``. When the task is cancelled,
    ``arrival.response`` holds the part that had come, marked ``stopped``.
    """
    arrival = arrival or Arrival()
    try:
        async with aclosing(events):
            async for event in events:
                arrival.add(event)
                if arrival.is_full:
                    arrival.add(Notice(text=tr(TOO_LONG, count=LONGEST)))
                    arrival.add(Finished(reason="", ending="incomplete"))
                    break
    except SophNetError as error:
        error.response = arrival.end("failed")
        error.forget_variables()
        raise
    except asyncio.CancelledError:
        arrival.end("stopped")
        raise
    return arrival.response
