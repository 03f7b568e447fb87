"""The rounds of an answer with tool calls, and their form as messages."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ..events import ToolResult


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A function the model wants called. ``arguments`` is JSON text, as the model wrote it."""

    id: str = ""
    name: str = ""
    arguments: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a round begins in an answer: its place in text, thinking, and tool calls."""

    text: int = 0
    thinking: int = 0
    calls: int = 0


class Answered(Protocol):
    """The parts of an answer that its messages are made of."""

    @property
    def text(self) -> str: ...
    @property
    def thinking(self) -> str: ...
    @property
    def tool_calls(self) -> Sequence[ToolCall]: ...
    @property
    def tool_results(self) -> Sequence[ToolResult]: ...
    @property
    def rounds(self) -> Sequence[Mark]: ...
    @property
    def ending(self) -> str: ...
    @property
    def finish_reason(self) -> str: ...


def messages(said: Answered) -> tuple[Mapping[str, Any], ...]:
    """All rounds, one after the other."""
    ends = [*said.rounds[1:], Mark(len(said.text), len(said.thinking), len(said.tool_calls))]
    turns = [_turns(said, begin, end) for begin, end in zip(said.rounds, ends, strict=True)]
    return tuple(turn for each in turns for turn in each)


def _turns(said: Answered, begin: Mark, end: Mark) -> list[Mapping[str, Any]]:
    """One round as messages: what the model said, and what its tools returned."""
    text = said.text[begin.text : end.text].strip("\n")
    thinking = said.thinking[begin.thinking : end.thinking].strip("\n")
    results = {result.index: result for result in said.tool_results}
    numbers = range(begin.calls, end.calls)
    answered = all(number in results for number in numbers)
    handed_over = said.ending == "complete" and said.finish_reason != "length"
    if not numbers or not (answered or handed_over):
        return [{"role": "assistant", "content": text}] if text else []
    asked = {"role": "assistant", "content": text, "tool_calls": [_call(said, n) for n in numbers]}
    if thinking:
        # Thinking models want their thoughts back with a call (docs/services/sophnet.md#chat), else
        # not.
        asked["reasoning_content"] = thinking
    told = [
        {"role": "tool", "tool_call_id": said.tool_calls[number].id, "content": result.text}
        for number in numbers
        if (result := results.get(number))
    ]
    return [asked, *told]


def _call(said: Answered, number: int) -> dict[str, Any]:
    call = said.tool_calls[number]
    # Servers read these arguments again, and refuse the whole conversation if they are no object.
    arguments = call.arguments if _is_object(call.arguments) else "{}"
    function = {"name": call.name, "arguments": arguments}
    return {"id": call.id, "type": "function", "function": function}


def _is_object(text: str) -> bool:
    """True for the JSON text of an object."""
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False
