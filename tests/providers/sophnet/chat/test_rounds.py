"""Rounds of an answer: against the sandbox, and against scripts for what it never says."""

from __future__ import annotations

import asyncio
import copy
import threading
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

from sophnet_jupyter import Client
from sophnet_jupyter.errors import AnswerInvalid, RequestRefused, SettingsError
from sophnet_jupyter.events import (
    Event,
    Finished,
    Logprobs,
    ReasoningDelta,
    RoundBegan,
    Started,
    TextDelta,
    ToolCallDelta,
    ToolResult,
    Usage,
)
from sophnet_jupyter.providers.sophnet.chat import Chat
from sophnet_jupyter.providers.sophnet.chat.answer import answer
from sophnet_jupyter.providers.sophnet.chat.question import question
from sophnet_jupyter.response import Arrival, Response, fold, settle

from ....waiting import WITHIN

pytestmark = pytest.mark.anyio
both = pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])


@pytest.fixture
async def chat(sandbox: SimpleNamespace) -> AsyncIterator[Chat]:
    async with Client(api_key=sandbox.key, base_url=sandbox.url) as client:
        yield client.chat


def get_weather(city: str, days: int = 1) -> dict[str, object]:
    """Weather of a city.

    Args:
        city: Its name.
    """
    return {"city": city, "celsius": 21}


def call(index: int, name: str, arguments: str = "{}", call_id: str | None = None) -> ToolCallDelta:
    call_id = f"id{index}" if call_id is None else call_id
    return ToolCallDelta(index=index, id=call_id, name=name, arguments=arguments)


STOP, CALLS = Finished(reason="stop"), Finished(reason="tool_calls")


class Script:
    """Answers each request with the next of some lists of events, and keeps the requests."""

    def __init__(self, *rounds: list[Event]) -> None:
        self.rounds = list(rounds)
        self.bodies: list[dict[str, Any]] = []
        self.closed = 0

    async def ask(self, body: dict[str, Any]) -> AsyncGenerator[Event, None]:
        self.bodies.append(copy.deepcopy(dict(body)))
        try:
            for event in self.rounds.pop(0):
                yield event
        finally:
            self.closed += 1

    def events(self, prompt: str = "hi", **options: Any) -> AsyncGenerator[Event, None]:
        return answer(question(prompt, model="m", **options), self.ask)

    async def settle(self, prompt: str = "hi", **options: Any) -> Response:
        return await settle(self.events(prompt, **options))


@both
async def test_a_tool_is_run_and_its_result_becomes_the_answer(chat: Chat, stream: bool) -> None:
    response = await chat.create(
        "What is the weather in Paris?", tools=[get_weather], run_tools=True, stream=stream
    )
    [called], [result] = response.tool_calls, response.tool_results
    assert (called.name, called.arguments) == ("get_weather", '{"city": "Paris", "days": 1}')
    assert result == ToolResult(
        index=0,
        id=called.id,
        name="get_weather",
        text='{"city":"Paris","celsius":21}',
        seconds=result.seconds,
    )
    assert "21" in response.text
    assert (response.ending, response.finish_reason) == ("complete", "stop")


async def test_nothing_is_run_unless_it_is_asked_for(chat: Chat) -> None:
    ran = []

    def get_weather(city: str) -> None:
        ran.append(city)

    response = await chat.create("What is the weather in Paris?", tools=get_weather)
    assert (ran, response.tool_results) == ([], ())
    assert response.finish_reason == "tool_calls"
    assert response.messages[0]["tool_calls"][0]["function"]["name"] == "get_weather"


async def test_a_thinking_model_gets_its_thoughts_back_with_its_call(chat: Chat) -> None:
    response = await chat.create(
        "What is the weather in Paris?", tools=[get_weather], run_tools=True, thinking=True
    )
    said, told, final = response.messages
    assert said["reasoning_content"].startswith("The user writes")
    assert told["tool_call_id"] == said["tool_calls"][0]["id"]
    assert "reasoning_content" not in final
    assert response.thinking.count("The user writes") == 2


async def test_the_conversation_goes_on_from_the_turns(chat: Chat) -> None:
    asked = [{"role": "user", "content": "My name is Ada. What is the weather in Paris?"}]
    first = await chat.create(asked, tools=[get_weather], run_tools=True)
    more = [*asked, *first.messages, {"role": "user", "content": "What is my name?"}]
    assert "Ada" in (await chat.create(more, tools=[get_weather], tool_choice="none")).text


async def test_usage_is_that_of_all_rounds(chat: Chat) -> None:
    events = chat.stream("What is the weather in Paris?", tools=[get_weather], run_tools=True)
    counted = [event async for event in events if isinstance(event, Usage)]
    first, last = counted[0], counted[-1]
    assert last.prompt_tokens > 2 * first.prompt_tokens
    assert last.total_tokens == last.prompt_tokens + last.completion_tokens


async def test_the_end_is_told_once_and_last(chat: Chat) -> None:
    events = chat.stream("What is the weather in Paris?", tools=[get_weather], run_tools=True)
    kinds = [type(event) async for event in events]
    assert kinds.count(Finished) == 1
    assert kinds[-1] is Finished
    assert kinds.index(ToolResult) < kinds.index(RoundBegan) < kinds.index(TextDelta)


async def test_a_demanded_tool_is_demanded_once(chat: Chat) -> None:
    response = await chat.create(
        "Hello.", tools=[get_weather], tool_choice=get_weather, run_tools=True
    )
    assert len(response.tool_results) == 1
    assert response.ending == "complete"
    script = Script([call(0, "get_weather", '{"city":"x"}'), CALLS], [STOP])
    await script.settle(tools=get_weather, tool_choice="required", run_tools=True)
    assert script.bodies[0]["tool_choice"] == "required"
    assert "tool_choice" not in script.bodies[1]


async def test_calls_of_one_turn_run_at_the_same_time() -> None:
    met = threading.Barrier(2, timeout=WITHIN)

    def left() -> str:
        met.wait()
        return "l"

    async def right() -> str:
        await asyncio.to_thread(met.wait)
        return "r"

    script = Script([call(0, "left"), call(1, "right"), CALLS], [TextDelta(text="both"), STOP])
    response = await script.settle(tools=[left, right], run_tools=True)
    assert {result.index: result.text for result in response.tool_results} == {0: "l", 1: "r"}
    # In the order of the calls, whichever came first.
    assert [turn["content"] for turn in response.messages[1:3]] == ["l", "r"]
    assert script.bodies[1]["messages"][1:] == list(response.messages[:3])


async def test_what_goes_wrong_is_told_to_the_model() -> None:
    def fails() -> None:
        raise PermissionError("not here")

    script = Script(
        [
            call(0, "fails"),
            call(1, "unknown"),
            call(2, "get_weather", '{"town":"x"}'),
            call(3, "get_weather", '{"city":'),
            CALLS,
        ],
        [TextDelta(text="sorry"), STOP],
    )
    response = await script.settle(tools=[fails, get_weather], run_tools=True)
    told = {result.index: result for result in response.tool_results}
    assert all(result.error for result in told.values())
    assert told[0].text == "Error: fails raised PermissionError: not here."
    assert "no tool called 'unknown'" in told[1].text
    assert "missing required field `city`" in told[2].text or "unknown field" in told[2].text
    assert "not JSON" in told[3].text
    # Servers read the arguments of a conversation again.
    assert script.bodies[1]["messages"][1]["tool_calls"][3]["function"]["arguments"] == "{}"
    assert response.text == "sorry"


async def test_rounds_add_up_and_stay_apart() -> None:
    script = Script(
        [ReasoningDelta(text="t1"), TextDelta(text="one"), call(0, "f", "{}", ""), CALLS],
        [ReasoningDelta(text="t2"), call(0, "f", "{}", "same"), call(1, "f", "{}", "same"), CALLS],
        [TextDelta(text="th"), TextDelta(text="ree"), STOP],
    )

    def f() -> int:
        return 7

    response = await script.settle(tools=f, run_tools=True)
    assert response.text == "one\n\nthree"
    assert response.thinking == "t1\n\nt2"
    ids = [called.id for called in response.tool_calls]
    assert len(ids) == len(set(ids)) == 3
    assert all(ids)
    first, told, second, *more, last = response.messages
    assert (first["content"], first["reasoning_content"]) == ("one", "t1")
    assert (told["content"], told["tool_call_id"]) == ("7", ids[0])
    assert (second["content"], second["reasoning_content"]) == ("", "t2")
    assert len(more) == 2
    assert last == {"role": "assistant", "content": "three"}
    assert script.bodies[2]["messages"] == [
        {"role": "user", "content": "hi"},
        *response.messages[:-1],
    ]


async def test_the_number_of_rounds_is_limited_and_the_conversation_stays_whole() -> None:
    script = Script(*[[call(0, "f", "{}", f"c{n}"), CALLS] for n in range(9)])
    ran = []

    def f() -> None:
        ran.append(1)

    response = await script.settle(tools=f, run_tools=True, max_rounds=3)
    assert (len(script.bodies), len(ran)) == (3, 2)
    assert (response.ending, response.finish_reason) == ("complete", "tool_calls")
    assert "max_rounds" in response.notices[-1]
    roles = [turn["role"] for turn in response.messages]
    assert roles == ["assistant", "tool"] * 3


@pytest.mark.parametrize(
    "end", [Finished(reason="incomplete", ending="incomplete"), Finished(reason="length")]
)
async def test_a_call_that_may_be_cut_is_not_run(end: Finished) -> None:
    ran = []

    def f(n: int = 0) -> None:
        ran.append(n)

    script = Script([TextDelta(text="well"), call(0, "f", '{"n":1}'), end])
    response = await script.settle(tools=f, run_tools=True)
    assert (ran, len(script.bodies)) == ([], 1)
    assert response.messages == ({"role": "assistant", "content": "well"},)


async def test_calls_count_whatever_reason_the_service_gives() -> None:
    script = Script([call(0, "get_weather", '{"city":"x"}'), STOP], [TextDelta(text="x"), STOP])
    response = await script.settle(tools=get_weather, run_tools=True)
    assert len(response.tool_results) == 1


async def test_a_slow_tool_does_not_hold_the_answer_up() -> None:
    async def slow() -> None:
        await asyncio.Event().wait()

    script = Script([call(0, "slow"), CALLS], [TextDelta(text="x"), STOP])
    response = await script.settle(tools=slow, run_tools=True, tool_timeout=0.05)
    assert "did not finish within 0.05 s" in response.tool_results[0].text


async def test_cancelling_stops_the_tools_and_keeps_what_came() -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def forever() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    script = Script([TextDelta(text="wait"), call(0, "forever"), CALLS])
    arrival = Arrival()
    events = script.events(tools=forever, run_tools=True)
    task = asyncio.create_task(settle(events, arrival))
    await asyncio.wait_for(begun.wait(), WITHIN)
    task.cancel()
    await asyncio.wait([task])
    assert ended.is_set()
    assert (arrival.response.text, arrival.response.ending) == ("wait", "stopped")
    # The call has no result, so that it cannot stand in a conversation.
    assert arrival.response.messages == ({"role": "assistant", "content": "wait"},)


async def test_leaving_early_closes_the_request() -> None:
    script = Script([TextDelta(text="a"), TextDelta(text="b"), STOP])
    events = script.events(tools=get_weather, run_tools=True)
    await anext(events)
    await events.aclose()
    assert script.closed == 1


async def test_a_refusal_in_a_later_round_keeps_what_came(chat: Chat) -> None:
    script = Script([TextDelta(text="so"), call(0, "f"), CALLS])

    def f() -> None: ...

    async def refuse(body: dict[str, Any]) -> AsyncGenerator[Event, None]:
        if script.bodies:
            raise RequestRefused(service="S", status=400, message="no")
        async for event in script.ask(body):
            yield event

    asked = question("hi", model="m", tools=f, run_tools=True)
    with pytest.raises(RequestRefused) as caught:
        await settle(answer(asked, refuse))
    assert isinstance(caught.value.response, Response)
    assert caught.value.response.text == "so"
    assert len(caught.value.response.tool_results) == 1


async def test_events_fold_to_the_same_response_as_they_are_settled_to() -> None:
    rounds = ([call(0, "get_weather", '{"city":"x"}'), CALLS], [TextDelta(text="x"), STOP])
    events = Script(*rounds).events(tools=get_weather, run_tools=True)
    state = Response()
    async for event in events:
        state = fold(state, event)
    settled = await Script(*rounds).settle(tools=get_weather, run_tools=True)
    assert state.messages == settled.messages


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"run_tools": True}, "needs tools"),
        ({"run_tools": True, "tools": {"name": "f"}}, "without a Python function"),
        ({"run_tools": True, "tools": get_weather, "max_rounds": 0}, "max_rounds"),
        ({"tools": get_weather, "tool_choice": "nothing"}, "there is get_weather"),
    ],
)
async def test_what_cannot_be_run_is_refused_before_anything_is_sent(
    options: dict[str, Any], said: str
) -> None:
    with pytest.raises(SettingsError, match=said):
        question("hi", model="m", **options)


@dataclass
class Person:
    name: str
    age: int


@both
async def test_an_answer_becomes_an_instance(chat: Chat, stream: bool) -> None:
    response = await chat.create("Invent somebody.", schema=Person, stream=stream)
    assert isinstance(response.parsed, Person)
    assert response.parsed.age == 36


@both
async def test_json_mode_gives_a_value_and_says_what_it_added(chat: Chat, stream: bool) -> None:
    response = await chat.create("Count these words.", json_mode=True, stream=stream)
    assert isinstance(response.parsed, dict)
    assert any("Answer in JSON." in notice for notice in response.notices)
    quiet = await chat.create("Count these words as JSON.", json_mode=True, stream=stream)
    assert quiet.notices == ()


async def test_a_response_format_of_ones_own_is_not_parsed(chat: Chat) -> None:
    response = await chat.create("Count.", response_format={"type": "json_object"})
    assert response.text.startswith("{")
    assert response.parsed is None
    assert any("Answer in JSON." in notice for notice in response.notices)


async def test_a_tool_can_be_run_on_the_way_to_a_form() -> None:
    script = Script(
        [TextDelta(text="I look."), call(0, "get_weather", '{"city":"x"}'), CALLS],
        [TextDelta(text='{"name":"x","age":21}'), STOP],
    )
    response = await script.settle(tools=get_weather, run_tools=True, schema=Person)
    assert response.parsed == Person("x", 21)


async def test_an_answer_of_another_form_is_an_error_that_keeps_it() -> None:
    script = Script([TextDelta(text='{"name":"x","age":"old"}'), STOP])
    with pytest.raises(AnswerInvalid, match=r"at \$\.age: Expected int, got str") as caught:
        await script.settle(schema=Person)
    assert caught.value.response is not None
    assert caught.value.response.text == '{"name":"x","age":"old"}'


async def test_a_wrong_form_can_be_corrected_once() -> None:
    script = Script(
        [TextDelta(text="Sure, he is old."), STOP],
        [TextDelta(text='{"name":"x","age":80}'), STOP],
    )
    response = await script.settle(schema=Person, repair=1)
    assert response.parsed == Person("x", 80)
    assert response.text == '{"name":"x","age":80}'
    assert response.messages == ({"role": "assistant", "content": response.text},)
    asked = script.bodies[1]["messages"]
    assert [turn["role"] for turn in asked] == ["system", "user", "assistant", "user"]
    assert "no JSON" in asked[-1]["content"]
    assert "asked to correct it" in response.notices[0]


async def test_corrections_end() -> None:
    script = Script(*[[TextDelta(text="no"), STOP]] * 3)
    with pytest.raises(AnswerInvalid, match="corrected 2 times in vain") as caught:
        await script.settle(schema=Person, repair=2)
    assert len(script.bodies) == 3
    assert "repair=1" not in str(caught.value), "that was used"


async def test_an_answer_cut_at_the_limit_says_so_and_is_not_asked_for_again() -> None:
    script = Script([TextDelta(text='{"name":'), Finished(reason="length")])
    with pytest.raises(AnswerInvalid, match="max_tokens"):
        await script.settle(schema=Person, repair=1)


async def test_an_answer_that_just_stopped_has_no_value_and_is_incomplete() -> None:
    script = Script([TextDelta(text='{"na'), Finished(reason="incomplete", ending="incomplete")])
    response = await script.settle(schema=Person, repair=1)
    assert (response.parsed, response.ending) == (None, "incomplete")


@both
async def test_probabilities_stand_beside_the_tokens(chat: Chat, stream: bool) -> None:
    response = await chat.create("What is 2+2?", top_logprobs=2, stream=stream)
    assert "".join(token for token, _, _ in response.logprobs) == response.text
    for token, logprob, others in response.logprobs:
        assert logprob < 0
        assert others[0] == (token, logprob)
        assert len(others) == 2
        assert others[1][0] != token
        assert others[1][1] < logprob


async def test_notices_come_with_the_first_payload() -> None:
    script = Script([Started(service="S"), TextDelta(text="x"), STOP])
    asked = question("hi", model="GLM-4.6", temperature=1)
    kinds = [type(event).__name__ async for event in answer(asked, script.ask)]
    assert kinds == ["Started", "Notice", "TextDelta", "Finished"]
    assert Logprobs.__name__ not in kinds
