"""The JSON in an answer: models wrap it in fences, and in words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

import msgspec

_FENCE = re.compile(r"```[A-Za-z]*[ \t]*\n(.*?)(?:\n[ \t]*```|\Z)", re.DOTALL)
_START = re.compile(r"[{\[]")
# No form that is asked for is so deep; whatever goes through a value, to check it or to show it,
# would come to the end of Python's stack.
DEEPEST = 100
# Places in a text where an object may begin; each costs a look at the rest of it.
TRIES = 50


def first_value(text: str) -> Any:
    """
    The first JSON value in an answer: the whole of it, else that of a fence, else anywhere.

    What some models think aloud before ``</think>`` is passed over. Raises ValueError, also for a
    value of more than `DEEPEST` levels.
    """
    text = text.rpartition("</think>")[2].strip().removeprefix("\ufeff")
    if not text:
        raise ValueError("the answer is empty")
    fenced = [match[1] for match in _FENCE.finditer(text)][:TRIES]
    for whole in (text, *fenced):
        try:
            return _not_deep(msgspec.json.decode(whole))
        except (msgspec.DecodeError, RecursionError):
            continue
    for part in (*fenced, text):
        found, value = _within(part)
        if found:
            return _not_deep(value)
    raise ValueError("there is no JSON in the answer, or it is cut off")


def _within(text: str) -> tuple[bool, Any]:
    decoder = json.JSONDecoder(parse_constant=_no_constant)
    for count, start in enumerate(_START.finditer(text)):
        if count == TRIES:
            break
        try:
            return True, decoder.raw_decode(text, start.start())[0]
        except (ValueError, RecursionError):
            continue
    return False, None


def _not_deep(value: Any) -> Any:
    """The value itself. Raises ValueError where it has more levels than `DEEPEST`."""
    level, depth = [value], 0
    while inside := [one for one in level if isinstance(one, dict | list)]:
        depth += 1
        if depth > DEEPEST:
            raise ValueError(f"the JSON in the answer has more than {DEEPEST} levels")
        level = [each for one in inside for each in _items(one)]
    return value


def _items(value: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value


def _no_constant(name: str) -> None:
    # NaN and Infinity are Python's idea of JSON, not the standard's.
    raise ValueError(name)
