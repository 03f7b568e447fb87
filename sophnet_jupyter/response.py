"""One settled value for every modality, and how events become it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any

from .errors import SophNetError
from .events import (
    AudioChunk,
    Ending,
    Event,
    Finished,
    ImageReady,
    Notice,
    ReasoningDelta,
    Reference,
    References,
    Started,
    TextDelta,
    TextReplaced,
    ToolCallDelta,
    Usage,
    VideoReady,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A function the model wants called. ``arguments`` is JSON text, as the model wrote it."""

    id: str = ""
    name: str = ""
    arguments: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Seconds since the request left: to the first token (None if none came), and in all."""

    first_token: float | None = None
    total: float = 0.0


@dataclass(frozen=True, kw_only=True, repr=False)
class Response:
    """
    What a call came to, whatever it was asked for.

    ``ending`` is always one of complete, stopped, incomplete, failed. ``finish_reason`` is the
    service's own word (``stop``, ``length``, ``tool_calls``), empty if it gave none. ``images`` and
    ``videos`` are addresses, ``audio`` bytes, ``vectors`` one tuple of floats per input.
    """

    text: str = ""
    thinking: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    references: tuple[Reference, ...] = ()
    images: tuple[str, ...] = ()
    videos: tuple[str, ...] = ()
    audio: bytes = b""
    vectors: tuple[tuple[float, ...], ...] = ()
    parsed: object = None
    usage: Usage | None = None
    timing: Timing = field(default_factory=Timing)
    notices: tuple[str, ...] = ()
    service: str = ""
    model: str = ""
    request_id: str = ""
    sandbox: bool = False
    finish_reason: str = ""
    # Until something says otherwise, an answer is one that has not reached its end.
    ending: Ending = "incomplete"

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        words = " ".join(self.text.split())
        clipped = words if len(words) <= 60 else words[:59] + "…"
        figures = [self.ending, f"{len(self.text)} characters"]
        figures += [self.model] if self.model else []
        figures += ["sandbox"] if self.sandbox else []
        return f"<Response {clipped!r} · {' · '.join(figures)}>"


def fold(state: Response, event: Event) -> Response:
    """The response after one more event. Pure: the same events always make the same response."""
    match event:
        case TextDelta(text=text):
            return replace(state, text=state.text + text)
        case ReasoningDelta(text=text):
            return replace(state, thinking=state.thinking + text)
        case TextReplaced(text=text, reason=reason):
            said = f"The service replaced its answer{f' ({reason})' if reason else ''}."
            return replace(state, text=text, notices=(*state.notices, said))
        case ToolCallDelta():
            return replace(state, tool_calls=_with_call(state.tool_calls, event))
        case References(items=items):
            return replace(state, references=items)
        case AudioChunk(data=data):
            return replace(state, audio=state.audio + data)
        case ImageReady(url=url):
            return replace(state, images=(*state.images, url))
        case VideoReady(url=url):
            return replace(state, videos=(*state.videos, url))
        case Usage():
            return replace(state, usage=event)
        case Notice(text=text):
            return replace(state, notices=(*state.notices, text))
        case Started():
            return replace(
                state,
                service=event.service,
                model=event.model or state.model,
                request_id=event.request_id or state.request_id,
                sandbox=event.sandbox,
            )
        case Finished(reason=reason, ending=ending):
            return replace(
                state, finish_reason=reason if ending == "complete" else "", ending=ending
            )
        case _:
            return state


def _with_call(calls: tuple[ToolCall, ...], delta: ToolCallDelta) -> tuple[ToolCall, ...]:
    grown = [*calls, *(ToolCall() for _ in range(delta.index + 1 - len(calls)))]
    call = grown[delta.index]
    grown[delta.index] = ToolCall(
        id=delta.id or call.id,
        name=delta.name or call.name,
        arguments=call.arguments + delta.arguments,
    )
    return tuple(grown)


class Arrival:
    """
    An answer on its way: give it events, ask it for the response so far.

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

    def add(self, event: Event) -> None:
        if self._first is None and isinstance(event, TextDelta | ReasoningDelta | ToolCallDelta):
            self._first = self._clock() - self._started
        self.response = fold(self.response, event)
        if isinstance(event, Finished):
            self.response = replace(self.response, timing=self._timing())
        if self._on_event:
            self._on_event(self.response, event)

    def end(self, ending: Ending) -> Response:
        """Close an answer that will not say itself how it ended."""
        self.response = replace(self.response, ending=ending, timing=self._timing())
        return self.response

    def _timing(self) -> Timing:
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
    except SophNetError as error:
        error.response = arrival.end("failed")
        raise
    except asyncio.CancelledError:
        arrival.end("stopped")
        raise
    return arrival.response
