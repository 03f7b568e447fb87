"""The parts of a response that grow with each token."""

from __future__ import annotations

import pickle
import random
import tracemalloc
from collections.abc import Callable
from dataclasses import replace

import pytest

from sophnet_jupyter.events import (
    AlternativeDelta,
    Event,
    Finished,
    Logprobs,
    ReasoningDelta,
    TextDelta,
    TextReplaced,
    TokenLogprob,
    ToolCallDelta,
)
from sophnet_jupyter.response import Response, fold
from sophnet_jupyter.response.rounds import ToolCall

TOKEN = "a token of some length. "
SURE = TokenLogprob(token="a", logprob=0.0)
PIECES: dict[str, Event] = {
    "text": TextDelta(text=TOKEN),
    "thinking": ReasoningDelta(text=TOKEN),
    "tool_calls": ToolCallDelta(index=0, arguments=TOKEN),
    "alternatives": AlternativeDelta(choice=1, text=TOKEN),
    "logprobs": Logprobs(items=(SURE,) * 4),
}


def folded(state: Response, *events: Event) -> Response:
    for event in events:
        state = fold(state, event)
    return state


@pytest.mark.parametrize("name", PIECES)
def test_what_had_come_is_not_copied_for_each_token(name: str) -> None:
    states = [Response()]
    tracemalloc.start()
    try:
        for _ in range(4_000):
            states.append(fold(states[-1], PIECES[name]))
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # All states together: copies of all that had come would be more than 60 MB.
    assert held < 20e6
    assert getattr(folded(states[-1], Finished(reason="stop")), name)


def in_one(event: Event, copied: Response) -> Response:
    """What `fold` means, said by copying."""
    match event:
        case TextDelta(text=text):
            return replace(copied, text=copied.text + text)
        case TextReplaced(text=text):
            return replace(copied, text=text)
        case ReasoningDelta(text=text):
            return replace(copied, thinking=copied.thinking + text)
        case ToolCallDelta():
            calls = [*copied.tool_calls]
            calls += [ToolCall()] * (event.index + 1 - len(calls))
            call = calls[event.index]
            calls[event.index] = ToolCall(
                id=event.id or call.id,
                name=event.name or call.name,
                arguments=call.arguments + event.arguments,
            )
            return replace(copied, tool_calls=tuple(calls))
        case AlternativeDelta(choice=choice, text=text):
            others = [*copied.alternatives, *[""] * (choice - len(copied.alternatives))]
            others[choice - 1] += text
            return replace(copied, alternatives=tuple(others))
        case Logprobs(items=items):
            return replace(copied, logprobs=(*copied.logprobs, *items))
    raise AssertionError(event)


EVENTS: tuple[Callable[[random.Random], Event], ...] = (
    lambda dice: TextDelta(text=dice.choice("ab")),
    lambda dice: TextReplaced(text=dice.choice("cd"), quiet=True),
    lambda dice: ReasoningDelta(text=dice.choice("ef")),
    lambda dice: ToolCallDelta(
        index=dice.randrange(3),
        id=dice.choice(["", "x"]),
        name=dice.choice(["", "g"]),
        arguments=dice.choice("{}"),
    ),
    lambda dice: AlternativeDelta(choice=dice.randrange(1, 4), text=dice.choice("hi")),
    lambda dice: Logprobs(items=(SURE,) * dice.randrange(3)),
)


@pytest.mark.parametrize("seed", range(60))
def test_each_state_has_its_own_parts_whenever_it_is_read_and_wherever_it_forks(seed: int) -> None:
    dice = random.Random(seed)
    states = [(Response(), Response())]
    for _ in range(60):
        # Mostly the last one goes on, and sometimes one before it: then both have to be right.
        state, copied = dice.choice(states) if dice.random() < 0.2 else states[-1]
        if dice.random() < 0.3:
            getattr(state, dice.choice([*PIECES]))
        event = dice.choice(EVENTS)(dice)
        states.append((fold(state, event), in_one(event, copied)))
    assert [state for state, _ in states] == [copied for _, copied in states]


def test_parts_that_grow_are_fields_like_any_other() -> None:
    state = folded(Response(text="1"), TextDelta(text="2"), PIECES["logprobs"])
    assert replace(state, model="m").text == "12"
    assert pickle.loads(pickle.dumps(folded(state, TextDelta(text="3")))).text == "123"
    assert state.text is state.text
    ended = folded(state, Finished(reason="stop"))
    assert folded(ended, TextDelta(text="3")).text == "123"
    assert vars(ended)["text"] == "12"
    assert vars(ended)["_text"] is None
