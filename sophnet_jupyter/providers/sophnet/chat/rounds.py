"""An answer in rounds: tools run between them, and an answer that fails its schema is corrected."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from itertools import count

from msgspec.structs import replace

from ....errors import AnswerInvalid
from ....events import (
    Event,
    Finished,
    Notice,
    Parsed,
    ReasoningDelta,
    RoundBegan,
    Started,
    TextDelta,
    TextReplaced,
    ToolCallDelta,
    ToolResult,
    Usage,
)
from ....language import tr
from ....prompt.forms.shape import Misfit
from ....prompt.tools import call as tool_call
from ....response import Response, fold
from ....wire.held import held
from .question import NOT_RUN, Ask, Body, ChatQuestion
from .request import Message

# Tools that run at the same time; a model that asks for more waits.
AT_ONCE = 16
# Reasons with which the last call may be cut off in the middle.
_CUT = {"length", "content_filter"}


class Rounds:
    """Sends requests until no tool is left to run and nothing to correct."""

    def __init__(self, question: ChatQuestion, ask: Ask, scrub: Callable[[str], str]) -> None:
        self._question = question
        self._ask = ask
        self._scrub = scrub
        self._repairs = question.repair
        self._free = asyncio.Semaphore(AT_ONCE)
        # What the caller has been told, folded as the caller folds it.
        self._state = Response()
        # The conversation, and how many messages of the state are part of it.
        self._conversation = list(question.body["messages"])
        self._turns = 0
        # The usage of the rounds before, and how this one ended.
        self._usage: Usage | None = None
        self._finished = Finished(reason="incomplete", ending="incomplete")

    async def events(self) -> AsyncGenerator[Event, None]:
        for number in count(1):
            async with held(self._round(number)) as said:
                async for event in said:
                    yield self._noted(event)
            calls = self._calls()
            if calls and number < self._question.max_rounds:
                async with held(self._results(calls)) as results:
                    async for event in results:
                        yield self._noted(event)
                self._send_back()
                continue
            correction = None
            try:
                last = self._not_run(calls) if calls else self._parsed()
            except Misfit as misfit:
                correction = self._correction(misfit)
                last = [correction]
            for event in last:
                yield self._noted(event)
            if correction is None:
                break
        yield self._finished

    def _noted(self, event: Event) -> Event:
        self._state = fold(self._state, event)
        return event

    async def _round(self, number: int) -> AsyncGenerator[Event, None]:
        """Send one request. Indexes, usage and text continue from the rounds before."""
        if number > 1:
            yield RoundBegan(number=number)
        before, usage = self._state, self._usage
        # What a round adds begins a paragraph of its own.
        gaps = {TextDelta: bool(before.text), ReasoningDelta: bool(before.thinking)}
        body = next_body(self._question, self._conversation, number)
        async with held(self._ask(body)) as events:
            async for event in events:
                match event:
                    case Finished():
                        self._finished = event
                        continue
                    case Usage():
                        event = self._usage = _sum(usage, event)
                    case ToolCallDelta(index=index):
                        event = replace(event, index=index + len(before.tool_calls))
                    case TextReplaced(text=text):
                        # Of this round alone; what is said next begins anew.
                        event = replace(event, text=before.text + text)
                        gaps[TextDelta] = bool(before.text)
                    case TextDelta() | ReasoningDelta() if gaps.pop(type(event), False):
                        yield type(event)(text="\n\n")
                yield event
                if number == 1 and isinstance(event, Started):
                    for text in self._question.notices:
                        yield Notice(text=text)
        for event in self._names():
            yield event

    def _names(self) -> list[Event]:
        """Generate ids for calls of this round that have none: a result must name one."""
        begin = self._state.rounds[-1].calls
        seen = {call.id for call in self._state.tool_calls[:begin]}
        found: list[Event] = []
        for index, call in enumerate(self._state.tool_calls[begin:], begin):
            if not call.id or call.id in seen:
                found.append(ToolCallDelta(index=index, id=f"call_{index}"))
            seen.add(call.id)
        return found

    def _calls(self) -> range:
        """The indexes of this round's calls to run; none for an incomplete answer."""
        begin, end = self._state.rounds[-1].calls, len(self._state.tool_calls)
        whole = self._finished.ending == "complete" and self._finished.reason not in _CUT
        return range(begin, end) if whole and self._question.tools else range(0)

    async def _results(self, calls: range) -> AsyncGenerator[Event, None]:
        """Run the calls concurrently; each result is yielded when it is ready."""
        tasks = [asyncio.create_task(self._result(index)) for index in calls]
        try:
            for result in asyncio.as_completed(tasks):
                yield await result
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _result(self, index: int) -> ToolResult:
        call = self._state.tool_calls[index]
        async with self._free:
            begun = time.perf_counter()
            outcome = await tool_call.run(
                self._question.tools.get(call.name),
                call.name,
                call.arguments,
                timeout=self._question.tool_timeout,
                scrub=self._scrub,
            )
        return ToolResult(
            index=index,
            id=call.id,
            name=call.name,
            text=outcome.text,
            error=outcome.error,
            shown=outcome.shown,
            seconds=time.perf_counter() - begun,
        )

    def _send_back(self) -> None:
        turns = self._state.messages
        self._conversation += turns[self._turns :]
        self._turns = len(turns)

    def _not_run(self, calls: range) -> list[Event]:
        """Results for calls after the last round, so that the conversation can go on."""
        rounds = self._question.max_rounds
        said = f"{NOT_RUN}, since the limit of {rounds} rounds was reached."
        named = [(index, self._state.tool_calls[index]) for index in calls]
        results = [
            ToolResult(index=index, id=call.id, name=call.name, text=said, error=True)
            for index, call in named
        ]
        notice = tr(
            "After {rounds} rounds the model still wants to call tools: raise max_rounds.",
            rounds=rounds,
        )
        return [*results, Notice(text=notice)]

    def _parsed(self) -> list[Event]:
        """The parsed answer. Raises `Misfit`, or `AnswerInvalid` if it was cut off."""
        shape, begin = self._question.shape, self._state.rounds[-1]
        handed_over = len(self._state.tool_calls) > begin.calls
        if shape is None or handed_over or self._finished.ending != "complete":
            return []
        try:
            value, note = shape.read_and_note(self._state.text[begin.text :])
        except Misfit as misfit:
            if self._finished.reason != "length":
                raise
            why = tr(
                "{scrub}; it was cut at the token limit (raise max_tokens)",
                scrub=self._scrub(misfit.why),
            )
            used = self._question.repair - self._repairs
            raise AnswerInvalid(where=misfit.where, why=why, repairs=used) from None
        return [*([Notice(text=note)] if note else []), Parsed(value=value)]

    def _correction(self, misfit: Misfit) -> TextReplaced:
        """Ask the model for a correction, and withdraw the wrong answer. Raises `AnswerInvalid`."""
        if self._repairs < 1:
            repairs = self._question.repair
            why = self._scrub(misfit.why)
            raise AnswerInvalid(where=misfit.where, why=why, repairs=repairs) from None
        self._repairs -= 1
        self._send_back()
        said = (
            f"That answer does not fit: {misfit.told}. Answer again, with the corrected JSON only."
        )
        self._conversation.append({"role": "user", "content": said})
        text = self._state.text[: self._state.rounds[-1].text]
        notice = tr(
            "An answer did not fit ({misfit}): the model was asked to correct it.", misfit=misfit
        )
        # What is withdrawn is no turn of the answer any more.
        self._turns = len(fold(self._state, TextReplaced(text=text)).messages)
        return TextReplaced(text=text, notice=notice)


def _sum(before: Usage | None, now: Usage) -> Usage:
    """The total usage of all rounds; a detail that no round gave stays None."""
    if before is None:
        return now

    def added(one: int | None, other: int | None) -> int | None:
        return one if other is None else other if one is None else one + other

    return Usage(
        prompt_tokens=before.prompt_tokens + now.prompt_tokens,
        completion_tokens=before.completion_tokens + now.completion_tokens,
        total_tokens=before.total_tokens + now.total_tokens,
        cached_tokens=added(before.cached_tokens, now.cached_tokens),
        reasoning_tokens=added(before.reasoning_tokens, now.reasoning_tokens),
        image_tokens=added(before.image_tokens, now.image_tokens),
    )


def next_body(asked: ChatQuestion, conversation: list[Message], number: int) -> Body:
    """The body of the next round. A forced tool choice applies to the first only."""
    body = Body(asked.body | {"messages": conversation})
    if number > 1 and body.get("tool_choice") not in (None, "auto", "none"):
        del body["tool_choice"]
    return body
