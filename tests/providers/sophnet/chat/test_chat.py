"""Chat against the sandbox, which answers as SophNet does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from types import SimpleNamespace

import pytest

from sophnet_jupyter import Client
from sophnet_jupyter.errors import (
    AnswerIncomplete,
    AnswerUnreadable,
    BalanceExhausted,
    ConnectionLost,
    KeyRejected,
    NotFound,
    RequestRefused,
    ServiceError,
    SophNetError,
    TimedOut,
)
from sophnet_jupyter.events import Finished, Started, TextDelta
from sophnet_jupyter.providers.sophnet.access import origin
from sophnet_jupyter.providers.sophnet.chat import Chat
from sophnet_jupyter.providers.sophnet.chat.reading import ChatReader, whole
from sophnet_jupyter.response import settle
from sophnet_jupyter.settings import Timeouts
from sophnet_jupyter.wire.call import Network, Reply
from sophnet_jupyter.wire.stream.sse import SSE
from sophnet_jupyter.wire.wire import Wire

pytestmark = pytest.mark.anyio
both = pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])


@pytest.fixture
async def chat(sandbox: SimpleNamespace) -> AsyncIterator[Chat]:
    async with Client(api_key=sandbox.key, base_url=sandbox.url) as client:
        yield client.chat


class Switched:
    """A chat whose requests ask the sandbox for faults and quirks."""

    def __init__(self, url: str, **switches: str) -> None:
        plain = origin(base_url=url, reveal=lambda: "sandbox", scrub=str)
        headers = {f"x-sandbox-{name}": value for name, value in switches.items()}
        with_switches = origin(base_url=url, reveal=lambda: "sandbox", scrub=str)
        object.__setattr__(
            with_switches, "authorize", lambda call: {**plain.authorize(call), **headers}
        )
        self.wire = Wire(with_switches, Network(between=1.5))
        self.chat = Chat(self.wire, default_model=lambda: "m")

    async def __aenter__(self) -> Chat:
        return self.chat

    async def __aexit__(self, *_: object) -> None:
        await self.wire.aclose()


@both
async def test_an_answer_is_complete(chat: Chat, stream: bool) -> None:
    response = await chat.create("hello", stream=stream)
    assert response.ending == "complete"
    assert response.finish_reason == "stop"
    assert response.text
    assert response.sandbox
    assert response.usage or stream


async def test_events_come_in_order(chat: Chat) -> None:
    events = [event async for event in chat.stream("hello")]
    assert isinstance(events[0], Started)
    assert isinstance(events[1], TextDelta)
    assert isinstance(events[-1], Finished)


async def test_both_transports_come_to_the_same(chat: Chat) -> None:
    streamed, one = [await chat.create("hello", stream=stream) for stream in (True, False)]
    assert (streamed.text, streamed.finish_reason) == (one.text, one.finish_reason)


@both
async def test_several_answers_are_the_answer_and_its_alternatives(
    chat: Chat, stream: bool
) -> None:
    one = await chat.create("what is 17*23?", stream=stream)
    response = await chat.create("what is 17*23?", stream=stream, n=3)
    assert response.text == one.text
    assert len({response.text, *response.alternatives}) == 3
    assert all(other.endswith(one.text) for other in response.alternatives)
    assert (response.ending, response.finish_reason) == ("complete", "stop")


@both
@pytest.mark.parametrize("n", ["two", 0, -1, 10**12, 1.5, [2]], ids=str)
async def test_a_number_of_answers_that_cannot_be_is_refused_by_the_service(
    chat: Chat, stream: bool, n: object
) -> None:
    with pytest.raises(RequestRefused, match="n must be an integer from 1 to 128"):
        await chat.create("hi", stream=stream, extra_body={"n": n})


@both
async def test_a_cut_at_the_token_limit_is_told(chat: Chat, stream: bool) -> None:
    response = await chat.create("tell me a story", stream=stream, max_tokens=2)
    assert (response.ending, response.finish_reason) == ("complete", "length")
    assert "max_tokens" in response.notices[0]


@both
async def test_a_wrong_key_is_told(sandbox: SimpleNamespace, stream: bool) -> None:
    async with Client(api_key="sk-wrong", base_url=sandbox.url) as client:
        with pytest.raises(KeyRejected, match=r"SophNet sandbox answered 401: .*SOPHNET_API_KEY"):
            await client.chat.create("hi", stream=stream)


@both
async def test_a_wrong_address_is_told(sandbox: SimpleNamespace, stream: bool) -> None:
    async with Client(api_key=sandbox.key, base_url=sandbox.root + "/nowhere") as client:
        with pytest.raises(NotFound):
            await client.chat.create("hi", stream=stream)


@both
@pytest.mark.parametrize(
    "quirk",
    ["no_blank_line", "no_last_blank_line", "no_done", "space", "empty_choices", "vendor_prefix"],
)
async def test_the_odd_forms_of_the_service_change_nothing(
    quirk: str, sandbox: SimpleNamespace, chat: Chat, stream: bool
) -> None:
    plain = await chat.create("hello", stream=stream)
    async with Switched(sandbox.url, quirks=quirk) as odd:
        response = await odd.create("hello", stream=stream, strict=True)
    assert (response.text, response.ending) == (plain.text, "complete")


@both
async def test_errors_that_come_with_200_are_errors(sandbox: SimpleNamespace, stream: bool) -> None:
    async with Switched(sandbox.url, quirks="error_200", faults="balance") as odd:
        with pytest.raises(BalanceExhausted):
            await odd.create("hi", stream=stream)


FAULTS: dict[str, type[SophNetError]] = {
    "cut": ConnectionLost,
    "stall": TimedOut,
    "silent_end": AnswerIncomplete,
    "error_mid_stream": ServiceError,
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_what_had_come_before_a_fault_is_kept(fault: str, sandbox: SimpleNamespace) -> None:
    async with Switched(sandbox.url, faults=f"{fault}=5") as faulty:
        with pytest.raises(FAULTS[fault]) as raised:
            await faulty.create("tell me a story", stream=True, strict=True)
    assert raised.value.response is not None
    assert raised.value.response.text
    assert raised.value.response.ending in ("failed", "incomplete")


@both
@pytest.mark.parametrize("fault", ["html_200", "empty"])
async def test_what_is_no_answer_is_unreadable(
    fault: str, sandbox: SimpleNamespace, stream: bool
) -> None:
    async with Switched(sandbox.url, faults=fault) as faulty:
        with pytest.raises(AnswerUnreadable):
            await faulty.create("hi", stream=stream)


async def test_a_refused_argument_keeps_the_words_of_the_service(
    sandbox: SimpleNamespace, chat: Chat
) -> None:
    with pytest.raises(RequestRefused, match="answered 400: "):
        await chat.create("hi", extra_body={"temperature": 9})


async def test_limits_of_time_reach_the_wire(sandbox: SimpleNamespace) -> None:
    times = Timeouts(connect=1, between=5, total=0.2)
    async with Client(api_key=sandbox.key, base_url=sandbox.url, timeouts=times) as client:
        assert client._sophnet.network.total == 0.2


def head(**headers: str) -> Reply:
    return Reply(status=200, headers=headers, body=b"")


@pytest.mark.parametrize("reason", ["insufficient_system_resource", "error", "abort"])
def test_a_service_that_gave_up_has_not_finished(reason: str) -> None:
    reading = ChatReader(head())
    reading.events(SSE(f'{{"choices":[{{"delta":{{}},"finish_reason":"{reason}"}}]}}'))
    notice, finished = reading.end(done=True)
    assert reason in notice.text
    assert finished == Finished(reason="incomplete", ending="incomplete")


def test_a_filtered_answer_says_so() -> None:
    body = b'{"choices":[{"message":{"content":""},"finish_reason":"content_filter"}]}'
    notice, finished = whole(Reply(status=200, headers={}, body=body))[1:]
    assert "content filter" in notice.text
    assert finished.reason == "content_filter"


async def test_an_error_event_without_any_words_is_an_error() -> None:
    with pytest.raises(ServiceError, match="no reason given"):
        ChatReader(head()).events(SSE("", "error"))


async def test_an_answer_is_closed_when_its_reader_leaves(chat: Chat) -> None:
    events = chat.stream("hello")
    await anext(events)
    await events.aclose()
    with pytest.raises(StopAsyncIteration):
        await anext(events)
    assert (await settle(chat.stream("hello"))).ending == "complete"
