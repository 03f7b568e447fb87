"""The JSON in an answer: models wrap it in fences, and in words, and cite and explain beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from ...language import mark
from .complaint import Complaint, Misfit

_FENCE = re.compile(r"```[A-Za-z]*[ \t]*\n(.*?)(?:\n[ \t]*```|\Z)", re.DOTALL)
_ESCAPE = re.compile(r"\\([\"\\/bfnrt]|u[0-9a-fA-F]{4})?")
# Where a value may begin: after most brackets in words none does. Blanks are bounded, as the tries
# are: each costs a look at the text before it, in which the reader counts the lines.
_START = re.compile(r"\{(?=\s{0,200}[\"}])|\[(?=\s{0,200}(?:[\[\]{\"\-0-9]|true|false|null))")
# The words before a value that only shows what one looks like.
_EXAMPLE = re.compile(
    r"\b(?:examples?|e\.g\.|for instance|such as|formats?|schemas?|templates?|looks? like|sample)\b"
    r"|例如|例子|示例|比如|格式|模板|样例",
    re.IGNORECASE,
)
_TOLD = re.compile(r"(?:[:=：]|\b(?:is|are|be|returns?|gives?)|为|是)\s*\Z", re.IGNORECASE)
# An object that was begun, and no bracket in words.
_BEGUN = re.compile(r"[\[\s]*\{\s*\"")
# No form that is asked for is so deep; whatever goes through a value, to check it or to show it,
# would come to the end of Python's stack.
DEEPEST = 100
# Places in a text where no value begins after all, fences, and values to choose from.
TRIES, FENCES, MOST = 50, 50, 2_000
# Of the words before a value these many are looked at.
_BEFORE = 200

Fits = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class _Found:
    """A value with its place in the text."""

    value: Any
    start: int
    end: int
    example: bool = False
    fenced: bool = False
    told: bool = False  # by the words before it, or since it is all that a fence holds

    @property
    def rank(self) -> tuple[bool, int, int]:
        """The larger, the likelier it is what was asked for."""
        return not self.example, self._kind, self.end - self.start

    @property
    def _kind(self) -> int:
        match self.value:
            case dict() if self.value:
                return 3
            case list() if any(isinstance(one, dict) and one for one in self.value):
                return 3
            case list() if self.value and not self.is_citation:
                return 2
        return 0 if self.is_citation else 1

    @property
    def is_citation(self) -> bool:
        """``[1]`` and ``[2, 3]``: marks of sources, unless something says that they are a value."""
        return (
            isinstance(self.value, list)
            and not self.told
            and 0 < len(self.value) < 4
            and all(isinstance(one, int) and 0 <= one < 1000 for one in self.value)
        )


def first_value(text: str, fits: Fits | None = None) -> Any:
    """
    The JSON value that comes first among those in an answer: the whole of it, else the one that
    fits, else the largest object.

    An example comes last, also one in a fence before an object of the same fields, and a citation
    such as ``[1]`` is none. What some models think aloud before ``</think>`` is passed over. Raises
    `Misfit`, also for a value of more than `DEEPEST` levels.
    """
    text = text.rpartition("</think>")[2].strip().removeprefix("\ufeff")
    if not text:
        raise Misfit(Complaint("$", mark("the answer is empty")))
    # As it is; then with the LaTeX in its texts, of which "\alpha" has no meaning in JSON.
    for whole in (text, repaired := _ESCAPE.sub(_doubled, text)):
        try:
            return _not_deep(msgspec.json.decode(whole))
        except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
            continue
    found, cut = _all(repaired)
    fitting = [one for one in found if fits(one.value)] if fits else []
    chosen = fitting or [one for one in found if not one.is_citation]
    if cut or not chosen:
        raise Misfit(Complaint("$", mark("there is no JSON in the answer, or it is cut off")))
    return _not_deep(_best(chosen).value)


def _doubled(mark: re.Match[str]) -> str:
    return mark[0] if mark[1] else r"\\"


def _best(found: list[_Found]) -> _Found:
    best = max(found, key=lambda one: (*one.rank, -one.start))
    if not best.fenced:
        return best
    # An example that nobody called one has the same fields as what comes after it.
    later = [one for one in found if one.start > best.start and not one.example]
    same = [one for one in later if _same_fields(one.value, best.value)]
    return same[-1] if same else best


def _same_fields(one: Any, other: Any) -> bool:
    return isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys()


def _all(text: str) -> tuple[list[_Found], bool]:
    """All values that stand side by side, and whether an object was begun and not ended."""
    fences = list(_FENCE.finditer(text))[:FENCES]
    found, place = [], 0
    for fence in fences:
        before, _ = _within(text, place, fence.start())
        found += before
        example = _is_example(text, fence.start())
        place = fence.end()
        try:
            value = msgspec.json.decode(fence[1])
        except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
            inside, cut = _within(text, *fence.span(1), fenced=True, example=example)
            found += inside
            if cut and place == len(text):
                return found, True
        else:
            found.append(_Found(value, fence.start(), place, example, fenced=True, told=True))
    rest, cut = _within(text, place, len(text))
    return [*found, *rest], cut


def _within(
    text: str, start: int, end: int, *, fenced: bool = False, example: bool = False
) -> tuple[list[_Found], bool]:
    odd: list[str] = []
    decoder = json.JSONDecoder(strict=False, parse_constant=odd.append)
    part, place, tries = text[start:end], 0, 0
    found: list[_Found] = []
    while (bracket := _START.search(part, place)) and tries < TRIES and len(found) < MOST:
        begin = bracket.start()
        odd.clear()
        try:
            value, place = decoder.raw_decode(part, begin)
        except json.JSONDecodeError as error:
            ended = error.pos < len(part) and not error.msg.startswith("Unterminated")
            if not ended and _BEGUN.match(part, begin):
                return found, True
            # What was read up to there is part of what is broken, and no value by itself.
            place, tries = max(begin + 1, error.pos), tries + 1
        except RecursionError:
            # Far deeper than any form: what is in it is no value by itself either.
            return found, True
        else:
            # NaN and Infinity are Python's idea of JSON, not the standard's.
            if not odd:
                told = _TOLD.search(part[max(0, begin - 20) : begin]) is not None
                here = start + begin
                shown = example or _is_example(text, here)
                found.append(_Found(value, here, start + place, shown, fenced=fenced, told=told))
    return found, False


def _is_example(text: str, start: int) -> bool:
    """Whether the line before a value, or what is before it on its own line, says so."""
    before = text[max(0, start - _BEFORE) : start].rstrip()
    return _EXAMPLE.search(before[before.rfind("\n") + 1 :]) is not None


def _not_deep(value: Any) -> Any:
    """The value itself. Raises ValueError where it has more levels than `DEEPEST`."""
    level, depth = [value], 0
    while inside := [one for one in level if isinstance(one, dict | list)]:
        depth += 1
        if depth > DEEPEST:
            raise Misfit(
                Complaint(
                    "$",
                    mark("the JSON in the answer has more than {most} levels"),
                    most=DEEPEST,
                )
            )
        level = [each for one in inside for each in _items(one)]
    return value


def _items(value: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value
