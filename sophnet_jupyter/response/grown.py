"""
The parts of a response that grow with each token, put together when somebody reads them.

To copy what had come for each token takes the square of an answer's length.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

from ..events import AlternativeDelta, ToolCallDelta
from .growing_list import GrowingList, GrowingText
from .rounds import ToolCall


class Part(NamedTuple):
    """How a whole value is taken as pieces, and how pieces become it."""

    pieces: Callable[[Any], GrowingList[Any]]
    whole: Callable[[Iterable[Any]], Any]


def _of_calls(calls: Sequence[ToolCall]) -> GrowingList[ToolCallDelta]:
    return GrowingList(
        [
            ToolCallDelta(index=index, id=call.id, name=call.name, arguments=call.arguments)
            for index, call in enumerate(calls)
        ]
    )


def _calls(deltas: Iterable[ToolCallDelta]) -> tuple[ToolCall, ...]:
    ids: dict[int, str] = {}
    names: dict[int, str] = {}
    arguments: dict[int, list[str]] = {}
    for delta in deltas:
        arguments.setdefault(delta.index, []).append(delta.arguments)
        ids[delta.index] = delta.id or ids.get(delta.index, "")
        names[delta.index] = delta.name or names.get(delta.index, "")
    return tuple(
        ToolCall(
            id=ids.get(index, ""),
            name=names.get(index, ""),
            arguments="".join(arguments.get(index, ())),
        )
        for index in range(max(arguments, default=-1) + 1)
    )


def _of_alternatives(texts: Sequence[str]) -> GrowingList[AlternativeDelta]:
    return GrowingList(
        [AlternativeDelta(choice=choice, text=text) for choice, text in enumerate(texts, 1)]
    )


def _alternatives(deltas: Iterable[AlternativeDelta]) -> tuple[str, ...]:
    texts: dict[int, list[str]] = {}
    for delta in deltas:
        texts.setdefault(delta.choice, []).append(delta.text)
    return tuple("".join(texts.get(choice, ())) for choice in range(1, max(texts, default=0) + 1))


GROWN: Mapping[str, Part] = {
    "text": Part(GrowingText, "".join),
    "thinking": Part(GrowingText, "".join),
    "tool_calls": Part(_of_calls, _calls),
    "alternatives": Part(_of_alternatives, _alternatives),
    "logprobs": Part(
        lambda items: GrowingList([items]), lambda pieces: tuple(chain.from_iterable(pieces))
    ),
}
