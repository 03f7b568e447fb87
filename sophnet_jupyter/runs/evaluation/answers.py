"""One answer of an evaluation with its grades, as a row of a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..rows import Row
from ..score import Grade
from ..tables import free_name
from .asked import EvaluatedColumn


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What a person says of an answer: right, wrong, or None for undecided; and a note."""

    right: bool | None
    note: str = ""
    by: str = ""


@dataclass(slots=True, kw_only=True)
class ScoredAnswer:
    """
    One answer: to which row, of which column, in which repetition.

    ``key`` tells its row apart in another evaluation; ``said`` is the answer and how it ended;
    ``grades`` are by the names of scores.
    """

    number: int
    row: int
    key: str
    columns: Mapping[str, Any]
    column: EvaluatedColumn
    repeat: int
    said: Row
    expected: Any = None
    grades: dict[str, Grade] = field(default_factory=dict)
    label: Label | None = None

    @property
    def ended(self) -> bool:
        """Whether it has been asked and answered, or has failed."""
        return self.said.ending not in ("", "stopped")

    @property
    def failed(self) -> bool:
        """Whether there is no answer to score: it counts as wrong."""
        return self.said.ending == "failed" or (bool(self.said.error) and not self.said.answer)

    @property
    def wrong(self) -> bool:
        """Whether any score says no, or it failed."""
        return self.failed or any(grade.value is False for grade in self.grades.values())


# Columns of ours, beside those of the table and of scores.
BEFORE = ("prompt", "model", "repeat", "answer", "ending", "error")
AFTER = ("seconds", "tokens_in", "tokens_out", "cost", "sandbox")


def records(
    answers: Iterable[ScoredAnswer], scores: Sequence[str], taken: Iterable[str]
) -> list[dict[str, Any]]:
    """
    A row for each answer: the table's own columns, `BEFORE`, scores with their reasons, `AFTER`.

    A column of ours that is called as one of the table gets a number.
    """
    known = list(taken)
    names: dict[str, str] = {}
    ours = [*BEFORE, *(part for name in scores for part in (name, f"{name}_why")), *AFTER]
    for name in ours:
        names[name] = free_name(name, known)
        known.append(names[name])
    return [_record(one, scores, names) for one in answers]


def _record(one: ScoredAnswer, scores: Sequence[str], names: Mapping[str, str]) -> dict[str, Any]:
    said, usage = one.said, one.said.usage
    found: dict[str, Any] = {
        "prompt": one.column.prompt,
        "model": one.column.model,
        "repeat": one.repeat,
        "answer": said.answer if one.ended else None,
        "ending": said.ending,
        "error": said.error,
    }
    for name in scores:
        grade = one.grades.get(name)
        found[name] = grade.value if grade else None
        found[f"{name}_why"] = grade.why if grade else ""
    found |= {
        "seconds": said.seconds if one.ended else None,
        "tokens_in": usage.prompt_tokens if usage else None,
        "tokens_out": usage.completion_tokens if usage else None,
        "cost": said.cost,
        "sandbox": said.sandbox if one.ended else None,
    }
    return {**one.columns, **{names[name]: value for name, value in found.items()}}
