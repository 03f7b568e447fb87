"""The answers of an evaluation as a reader has asked for them: filtered, sorted, page by page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ...runs.evaluation.answers import ScoredAnswer
from ...runs.evaluation.evaluated import Evaluated
from ...runs.score import Grade, is_missing
from ...runs.verdicts import number
from ...views.evaluation import answers as look
from ...views.evaluation.whole import own_columns
from ...views.safe.control_characters import plain
from ...views.safe.look import clipped, one_line

PAGE = 50
SHOWN: dict[str, Callable[[ScoredAnswer], bool]] = {
    "wrong": lambda one: one.ended and one.wrong,
    "right": lambda one: one.ended and not one.wrong,
    "failed": lambda one: one.ended and one.failed,
    "no verdict": lambda one: any(grade.lost for grade in one.grades.values()),
    "labeled": lambda one: one.label is not None,
    "not labeled": lambda one: one.ended and one.label is None,
}
"""What a reader may choose to see; anything else is all of it."""


@dataclass(frozen=True, slots=True)
class AnswerWish:
    """What to show: answers of a kind, of a column, with a text; by what, and which way."""

    show: str = ""
    column: str = ""
    text: str = ""
    by: str = ""
    falling: bool = False

    @classmethod
    def of(cls, command: dict[str, Any]) -> AnswerWish:
        """What a browser asks for; whatever is no text is none."""
        names = ("show", "column", "text", "by")
        said = {name: str(command.get(name) or "") for name in names}
        return cls(**said, falling=bool(command.get("falling")))


def chosen(found: Evaluated, wish: AnswerWish) -> list[ScoredAnswer]:
    """
    The answers that fit, in the order that was asked for.

    Without a choice those that are wrong stand first, the failed ones before all.
    """
    fits = SHOWN.get(wish.show)
    listed = [one for one in found.answers if fits is None or fits(one)]
    if wish.column:
        listed = [one for one in listed if one.column.label == wish.column]
    if wish.text:
        wanted = wish.text.casefold()
        listed = [one for one in listed if any(wanted in text for text in _texts(one))]
    if not wish.by:
        return sorted(listed, key=_wrong_first)
    there = [one for one in listed if _value(one, wish.by) is not None]
    there.sort(key=lambda one: _order(_value(one, wish.by)), reverse=wish.falling)
    # What is not there stands last either way.
    return [*there, *(one for one in listed if _value(one, wish.by) is None)]


def _wrong_first(one: ScoredAnswer) -> tuple[int, int]:
    rank = 3 if not one.ended else 0 if one.failed else 1 if one.wrong else 2
    return rank, one.number


def _texts(one: ScoredAnswer) -> list[str]:
    whys = [grade.why for grade in one.grades.values()]
    return [
        str(value).casefold()
        for value in (*one.columns.values(), one.said.answer, one.said.error, *whys)
    ]


def _value(one: ScoredAnswer, by: str) -> Any:
    match by:
        case "row":
            return one.row
        case "prompt":
            return one.column.label
        case "expected":
            return None if is_missing(one.expected) else one.expected
        case "answer":
            return one.said.answer if one.ended else None
        case "seconds":
            return one.said.seconds if one.ended else None
    if by in one.grades:
        return one.grades[by].value
    value = one.columns.get(by)
    return None if is_missing(value) else value


def _order(value: Any) -> tuple[int, Any]:
    """Numbers before texts, since the two have no order between them."""
    return (0, value) if isinstance(value, bool | int | float) else (1, str(value))


def heads(found: Evaluated) -> list[str]:
    """The columns of the list: what was asked, what was expected, what came, how good it is."""
    expects = [found.asked.expect] if found.asked.expect else []
    several = ["prompt"] if len(found.columns) > 1 else []
    own = own_columns(found)
    return ["row", *several, *own, *(["expected"] if expects else []), "answer", *scores(found)]


def scores(found: Evaluated) -> list[str]:
    """The scores, without the label, which has buttons of its own."""
    return [score.name for score in found.scores]


def page(found: Evaluated, listed: Sequence[ScoredAnswer], begin: int) -> list[dict[str, Any]]:
    """`PAGE` answers from ``begin`` on, each with its cells as text."""
    own, names = own_columns(found), scores(found)
    several, expects = len(found.columns) > 1, bool(found.asked.expect)
    lines: list[dict[str, Any]] = []
    for one in listed[begin : begin + PAGE]:
        cells = [str(one.row), *([one.column.label] if several else [])]
        cells += [look.cell(one.columns.get(name)) for name in own]
        cells += [look.cell(one.expected)] if expects else []
        lines.append(
            {
                "number": one.number,
                "cells": [one_line(plain(each)) for each in cells],
                "answer": _answer(one),
                "state": "failed" if one.failed else one.said.ending or "waiting",
                "grades": [sign(one.grades.get(name)) for name in names],
                "why": look.why(one),
                "label": None if one.label is None else one.label.right,
                "note": one_line(plain(one.label.note)) if one.label else "",
            }
        )
    return lines


def _answer(one: ScoredAnswer) -> str:
    if one.failed:
        return clipped(one_line(plain(one.said.error or "failed")), look.LONGEST_CELL)
    return clipped(one_line(plain(one.said.answer)), look.LONGEST_CELL)


def sign(grade: Grade | None) -> dict[str, str]:
    """A grade as a word for the browser, and how it is colored."""
    if grade is None or grade.value is None:
        return {"kind": "none", "text": (grade and grade.lost_in_words) or "–"}
    if isinstance(grade.value, bool):
        return {"kind": "right", "text": "✓"} if grade.value else {"kind": "wrong", "text": "✗"}
    return {"kind": "number", "text": number(grade.value)}
