"""One question of a run, and what became of it."""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from types import MappingProxyType
from typing import Any, Literal

from ..errors import quoted
from ..events import Ending, Event, Usage
from ..language import mark, tr
from ..response import Response
from ..response.ended import in_words

NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """
    One question of a run: that of row ``number``, which counts from 0.

    Those of one ``key`` are one question, which is asked once; without a key it is like no other.
    ``options`` are what is asked beside the ``prompt`` for this row alone, such as its images;
    ``columns`` is the row itself. ``problem`` says why there is nothing to send.
    """

    number: int
    prompt: Any
    key: str = ""
    options: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    columns: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    problem: str = ""


Ask = Callable[[Item], AsyncGenerator[Event, None]]
"""Sends one question, and gives the events of its answer."""

# How a row ended; empty while it waits or is under way.
RowEnding = Ending | Literal[""]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Row:
    """
    One row of a run, with its answer so far.

    ``ending`` is that of the answer, empty before there is one; ``error`` says why it failed.
    ``seconds`` are from the moment it was sent. ``cached`` is True where nothing was sent, since
    the answer was there: of an equal row, or of an earlier call; then it has taken no tokens.
    ``cost`` is in ``currency``, None where nobody knows the price. ``attempts`` counts how often
    the row was asked, ``like`` is the number of the equal row that has answered for it.
    """

    number: int
    key: str = ""
    ending: RowEnding = ""
    error: str = ""
    seconds: float = 0.0
    cost: float | None = None
    currency: str = ""
    cached: bool = False
    attempts: int = 0
    like: int | None = None
    call: int | None = None
    # The facts of the response, packed: whole ones of a hundred thousand rows take 300 MB.
    packed: tuple[tuple[str, ...], tuple[Any, ...]] = ((), ())

    def __repr__(self) -> str:
        said = quoted(self.error or self.answer, 60)
        ended = self.ended or mark("waiting")
        facts = [tr(ended), *([repr(said)] if said else [])]
        return f"<{tr('Row {number}', number=self.number)} · {' · '.join(facts)}>"

    @property
    def answer(self) -> str:
        """The text of the answer."""
        return str(self._fact("text", ""))

    @property
    def ended(self) -> str:
        """Its ending in words: one that the limit of tokens has cut is not called complete."""
        return in_words(self.ending, self._fact("finish_reason", "")) if self.ending else ""

    @property
    def parsed(self) -> Any:
        """The answer as the value that the schema describes; None where there is none."""
        return self._fact("parsed", None)

    @property
    def usage(self) -> Usage | None:
        """The tokens that it took now: none where the answer was there already."""
        found: Usage | None = self._fact("usage", None)
        return Usage() if self.cached else found

    @property
    def sandbox(self) -> bool:
        """Whether the sandbox has answered, and no service."""
        return bool(self._fact("sandbox", False))

    @property
    def engine(self) -> str:
        """What has made the sandbox's answer, where that is more than its script."""
        return str(self._fact("engine", ""))

    @property
    def response(self) -> Response:
        """The whole answer."""
        names, values = self.packed
        return Response(**dict(zip(names, values, strict=True)))

    def _fact(self, name: str, missing: Any) -> Any:
        names, values = self.packed
        return values[names.index(name)] if name in names else missing


_DEFAULTS = {each.name: each.default for each in fields(Response)}
_SHAPES: dict[tuple[str, ...], tuple[str, ...]] = {}
# Words that are the same in all answers of a run.
_COMMON = ("service", "model", "finish_reason", "ending", "system_fingerprint", "engine")


def pack(response: Response) -> tuple[tuple[str, ...], tuple[Any, ...]]:
    """The facts of a response that are not as they are in every other, by their names."""
    found = {}
    for name, usual in _DEFAULTS.items():
        value = getattr(response, name)
        if value is usual or (usual is MISSING and not value):
            continue
        found[name] = sys.intern(value) if name in _COMMON else value
    names = tuple(found)
    return _SHAPES.setdefault(names, names), tuple(found.values())
