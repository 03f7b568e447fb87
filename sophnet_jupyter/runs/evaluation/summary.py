"""What the grades of an evaluation come to: a figure for each column and score, and verdicts."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ...errors import quoted
from ..figures import Difference, Estimate, Value, averaged, estimate
from ..score import Grade
from ..verdicts import count, few, number, scripted, verdicts
from .answers import ScoredAnswer
from .asked import EvaluatedColumn

Kind = Literal["rate", "number"]
LABEL = "label"
"""The score that people give by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreFigure:
    """
    One score of one column: its rate or mean over ``estimate.n`` rows, with the interval.

    ``hits`` is the sum of the rows' values. ``missing`` rows expect nothing and do not count;
    ``lost`` answers have no verdict though they ought to, by the reason; ``failed`` answers did not
    come, and count as wrong.
    """

    column: EvaluatedColumn
    score: str
    kind: Kind
    estimate: Estimate
    hits: float
    missing: int
    lost: Mapping[str, int]
    failed: int

    def __str__(self) -> str:
        found = self.estimate
        if not found.n:
            return f"{self.column.label}: no row has a value."
        if self.kind == "number":
            between = f"{number(found.low)} to {number(found.high)}"
            return f"{self.column.label}: {number(found.value)} on average ({between})."
        hits = count(self.hits)
        between = f"{found.low:.0%} to {found.high:.0%}"
        return f"{self.column.label}: {hits} of {found.n:,}, {found.value:.0%} ({between})."


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Two columns by one score, as a sentence; ``p`` is as adjusted for how many there are."""

    score: str
    sentence: str
    difference: Difference
    p: float


def figures(
    answers: Sequence[ScoredAnswer], asked: Sequence[EvaluatedColumn], scores: Sequence[str]
) -> list[ScoreFigure]:
    """A figure for each score and column."""
    return [
        _figure([one for one in answers if one.column.number == column.number], column, score)
        for score in scores
        for column in asked
    ]


def kind_of(grades: Iterable[Grade | None]) -> Kind:
    """A rate where every value is a bool; a number is one where failed answers are False, too."""
    values = [grade.value for grade in grades if grade is not None and grade.value is not None]
    return "rate" if all(isinstance(value, bool) for value in values) else "number"


def by_row(answers: Iterable[ScoredAnswer], score: str) -> dict[int, Value]:
    """The value of each row, with its repetitions averaged: a row is one, however often asked."""
    values: dict[int, list[Value]] = defaultdict(list)
    for one in answers:
        if one.ended and (grade := one.grades.get(score)) is not None:
            values[one.row].append(None if grade.value is None else float(grade.value))
    return {row: averaged(found) for row, found in values.items()}


def compared(
    answers: Sequence[ScoredAnswer], asked: Sequence[EvaluatedColumn], scores: Sequence[str]
) -> list[Verdict]:
    """Every two columns by each score, on the rows that both have."""
    found: list[Verdict] = []
    for score in scores if len(asked) > 1 else ():
        values = {
            column.label: by_row((a for a in answers if a.column.number == column.number), score)
            for column in asked
        }
        rows = sorted({row for each in values.values() for row in each})
        lined: dict[str, Sequence[Value]] = {
            label: [each.get(row) for row in rows] for label, each in values.items()
        }
        found += [
            Verdict(score=score, sentence=said, difference=difference, p=p)
            for said, difference, p in verdicts(lined)
            # Nobody labels all rows of all columns.
            if difference.n or score != LABEL
        ]
    return found


def told(
    lines: Sequence[ScoreFigure],
    found: Sequence[Verdict],
    notes: Sequence[str],
    *,
    engines: Collection[str],
    rows: int,
) -> list[str]:
    """The verdict in sentences: the sandbox first, then that there are few rows, then the rest."""
    said = [scripted(engines)] if engines else []
    said += [warning] if rows and (warning := few(rows)) else []
    several = len({line.score for line in lines}) > 1
    sentences = [(each.score, each.sentence) for each in found] or [
        (line.score, str(line)) for line in lines
    ]
    said += [f"{score}: {sentence}" if several else sentence for score, sentence in sentences]
    said += _missing(lines)
    return [*said, *notes]


def _missing(lines: Sequence[ScoreFigure]) -> list[str]:
    """What does not count, once for each score: rows that expect nothing, functions that raise."""
    said: list[str] = []
    for score in dict.fromkeys(line.score for line in lines):
        own = [line for line in lines if line.score == score]
        if missing := max(line.missing for line in own):
            said.append(
                f"{score}: {_rows(missing)} without an expected value or grade do not count."
            )
        if raised := sum(line.lost.get("raised", 0) for line in own):
            said.append(f"{score}: it raised for {raised:,} answers, which do not count.")
    if failed := sum(line.failed for line in lines if line.score == lines[0].score):
        said.append(f"{failed:,} answers failed, and count as wrong.")
    return said


def _figure(answers: Sequence[ScoredAnswer], column: EvaluatedColumn, score: str) -> ScoreFigure:
    ended = [one for one in answers if one.ended]
    kind = kind_of(one.grades.get(score) for one in ended if not one.failed)
    values = by_row(ended, score)
    found = estimate(list(values.values()), rate=kind == "rate")
    lost = Counter(grade.lost for one in ended if (grade := one.grades.get(score)) and grade.lost)
    hits = math.fsum(value for value in values.values() if value is not None)
    return ScoreFigure(
        column=column,
        score=score,
        kind=kind,
        estimate=found,
        hits=hits,
        missing=sum(value is None for value in values.values()) if not lost else 0,
        lost={str(kind): count for kind, count in lost.items()},
        failed=sum(one.failed for one in ended),
    )


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def shortfalls(
    lines: Sequence[ScoreFigure], answers: Sequence[ScoredAnswer], at_least: float
) -> list[str]:
    """
    Which columns are below ``at_least``, each as a sentence.

    Stricter than the figures, since a check must not pass by what nobody has judged: an answer that
    was not asked for, or whose verdict is lost, counts as wrong here.
    """
    found: list[str] = []
    for line in lines:
        own = [one for one in answers if one.column.number == line.column.number]
        open_ones = {one.row for one in own if not one.ended} - set(by_row(own, line.score))
        lost = {
            one.row
            for one in own
            if one.ended and (grade := one.grades.get(line.score)) and grade.lost
        }
        values = by_row(own, line.score)
        lost = {row for row in lost if values.get(row) is None}
        rows = line.estimate.n + (len(open_ones | lost) if line.kind == "rate" else 0)
        value = line.hits / rows if rows else math.nan
        name = quoted(f"{line.score} of {line.column.label}")
        if not rows:
            found.append(f"{name} has no row that counts.")
        elif not value >= at_least - 1e-12:
            hits = count(line.hits)
            of = f" ({hits} of {rows:,})" if line.kind == "rate" else ""
            more = len(open_ones | lost)
            why = f", {_rows(more)} without an answer or a verdict among them" if more else ""
            found.append(f"{name} is {value:.3g}{of}{why}, below {at_least:g}.")
    return found
