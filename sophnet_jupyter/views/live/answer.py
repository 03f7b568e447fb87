"""
An answer that is drawn while it arrives.

Finished blocks are frozen as displays of their own and never touched again, so that the reader's
selection, folds and scroll position survive and a late repaint stays as cheap as an early one.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any, ClassVar, Protocol

from ...events import (
    Event,
    ReasoningDelta,
    RoundBegan,
    TextDelta,
    TextReplaced,
    ToolCallDelta,
    ToolResult,
)
from ...response import Arrival, Response, settle
from ...response.so_far import behind, length
from ..answer import Context, answer, bundle, formats
from ..media import thumbnails
from .calls import LiveCalls
from .waiting import CHAT_PATIENCE, STOP, WaitingLine, words

# The eye gains nothing above this, and jupyter_server drops what exceeds 1,000 messages a second.
STREAM_RATE = 15
# All of a kernel together stay below 200, with room for beginnings and ends, which do not wait.
KERNEL_RATE = 180
# What grows (a long paragraph, a table, a program) is sent again whole: the longer it gets, the
# rarer, so that 4,000 tokens at 100 a second stay below a megabyte.
BYTE_RATE = 24_000
# What a message weighs besides its bundle.
ENVELOPE = 650
# JupyterLab cuts off after 50 outputs, so that frozen blocks must grow with the answer, and faster
# when there are many already.
SMALLEST_BLOCK = 400
FINE, COARSE, MANY = 20, 4, 30


class Surface(Protocol):
    """Where displays go: the output of one cell."""

    @property
    def watched(self) -> bool: ...

    def publish(
        self, data: Mapping[str, Any], *, display_id: str | None = None, update: bool = False
    ) -> str: ...


class View(Protocol):
    """What follows an answer from its first event to its end."""

    def start(self, model: str) -> None: ...
    def on_event(self, response: Response, event: Event) -> None: ...
    def finish(self, response: Response) -> None: ...


async def show(
    events: AsyncGenerator[Event, Any], view: View, arrival: Arrival, *, model: str
) -> Response:
    """Follow an answer to its end, however it ends, and draw that end too."""
    view.start(model)
    try:
        return await settle(events, arrival)
    finally:
        view.finish(arrival.response)


class WholeAnswer:
    """Draws once, at the end: for batch runs and captured output, which nobody watches."""

    def __init__(
        self,
        surface: Surface,
        context: Context,
        bundle: Callable[[Response, Context], dict[str, str]] = bundle,
    ) -> None:
        self._surface = surface
        self._context = context
        self._bundle = bundle

    def start(self, model: str) -> None:
        pass

    def on_event(self, response: Response, event: Event) -> None:
        pass

    def finish(self, response: Response) -> None:
        self._surface.publish(self._bundle(response, self._context))


class LiveAnswer:
    """Draws at most `STREAM_RATE` times a second; the first token at once, the end always."""

    # How many are being drawn in this kernel: together they stay below KERNEL_RATE.
    _drawing: ClassVar[int] = 0

    def __init__(
        self,
        surface: Surface,
        context: Context,
        *,
        clock: Callable[[], float] = time.monotonic,
        stop: str = STOP,
    ) -> None:
        self._surface = surface
        self._context = context
        self._clock = clock
        # What ends it: ``stop`` is the name of a button.
        self._stop = stop
        self._model = ""
        self._waiting = WaitingLine(self._paint_waiting, clock, CHAT_PATIENCE)
        self._response = Response()
        self._painted_at = float("-inf")
        # Since the last painting began.
        self._messages = self._bytes = 0
        self._timer: asyncio.TimerHandle | None = None
        # Displays that wait for something to take their place, in the order they stand in.
        self._free: list[str] = []
        # What the last event was about.
        self._thinking = self._calling = False
        self._thought: str | None = None
        self._thought_begin = 0
        # What grows behind what was drawn for good, and the display that it is drawn in.
        self._tail: str | None = None
        self._frozen_end = 0
        self._growing = formats.Tail(context.form(self._response))
        self._texts: list[str] = []
        self._calls = LiveCalls(context, self._draw)

    def start(self, model: str) -> None:
        LiveAnswer._drawing += 1
        if pictures := self._context.pictures:
            self._draw(thumbnails.row(pictures), plain_text=thumbnails.lines(pictures))
        self._free.append(self._draw(answer.waiting(model)))
        self._model = model
        self._waiting.begin()

    def on_event(self, response: Response, event: Event) -> None:
        self._response = response
        self._waiting.end()
        match event:
            case TextReplaced():
                self._withdraw()
            case RoundBegan():
                self._settle_words()
                self._calls.paint(response)
                said = answer.round_words(event.number)
                self._draw(answer.round_mark(event.number), plain_text=said)
            case ToolCallDelta():
                # What was said before the call stands above it, and what comes after, below.
                self._settle_words()
            case TextDelta() if self._thinking and len(self._texts) < MANY:
                self._paint_thinking(done=True, spoken=length(response, "text") - len(event.text))
            case TextDelta() | ReasoningDelta() if self._calling:
                self._calls.paint(response)
            case TextDelta() | ReasoningDelta() | ToolResult():
                pass
            case _:
                return
        self._thinking = isinstance(event, ReasoningDelta)
        self._calling = isinstance(event, ToolCallDelta | ToolResult)
        if self._timer:
            return
        wait = self._painted_at + self._pause() - self._clock()
        if wait <= 0:
            self._paint()
        else:
            self._timer = asyncio.get_running_loop().call_later(wait, self._paint)

    def finish(self, response: Response) -> None:
        LiveAnswer._drawing -= 1
        self._waiting.end()
        self._response = response
        if self._timer:
            self._timer.cancel()
        self._settle_words(last=True)
        self._calls.paint(response, settled=True)
        html = answer.closing(response, self._context)
        self._draw(html, plain_text=answer.closing_words(response, self._context))

    def _paint_waiting(self, seconds: float) -> None:
        html = answer.waiting(self._model, words(seconds, self._stop))
        self._surface.publish({"text/html": html}, display_id=self._free[-1], update=True)

    def _pause(self) -> float:
        """Seconds from one painting to the next, by what it took."""
        apart = max(1 / STREAM_RATE, self._drawing / KERNEL_RATE)
        # One that freezes a block and draws what follows is two.
        return max(apart * max(1, self._messages), self._bytes / BYTE_RATE)

    def _paint(self) -> None:
        self._timer = None
        self._messages = self._bytes = 0
        self._painted_at = self._clock()
        self._paint_thinking(done=False)
        self._paint_text()
        self._calls.paint(self._response)

    def _settle_words(self, *, last: bool = False) -> None:
        """Draw what was thought and said by now for good."""
        self._paint_thinking(done=True)
        if (end := length(self._response, "text")) > self._frozen_end:
            self._freeze(end, last=last)

    def _paint_thinking(self, *, done: bool, spoken: int | None = None) -> None:
        """The thought as it stands; ``spoken`` is how much of the text had come before it."""
        thought = length(self._response, "thinking")
        if thought == self._thought_begin:
            return
        end = length(self._response, "text") if spoken is None else spoken
        if self._thought is None and end > self._frozen_end:
            # The model thinks again after it spoke: what it says then comes below the thought.
            self._freeze(end)
        if self._thinking and not done:
            begin = max(self._thought_begin, thought - answer.TICKER_READS)
            said = answer.thinking(behind(self._response, "thinking", begin))
            self._thought = self._draw(said, at=self._thought)
            return
        # The answer has begun, or all is over: fold the thought and leave it alone for good.
        text = behind(self._response, "thinking", self._thought_begin)
        self._draw(answer.thought(text), plain_text="", at=self._thought)
        self._thought = None
        self._thought_begin = thought

    def _paint_text(self) -> None:
        end = length(self._response, "text")
        growing = self._growing
        if end == self._frozen_end:
            return
        growing.take(behind(self._response, "text", self._frozen_end + growing.length))
        parts = FINE if len(self._texts) < MANY else COARSE
        if len(growing.finished) >= max(SMALLEST_BLOCK, end // parts):
            self._freeze(self._frozen_end + len(growing.finished))
            self._growing.take(behind(self._response, "text", self._frozen_end))
        if end > self._frozen_end:
            self._draw_text(self._growing.html)

    def _freeze(self, end: int, *, last: bool = False) -> None:
        """Give the text up to ``end`` its last look; what follows gets a display of its own."""
        text = behind(self._response, "text", self._frozen_end)[: end - self._frozen_end]
        drawn = self._growing.finished_html if text == self._growing.finished else ""
        html, said = answer.written(self._response, text, self._context, last=last, drawn=drawn)
        self._draw_text(html, plain_text=said)
        self._begin_tail(end)

    def _begin_tail(self, end: int) -> None:
        self._frozen_end, self._tail = end, None
        self._growing = formats.Tail(self._context.form(self._response))

    def _draw_text(self, html: str, *, plain_text: str | None = None) -> None:
        is_new = self._tail is None
        self._tail = self._draw(html, plain_text=plain_text, at=self._tail)
        if is_new:
            self._texts.append(self._tail)

    def _withdraw(self) -> None:
        """Empty what was drawn of an answer that the service has taken back."""
        for display_id in self._texts:
            self._draw("", plain_text="", at=display_id)
        self._free, self._texts = self._texts + self._free, []
        self._begin_tail(0)

    def _draw(self, html: str, *, plain_text: str | None = None, at: str | None = None) -> str:
        # Only what stays gets a plain form: in a growing tail it would double the traffic.
        data = {"text/html": html}
        if plain_text is not None:
            data["text/plain"] = plain_text
        if at is None and self._free:
            at = self._free.pop(0)
        self._messages += 1
        self._bytes += ENVELOPE + sum(map(len, data.values()))
        return self._surface.publish(data, display_id=at, update=at is not None)
