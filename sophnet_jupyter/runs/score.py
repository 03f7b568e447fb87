"""What a score is: answers go in, a mark for each comes out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from ..errors import quoted
from ..language import mark, tr
from ..response import Response

Lost = Literal["", "raised", "blank", "refused", "nonsense"]
WHY = 300
# So many answers without a value, and why.
LOST: dict[str, str] = {
    "raised": mark("{n:,} raised"),
    "blank": mark("{n:,} blank"),
    "refused": mark("{n:,} refused"),
    "nonsense": mark("{n:,} nonsense"),
}
_LOST_WORDS: dict[str, str] = {
    "raised": mark("raised"),
    "blank": mark("blank"),
    "refused": mark("refused"),
    "nonsense": mark("nonsense"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """
    One answer to be scored.

    ``row`` are the columns of the table, ``expect`` the name of the one that holds ``expected``,
    which is None where nothing is expected. ``column`` names the prompt and model that answered.
    """

    number: int
    row: Mapping[str, Any]
    column: str
    model: str
    prompt: str
    repeat: int
    answer: Response
    expect: str = ""
    expected: object = None


@dataclass(frozen=True, slots=True)
class Grade:
    """
    What one answer is worth: True or False, a number, or None, which does not count.

    ``why`` is for the reader. ``lost`` says why a value is missing that ought to be there: the
    function raised, or a judge's verdict was blank, refused or nonsense.
    """

    value: bool | float | None
    why: str = ""
    lost: Lost = ""

    @property
    def lost_in_words(self) -> str:
        """``lost``, in the language of this moment."""
        return tr(_LOST_WORDS[self.lost]) if self.lost else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a model said to a score's question, or why it said nothing."""

    response: Response | None = None
    error: str = ""
    cost: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """
    What scores may ask with: a model, and vectors of texts.

    ``ask`` takes prompts and the model's name (empty: the usual one) and gives as many answers;
    ``embed`` gives a vector for each text, None for one that has none.
    """

    ask: Callable[[Sequence[str], str], Awaitable[list[Asked]]]
    embed: Callable[[Sequence[str]], Awaitable[list[Sequence[float] | None]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """The marks of all cases, in their order; sentences about them; what was asked for them."""

    marks: list[Grade]
    notes: list[str] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)


class Score(Protocol):
    """
    How good an answer is. ``name`` becomes its column.

    ``settings`` are kept with the evaluation, a judge's prompt among them.
    """

    @property
    def name(self) -> str: ...
    @property
    def settings(self) -> dict[str, Any]: ...
    def check(self, cases: int, columns: int, expect: str) -> None:
        """Raise `SettingsError` where it cannot score so many rows and columns."""

    async def marked(self, cases: Sequence[Case], means: Means) -> Marked:
        """The marks, one for each case."""


def is_missing(value: object) -> bool:
    """None, NaN and what pandas has for it, and blank text: nothing is expected there."""
    if value is None:
        return True
    if isinstance(value, str):
        return not value.strip()
    try:
        return bool(value != value)
    except (TypeError, ValueError):
        # pandas.NA is neither equal nor unequal to itself; an array is both.
        return type(value).__name__ == "NAType"


def in_lost(counts: Mapping[str, int]) -> list[str]:
    """How many were lost in each way, in words; nothing of a way in which none was."""
    return [tr(said, n=counts[kind]) for kind, said in LOST.items() if counts.get(kind)]


def told(value: object) -> str:
    """A value as a reason may name it: on one line, and not too long."""
    return quoted(value, 80)
