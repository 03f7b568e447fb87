from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest

from sophnet_jupyter.errors import ConnectionLost
from sophnet_jupyter.events import (
    Event,
    Finished,
    Notice,
    ReasoningDelta,
    Reference,
    References,
    Started,
    TextDelta,
    TextReplaced,
    ToolCallDelta,
    Usage,
)
from sophnet_jupyter.response import Arrival, Response, fold, settle
from sophnet_jupyter.response.response import ToolCall


def folded(*events: Event) -> Response:
    state = Response()
    for event in events:
        state = fold(state, event)
    return state


def test_text_and_thinking_grow_apart() -> None:
    state = folded(ReasoningDelta(text="hm"), TextDelta(text="a"), TextDelta(text="b"))
    assert (state.text, state.thinking) == ("ab", "hm")


def test_a_withdrawn_answer_is_gone_and_the_reader_is_told() -> None:
    state = folded(TextDelta(text="bad"), TextReplaced(text="good", reason="moderation"))
    assert state.text == "good"
    assert "moderation" in state.notices[0]


def test_pieces_of_two_tool_calls_find_their_call() -> None:
    state = folded(
        ToolCallDelta(index=0, id="a", name="f", arguments='{"x"'),
        ToolCallDelta(index=1, id="b", name="g"),
        ToolCallDelta(index=0, arguments=":1}"),
    )
    assert state.tool_calls == (
        ToolCall(id="a", name="f", arguments='{"x":1}'),
        ToolCall(id="b", name="g", arguments=""),
    )


def test_the_last_list_of_references_replaces_the_ones_before() -> None:
    first, last = Reference(index=1, title="a"), Reference(index=1, title="b")
    state = folded(References(items=(first,)), References(items=(last,)))
    assert state.references == (last,)


def test_an_answer_that_nobody_finished_is_incomplete() -> None:
    assert folded(TextDelta(text="a")).ending == "incomplete"


def test_the_finish_reason_is_the_services_word() -> None:
    state = folded(Finished(reason="length"))
    assert (state.finish_reason, state.ending) == ("length", "complete")


def test_an_incomplete_answer_has_no_finish_reason_of_the_service() -> None:
    state = folded(Finished(reason="incomplete", ending="incomplete"))
    assert (state.finish_reason, state.ending) == ("", "incomplete")


def test_who_answered_stays_known() -> None:
    state = folded(
        Started(service="SophNet", model="m", request_id="r", sandbox=True),
        Usage(prompt_tokens=1, completion_tokens=2, total_tokens=3),
        Notice(text="n"),
    )
    assert (state.model, state.request_id, state.sandbox) == ("m", "r", True)
    assert state.usage is not None
    assert state.usage.total_tokens == 3
    assert state.notices == ("n",)


def test_the_first_token_is_timed_whatever_it_is() -> None:
    times = iter([10.0, 10.5, 12.0])
    arrival = Arrival(clock=lambda: next(times))
    for event in (ReasoningDelta(text="h"), TextDelta(text="a"), Finished(reason="stop")):
        arrival.add(event)
    timing = arrival.response.timing
    assert (timing.first_token, timing.total) == (0.5, 2.0)


async def _broken() -> AsyncGenerator[Event, None]:
    yield TextDelta(text="half")
    raise ConnectionLost(service="SophNet", reason="reset")


async def _endless() -> AsyncGenerator[Event, None]:
    yield TextDelta(text="half")
    await asyncio.Event().wait()


def test_an_error_carries_what_had_arrived() -> None:
    with pytest.raises(ConnectionLost) as caught:
        asyncio.run(settle(_broken()))
    assert caught.value.response is not None
    assert (caught.value.response.text, caught.value.response.ending) == ("half", "failed")


def test_a_cancelled_answer_is_stopped_and_kept() -> None:
    async def cancel_it() -> Response:
        arrived = asyncio.Event()
        arrival = Arrival(on_event=lambda response, event: arrived.set())
        task = asyncio.create_task(settle(_endless(), arrival))
        await arrived.wait()
        task.cancel()
        await asyncio.wait([task])
        return arrival.response

    response = asyncio.run(cancel_it())
    assert (response.text, response.ending) == ("half", "stopped")


def test_a_response_says_in_one_line_what_it_is() -> None:
    response = folded(TextDelta(text="a\nb " * 50), Finished(reason="stop"))
    assert "\n" not in repr(response)
    assert "complete" in repr(response)
    assert str(response) == response.text
