"""How much an answer means what was expected, by vectors of both."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import mul
from typing import Any

from ..errors import SettingsError
from ..language import tr
from .score import Case, Grade, Marked, Means, Score, is_missing

FEWEST = 8
_Vector = Sequence[float]


def similar(*, at_least: float | None = None, name: str = "similar") -> Score:
    """
    How much the answer means what was expected: 1 where they are equal, 0 where unrelated.

    Unrelated is measured by this evaluation itself, as the mean cosine of its answers with other
    rows' expected texts, so that the figure means the same with every embedding model. It may be
    below 0. With ``at_least`` it is a rate. Fewer than 8 rows are refused with `SettingsError`.
    """
    if at_least is not None and not -1 <= at_least <= 1:
        raise SettingsError(tr("similar(at_least=…) takes a number from -1 to 1."))
    return Similar(name=name, at_least=at_least)


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """See `similar`."""

    name: str
    at_least: float | None
    expects = True

    @property
    def settings(self) -> dict[str, Any]:
        return {"score": "similar", "at_least": self.at_least}

    def check(self, cases: int, columns: int, expect: str) -> None:
        if not expect:
            raise SettingsError(
                tr("{name} needs expect=, the column of what is expected.", name=self.name)
            )
        if cases < FEWEST:
            raise SettingsError(
                tr(
                    "{name} measures against unrelated rows and needs {fewest} of them: "
                    "here are {cases}.",
                    name=self.name,
                    fewest=FEWEST,
                    cases=cases,
                )
            )

    async def marked(self, cases: Sequence[Case], means: Means) -> Marked:
        usable = [one for one in cases if one.answer.text.strip() and not is_missing(one.expected)]
        texts = list(
            dict.fromkeys(text for one in usable for text in (one.answer.text, str(one.expected)))
        )
        found = await means.embed(texts) if texts else []
        vectors = {
            text: unit
            for text, vector in zip(texts, found, strict=True)
            if vector is not None and (unit := _unit(vector))
        }
        base = _unrelated(usable, vectors)
        if base is None:
            note = tr("{name} says nothing: no two rows expect different texts.", name=self.name)
            return Marked(marks=[Grade(None) for _ in cases], notes=[note])
        note = tr(
            "{name}: 0 is a cosine of {base:.2f}, that of unrelated rows here.",
            name=self.name,
            base=base,
        )
        return Marked(marks=[self._mark(one, vectors, base) for one in cases], notes=[note])

    def _mark(self, one: Case, vectors: Mapping[str, _Vector], base: float) -> Grade:
        if is_missing(one.expected):
            return Grade(None, tr("nothing is expected"))
        if not one.answer.text.strip():
            return Grade(self._value(0.0), tr("the answer is empty"))
        got, wanted = vectors.get(one.answer.text), vectors.get(str(one.expected))
        if got is None or wanted is None:
            return Grade(None, tr("it got no vector"), lost="blank")
        cosine = _dot(got, wanted)
        value = (cosine - base) / (1 - base)
        why = tr("{value:.2f}, a cosine of {cosine:.2f}", value=value, cosine=cosine)
        return Grade(self._value(value), why)

    def _value(self, value: float) -> bool | float:
        return value if self.at_least is None else value >= self.at_least


def _unrelated(cases: Sequence[Case], vectors: Mapping[str, _Vector]) -> float | None:
    """
    The mean cosine of answers with what other rows expect, which is not what they expect.

    By sums of unit vectors, in one pass: the pairs of a thousand rows are a million.
    """
    answers: dict[str, list[_Vector]] = defaultdict(list)
    for one in cases:
        if one.answer.text in vectors and str(one.expected) in vectors:
            answers[str(one.expected)].append(vectors[one.answer.text])
    if len(answers) < 2:
        return None
    # Of each row's expected text once, however many answers it got.
    expected = {text: len(given) for text, given in answers.items()}
    said = {text: _sum(given) for text, given in answers.items()}
    size = len(next(iter(vectors.values())))
    all_said = _sum(list(said.values()))
    all_expected = _sum([[x * expected[text] for x in vectors[text]] for text in expected])
    total, count = _dot(all_said, all_expected), sum(expected.values()) ** 2
    for text, times in expected.items():
        total -= times * _dot(said[text], vectors[text])
        count -= times * times
    base = total / count if size and count else 0.0
    return base if base < 1 - 1e-6 else None


def _sum(vectors: Sequence[_Vector]) -> list[float]:
    return [math.fsum(column) for column in zip(*vectors, strict=True)]


def _dot(one: _Vector, other: _Vector) -> float:
    return math.fsum(map(mul, one, other))


def _unit(vector: _Vector) -> list[float]:
    """Scaled to length 1; empty for one without a direction, or with a NaN."""
    length = math.sqrt(_dot(vector, vector))
    return [value / length for value in vector] if 0 < length < math.inf else []
