"""Scores of the caller's own: a function of a row and its answer."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import quoted
from ..language import tr
from .reading import plain
from .score import WHY, Case, Grade, Marked, Means, Score

# Between so many calls of a plain function the evaluation can be stopped.
_AT_ONCE = 20


def function(call: Callable[..., Any], *, name: str = "") -> Score:
    """
    A function as a score: ``f(row, answer)`` gives a bool, a number, or ``(value, why)``.

    ``row`` is a dict of the row's columns, ``answer`` the `Response`. It may be async. Where it
    gives None its row does not count, and where it raises its row is marked with the error. A plain
    function runs in a thread, one call after another.
    """
    called = name or getattr(call, "__name__", type(call).__name__)
    return Function(name="function" if called == "<lambda>" else called, call=call)


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """See `function`."""

    name: str
    call: Callable[..., Any]

    @property
    def settings(self) -> dict[str, Any]:
        return {"score": "function", "name": self.name}

    def check(self, cases: int, columns: int, expect: str) -> None:
        pass

    async def marked(self, cases: Sequence[Case], means: Means) -> Marked:
        marks: list[Grade] = []
        for start in range(0, len(cases), _AT_ONCE):
            given = await asyncio.to_thread(self._called, cases[start : start + _AT_ONCE])
            marks += await asyncio.gather(*map(_settled, given))
        return Marked(marks=marks)

    def _called(self, cases: Sequence[Case]) -> list[Any]:
        """What it gives for each; an error as the mark that it is."""
        given: list[Any] = []
        for case in cases:
            try:
                given.append(self.call(dict(case.row), case.answer))
            except Exception as error:  # anybody's code may raise anything
                given.append(_raised(error))
        return given


async def _settled(given: Any) -> Grade:
    if isinstance(given, Grade):
        return given
    try:
        return _mark(await given if inspect.isawaitable(given) else given)
    except Exception as error:
        return _raised(error)


def _raised(error: Exception) -> Grade:
    return Grade(None, quoted(f"{type(error).__name__}: {error}", WHY), lost="raised")


def _mark(given: Any) -> Grade:
    value, why = given if isinstance(given, tuple) and len(given) == 2 else (given, "")
    value = plain(value)
    if value is None:
        return Grade(None, quoted(why, WHY))
    if isinstance(value, bool | int | float) and value == value:
        return Grade(value if isinstance(value, bool) else float(value), quoted(why, WHY))
    raise TypeError(tr("it gave {value!r:.80}, which is neither a bool nor a number", value=value))
