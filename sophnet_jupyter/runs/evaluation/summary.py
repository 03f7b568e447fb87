"""What the grades of an evaluation come to: a figure for each column and score, and verdicts."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from ...errors import quoted
from ...language import tr
from ..figures import Difference, Estimate, Value, averaged, estimate
from ..score import Grade
from ..verdicts import count, few, in_rows, number, scripted, verdicts
from ..verdicts import sentence as told_of
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
            return tr("{label}: no row has a value.", label=self.column.label)
        if self.kind == "number":
            return tr(
                "{label}: {value} on average ({low} to {high}).",
                label=self.column.label,
                value=number(found.value),
                low=number(found.low),
                high=number(found.high),
            )
        return tr(
            "{label}: {hits} of {n:,}, {value:.0%} ({low:.0%} to {high:.0%}).",
            label=self.column.label,
            hits=count(self.hits),
            n=found.n,
            value=found.value,
            low=found.low,
            high=found.high,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """
    Two columns by one score; ``p`` is as adjusted for how many there are.

    With ``earlier`` it is one column, ``one``, against itself in an earlier evaluation.
    """

    score: str
    one: str
    other: str
    difference: Difference
    p: float
    several: bool = False
    earlier: bool = False

    @property
    def sentence(self) -> str:
        """Which is better, in the language of this moment."""
        one, other = self.one, self.other
        if self.earlier:
            one, other = tr("{label} before", label=one), tr("{label} now", label=other)
        return told_of(one, other, self.difference, self.p, several=self.several)


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
        pairs = list(combinations(lined, 2))
        found += [
            Verdict(
                score=score,
                one=one,
                other=other,
                difference=difference,
                p=p,
                several=len(pairs) > 1,
            )
            for (one, other), (_, difference, p) in zip(pairs, verdicts(lined), strict=True)
            # Nobody labels all rows of all columns.
            if difference.n or score != LABEL
        ]
    return found


def line(score: str, sentence: str, *, several: bool) -> str:
    """A sentence with its score before it, where there are several."""
    return tr("{name}: {said}", name=score, said=sentence) if several else sentence


def comparing(found: Sequence[Verdict], *, several: bool) -> set[str]:
    """The sentences of `told` that say which column is better, or that it cannot be told."""
    return {line(each.score, each.sentence, several=several) for each in found if each.difference.n}


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
    said += [line(score, sentence, several=several) for score, sentence in sentences]
    said += _missing(lines)
    return [*said, *notes]


def _missing(lines: Sequence[ScoreFigure]) -> list[str]:
    """What does not count, once for each score: rows that expect nothing, functions that raise."""
    said: list[str] = []
    for score in dict.fromkeys(line.score for line in lines):
        own = [line for line in lines if line.score == score]
        if missing := max(line.missing for line in own):
            said.append(
                tr(
                    "{score}: {rows} without an expected value or grade do not count.",
                    score=score,
                    rows=in_rows(missing),
                )
            )
        if raised := sum(line.lost.get("raised", 0) for line in own):
            said.append(
                tr(
                    "{score}: it raised for {n:,} answers, which do not count.",
                    score=score,
                    n=raised,
                )
            )
    if failed := sum(line.failed for line in lines if line.score == lines[0].score):
        said.append(tr("{n:,} answers failed, and count as wrong.", n=failed))
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
        name = quoted(tr("{score} of {label}", score=line.score, label=line.column.label))
        if not rows:
            found.append(tr("{name} has no row that counts.", name=name))
        elif not value >= at_least - 1e-12:
            said = f"{value:.3g}"
            if line.kind == "rate":
                said = tr(
                    "{value} ({hits} of {rows:,})", value=said, hits=count(line.hits), rows=rows
                )
            if more := len(open_ones | lost):
                said = tr(
                    "{said}, {rows} without an answer or a verdict among them",
                    said=said,
                    rows=in_rows(more),
                )
            found.append(
                tr("{name} is {said}, below {at_least:g}.", name=name, said=said, at_least=at_least)
            )
    return found
