from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any

import pytest

from sophnet_jupyter.errors import (
    AnswerIncomplete,
    AnswerUnreadable,
    ConnectionLost,
    NotFound,
    RateLimited,
    RequestRefused,
    ServiceDown,
    ServiceError,
    TimedOut,
)
from sophnet_jupyter.events import (
    AudioChunk,
    Event,
    Finished,
    Notice,
    Progress,
    Started,
    TextDelta,
    TextReplaced,
)
from sophnet_jupyter.providers.dify import completion
from sophnet_jupyter.providers.dify.app import App
from sophnet_jupyter.settings import Timeouts
from sophnet_jupyter.wire.call import Reply
from sophnet_jupyter.wire.stream.sse import SSE

from ...waiting import WITHIN, until

pytestmark = pytest.mark.anyio

Make = Callable[..., App]
Seen = Callable[[], list[dict[str, Any]]]


async def all_of(events: AsyncGenerator[Event, None]) -> list[Event]:
    async with aclosing(events):
        return [event async for event in events]


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "blocking"])
async def test_an_answer_is_the_same_either_way(app: Make, stream: bool) -> None:
    async with aclosing(app()) as ours:
        answer = await ours.complete("What is 12*12?", stream=stream)
    assert "144" in answer.text
    assert (answer.ending, answer.finish_reason) == ("complete", "message_end")
    assert answer.sandbox
    assert answer.service == "Dify"
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens
    assert len(answer.request_id) == 36


# docs/services/dify.md#completion, row D6.
async def test_a_text_is_the_query_and_the_user_is_always_named(app: Make, seen: Seen) -> None:
    async with aclosing(app(user="grace")) as ours:
        await ours.complete("hello")
        await ours.complete({"query": "hello", "language": "Chinese"})
    first, second = (request["body"] for request in seen()[-2:])
    assert first == {"inputs": {"query": "hello"}, "user": "grace", "response_mode": "blocking"}
    assert second["inputs"] == {"query": "hello", "language": "Chinese"}


async def test_the_first_event_names_the_message_and_the_last_how_it_ended(app: Make) -> None:
    async with aclosing(app()) as ours:
        events = await all_of(ours.stream("hello"))
    assert isinstance(events[0], Started)
    assert events[-1] == Finished(reason="message_end")
    assert sum(isinstance(event, TextDelta) for event in events) > 3


async def test_a_withdrawn_answer_is_replaced_and_said_to_be(app: Make) -> None:
    async with aclosing(app(quirks="moderated")) as ours:
        events = await all_of(ours.stream("hello"))
        answer = await ours.complete("hello", stream=True)
    assert any(isinstance(event, TextReplaced) for event in events)
    assert answer.text == "This answer was withdrawn by the app's moderation."
    assert "replaced its answer" in answer.notices[0]


async def test_sound_that_comes_after_the_text_is_all_there(app: Make) -> None:
    async with aclosing(app(quirks="autoplay")) as ours:
        events = await all_of(ours.stream("hello"))
        answer = await ours.complete("hello", stream=True)
        spoken = await ours.speak(answer)
    kinds = [type(event) for event in events]
    last_text = max(place for place, kind in enumerate(kinds) if kind is TextDelta)
    assert kinds.index(AudioChunk) > last_text
    assert answer.audio == spoken


# docs/services/dify.md#completion, row D7.
async def test_pings_without_data_are_no_part_of_the_answer(app: Make) -> None:
    async with aclosing(app(faults="ping=0.005", speed=50)) as ours:
        answer = await ours.complete("What is 2+2?", stream=True)
    assert "4" in answer.text
    assert answer.ending == "complete"


async def test_messages_without_their_event_are_read(app: Make) -> None:
    async with aclosing(app(quirks="no_event_name")) as ours:
        assert "144" in (await ours.complete("What is 12*12?", stream=True)).text


ENDS = {
    "silent_end=3": ("incomplete", None),
    "cut=3": ("failed", ConnectionLost),
    "error_mid_stream=3": ("failed", RequestRefused),
    "late_end=0.1": ("complete", None),
    "html_200": ("failed", AnswerUnreadable),
    "empty": ("failed", AnswerUnreadable),
    "server_error": ("failed", ServiceDown),
    "concurrency=0": ("failed", RateLimited),
    "balance": ("failed", RequestRefused),
}


@pytest.mark.parametrize(("fault", "ending"), ENDS.items(), ids=ENDS)
async def test_a_fault_is_told_as_what_it_is(app: Make, fault: str, ending: Any) -> None:
    async with aclosing(app(faults=fault)) as ours:
        if ending[1] is None:
            answer = await ours.complete("hello", stream=True)
        else:
            with pytest.raises(ending[1]) as raised:
                await ours.complete("hello", stream=True)
            answer = raised.value.response
    assert answer.ending == ending[0]


async def test_an_end_that_does_not_come_is_not_waited_for(
    app: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(completion.wire_stream, "END_WAIT", 0.05)
    async with aclosing(app(faults="never_end")) as ours:
        assert (await ours.complete("hello", stream=True)).ending == "complete"


async def test_strict_raises_for_an_answer_that_just_stopped(app: Make) -> None:
    async with aclosing(app(faults="silent_end=3")) as ours:
        with pytest.raises(AnswerIncomplete) as raised:
            await ours.complete("hello", stream=True, strict=True)
    assert raised.value.response.text


@pytest.mark.parametrize("leave", ["cancel", "close"])
async def test_leaving_early_hangs_up_and_tells_the_service_to_stop(
    app: Make, seen: Seen, leave: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(completion, "STOP_LIMIT", WITHIN)
    ours = app(speed=20)
    events = ours.stream("Write a story of 300 words")
    await anext(events)
    before = len(seen())
    if leave == "close":
        await events.aclose()
    else:
        task = asyncio.create_task(all_of(events))
        await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.wait([task])
    await until(lambda: len(seen()) > before)
    await ours.aclose()
    await until(lambda: seen()[before - 1]["ended"] == "hung up")
    assert seen()[-1]["path"].endswith("/stop")
    assert seen()[-1]["body"] == {"user": "ada"}


async def test_a_service_that_does_not_answer_to_stop_delays_nobody(
    app: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(completion, "STOP_LIMIT", 0.2)
    ours = app(speed=20)
    events = ours.stream("Write a story of 300 words")
    await anext(events)

    async def silence(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(ours._completion, "stop", silence)
    async with asyncio.timeout(WITHIN):
        await events.aclose()
        await ours.aclose()


async def test_an_answer_that_was_stopped_is_not_complete(app: Make) -> None:
    async with aclosing(app(speed=30)) as ours:
        events: list[Event] = []
        async for event in ours.stream("Write a story of 300 words"):
            events.append(event)
            if isinstance(event, Progress):
                await ours.stop(event.task_id)
    assert events[-1] == Finished(reason="stopped", ending="stopped")


async def test_a_stop_that_failed_leaves_the_answer_complete(
    app: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with aclosing(app()) as ours:
        events: list[Event] = []
        async for event in ours.stream("hello"):
            events.append(event)
            if isinstance(event, Progress):
                monkeypatch.setattr(completion, "PATH", "/no-such-path")
                with pytest.raises(NotFound):
                    await ours.stop(event.task_id)
    assert events[-1] == Finished(reason="message_end")


async def test_a_task_of_somebody_else_or_nobody_is_stopped_without_an_error(app: Make) -> None:
    async with aclosing(app()) as ours:
        await ours.stop("no-such-task")
        await ours.stop("evil?x=1#y")


async def test_a_run_that_timed_out_is_not_sent_again(app: Make, seen: Seen) -> None:
    before = len(seen())
    ours = app(faults="stall=2")
    ours._wire.network = type(ours._wire.network)(between=1, total=30)
    with pytest.raises(TimedOut) as raised:
        await ours.complete("hello", stream=True)
    assert raised.value.response.text
    with pytest.raises(TimedOut):
        await ours.complete("hello")
    await ours.aclose()
    runs = [r for r in seen()[before:] if r["path"].endswith("/completion-messages")]
    assert len(runs) == 2


async def test_a_run_that_nobody_waits_for_any_more_is_called_off(
    app: Make, seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(completion, "STOP_LIMIT", WITHIN)
    before = len(seen())
    async with aclosing(app(faults="stall=2")) as ours:
        ours._wire.network = type(ours._wire.network)(between=1, total=30)
        with pytest.raises(TimedOut):
            await ours.complete("hello", stream=True)
    await until(lambda: any(each["path"].endswith("/stop") for each in seen()[before:]))


async def test_pings_behind_the_end_do_not_keep_the_answer_open(
    app: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(completion.wire_stream, "END_WAIT", 0.2)
    async with aclosing(app(faults="never_end,ping=0.05")) as ours:
        async with asyncio.timeout(60):
            assert (await ours.complete("hello", stream=True)).ending == "complete"


async def test_a_run_that_did_not_begin_is_sent_again(app: Make) -> None:
    async with aclosing(app(faults="rate_limit_once=0")) as ours:
        assert (await ours.complete("hello again, once")).ending == "complete"


def reply(body: object, status: int = 200) -> Reply:
    return Reply(status=status, headers={}, body=json.dumps(body).encode())


# docs/services/dify.md#completion, row D8.
def test_an_error_inside_200_has_its_own_status_and_says_what_to_do() -> None:
    body = {"event": "error", "message_id": "m", "code": "provider_quota_exceeded", "message": "x"}
    with pytest.raises(RequestRefused, match=r"answered 400: x \(code provider_quota.*own") as e:
        completion.whole(reply(body))
    assert e.value.request_id == "m"


def frame(event: str = "", **facts: object) -> SSE:
    return SSE(data=json.dumps({"event": event, **facts}), event="message", id="", complete=True)


def test_an_answer_is_known_by_its_message_although_another_event_came_first() -> None:
    reading = completion.CompletionReader(reply({}))
    first = reading.events(frame("workflow_started", task_id="t"))
    assert [type(event) for event in first] == [Progress]
    started, said = reading.events(frame("message", task_id="t", message_id="m", answer="a"))
    assert (started.request_id, said.text) == ("m", "a")


def test_an_error_behind_the_end_is_told_and_the_answer_stays_complete() -> None:
    reading = completion.CompletionReader(reply({}))
    reading.events(frame("message", task_id="t", message_id="m", answer="a"))
    reading.events(frame("message_end", task_id="t", message_id="m"))
    (told,) = reading.events(frame("error", code="x", status=500, message="no voice"))
    assert isinstance(told, Notice)
    assert "no voice" in told.text
    assert reading.end(stopped=False) == [Finished(reason="message_end")]


def test_an_event_that_nobody_knows_is_no_error_because_it_has_a_code_and_a_message() -> None:
    reading = completion.CompletionReader(reply({}))
    assert reading.events(frame("agent_log", code="200", message="ok", error="none")) == []


# docs/services/dify.md#completion, row D32.
@pytest.mark.parametrize("status", [504, 524])
def test_a_gateway_that_gave_up_waiting_is_told_with_the_way_round_it(status: int) -> None:
    with pytest.raises(ServiceDown, match="stream=True"):
        completion.whole(reply({}, status))


# docs/services/dify.md#completion, row D32.
def test_a_long_answer_in_one_piece_is_waited_for_longer_than_the_cloud_waits() -> None:
    assert min(Timeouts().between, Timeouts().total) > 100


# docs/services/dify.md#completion, row D2.
def test_the_documents_short_answer_is_an_answer() -> None:
    body = {"id": "0b089b9a", "answer": "how are you?", "created_at": 1679586667}
    started, delta, end = completion.whole(reply(body))
    assert (started.request_id, delta.text, end.ending) == ("0b089b9a", "how are you?", "complete")


# docs/services/dify.md#completion, row D1.
def test_the_kind_of_app_that_an_answer_names_is_not_checked() -> None:
    body = {"message_id": "m", "mode": "chat", "answer": "fine"}
    started, delta, end = completion.whole(reply(body))
    assert (started.request_id, delta.text, end.ending) == ("m", "fine", "complete")


# docs/services/dify.md#errors, row D14.
def test_a_code_that_nobody_knows_is_judged_by_its_status() -> None:
    with pytest.raises(ServiceDown, match="brand_new"):
        completion.whole(reply({"code": "brand_new", "message": "x", "status": 503}, 503))
    with pytest.raises(ServiceError):
        completion.whole(reply({"code": "brand_new", "message": "x"}))
