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
from sophnet_jupyter.response.rounds import ToolCall
from sophnet_jupyter.values.image import Image


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


def test_an_answer_is_written_by_a_format_as_its_text_is() -> None:
    assert f"{Response(text='abc'):>5}|{Response(text='abc')!s:<5}|" == "  abc|abc  |"
    assert f"{Response(text='abc')}" == "abc"


def test_what_has_no_words_is_printed_as_what_it_is() -> None:
    pictures = Response(images=(Image(data=b"x", prompt="a fox"),), ending="complete")
    assert str(pictures) == repr(pictures) == "<Response 'a fox' · complete · 1 picture>"
    assert str(Response(audio=b"RIFF")) == repr(Response(audio=b"RIFF"))
    assert str(Response()) == ""
    assert str(Response(text="Look:", images=pictures.images)) == "Look:"


def test_an_answer_is_one_row_of_a_table() -> None:
    usage = Usage(prompt_tokens=3, completion_tokens=4, total_tokens=7)
    [row] = (
        Response(text="Hi", ending="complete", model="m", usage=usage).to_frame().to_dict("records")
    )
    assert (row["text"], row["ending"], row["model"], row["total_tokens"]) == (
        "Hi",
        "complete",
        "m",
        7,
    )
    assert list(Response().to_frame().columns)[:2] == ["text", "ending"]
    assert len(Response().to_frame()) == 1


def test_the_fingerprint_of_a_model_is_kept() -> None:
    begun = Started(service="SophNet", model="m-2026", system_fingerprint="fp_1")
    state = fold(Response(), begun)
    assert (state.model, state.system_fingerprint) == ("m-2026", "fp_1")
