"""
The statistics of an evaluation: intervals, tests of two columns on the same rows, agreement.

Pure, and of the standard library only. A value is one row's, with repetitions averaged before, so
that n is the number of rows; None where a row has no value.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean

from ..language import mark

LEVEL = 0.95
SEED = 20_000
"""Of the bootstrap: the same rows give the same figures on every machine."""
RESAMPLES = 4_000
# Of more rows the mean's distribution is a normal one; drawing them anew would take seconds.
MOST_RESAMPLED = 500
# Values this near to each other are the same: 0.1 + 0.2 and 0.3.
_NOTHING = 1e-12

Value = float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A rate or a mean of ``n`` rows, with the interval that holds it 95 times in 100."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """
    Two columns over the rows in which both have a value.

    ``first`` and ``second`` are sums of the rows' values, which are counts where each is 0 or 1;
    ``better`` and ``worse`` count the rows in which the second is above or below the first.
    ``low`` and ``high`` are the interval of the mean difference, second minus first.
    """

    n: int
    first: float
    second: float
    better: int
    worse: int
    low: float
    high: float
    p: float
    test: str
    binary: bool

    @property
    def mean(self) -> float:
        """Second minus first, for a row."""
        return (self.second - self.first) / self.n if self.n else 0.0


def wilson(hits: float, n: int, level: float = LEVEL) -> tuple[float, float]:
    """
    The interval of a rate by Wilson's score, without correction for continuity.

    ``hits`` may be a sum of shares. Of no rows everything is possible: 0 to 1.
    """
    if n <= 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + level) / 2)
    rate = hits / n
    middle = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    low = 0.0 if hits <= 0 else max(0.0, middle - half)
    return low, 1.0 if hits >= n else min(1.0, middle + half)


def mcnemar(better: int, worse: int) -> float:
    """McNemar's exact test, two-sided: how likely coins part the rows at least so unevenly."""
    n, least = better + worse, min(better, worse)
    if 2 * least == n:
        return 1.0
    every = math.lgamma(n + 1) - n * math.log(2)
    tail = math.fsum(
        math.exp(every - math.lgamma(k + 1) - math.lgamma(n - k + 1)) for k in range(least + 1)
    )
    return min(1.0, 2 * tail)


def bootstrap(values: Sequence[float], level: float = LEVEL) -> tuple[float, float, float]:
    """
    The interval of a mean, and how likely one so far from 0 is if the true mean is 0.

    Resampled with a fixed seed. The probability is never below what as many coins could show: of
    three rows that all are better by the same, resampling alone would be certain.
    """
    n = len(values)
    if not n:
        return 0.0, 0.0, 1.0
    mean = math.fsum(values) / n
    low, high, p = (_normal if n > MOST_RESAMPLED else _resampled)(values, mean, level)
    changed = sum(abs(value) > _NOTHING for value in values)
    return low, high, min(1.0, max(p, 2 * 0.5**changed))


def _normal(values: Sequence[float], mean: float, level: float) -> tuple[float, float, float]:
    n = len(values)
    error = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / n / n)
    if error <= _NOTHING:
        return mean, mean, 0.0 if abs(mean) > _NOTHING else 1.0
    half = NormalDist().inv_cdf((1 + level) / 2) * error
    return mean - half, mean + half, 2 * NormalDist().cdf(-abs(mean) / error)


def _resampled(values: Sequence[float], mean: float, level: float) -> tuple[float, float, float]:
    draw, n = random.Random(SEED), len(values)
    means = sorted(sum(draw.choices(values, k=n)) / n for _ in range(RESAMPLES))
    cut = int((1 - level) / 2 * RESAMPLES)
    # What is drawn lies around the mean that was seen; around 0 it would lie as far away.
    far = sum(abs(drawn - mean) >= abs(mean) - _NOTHING for drawn in means)
    return means[cut], means[-1 - cut], (far + 1) / (RESAMPLES + 1)


def holm(probabilities: Sequence[float]) -> list[float]:
    """The same probabilities for as many tests at once, by Holm's method, in the same order."""
    order = sorted(range(len(probabilities)), key=probabilities.__getitem__)
    adjusted, least = [1.0] * len(order), 0.0
    for rank, place in enumerate(order):
        least = max(least, min(1.0, (len(order) - rank) * probabilities[place]))
        adjusted[place] = least
    return adjusted


def kappa(pairs: Iterable[tuple[Hashable, Hashable]]) -> float:
    """
    Cohen's kappa of two raters: 1 where they always agree, 0 where no more than by chance.

    NaN for no pairs, and where both always say one and the same: there is nothing to measure by.
    """
    both = list(pairs)
    n = len(both)
    if not n:
        return math.nan
    agreed = sum(one == other for one, other in both) / n
    left, right = Counter(one for one, _ in both), Counter(other for _, other in both)
    chance = sum(left[word] * right[word] for word in left) / n / n
    return (agreed - chance) / (1 - chance) if chance < 1 else math.nan


def averaged(values: Iterable[Value]) -> Value:
    """The value of a row whose repetitions had these; None where none had one."""
    found = [float(value) for value in values if value is not None]
    return fmean(found) if found else None


def estimate(values: Sequence[Value], *, rate: bool) -> Estimate:
    """The rate (Wilson) or mean (bootstrap) of the rows that have a value."""
    found = [float(value) for value in values if value is not None]
    if not found:
        return Estimate(value=math.nan, low=math.nan, high=math.nan, n=0)
    total = math.fsum(found)
    low, high = wilson(total, len(found)) if rate else bootstrap(found)[:2]
    return Estimate(value=total / len(found), low=low, high=high, n=len(found))


def difference(first: Sequence[Value], second: Sequence[Value]) -> Difference:
    """
    Two columns on the same rows, in the same order.

    By McNemar's exact test where every row is either better, or worse, or the same; else by the
    paired bootstrap.
    """
    both = [
        (float(one), float(other))
        for one, other in zip(first, second, strict=True)
        if one is not None and other is not None
    ]
    changes = [other - one for one, other in both]
    better = sum(change > _NOTHING for change in changes)
    worse = sum(change < -_NOTHING for change in changes)
    # A tie of two that are compared with each other is a half for both.
    whole = all(value in (0.0, 0.5, 1.0) for pair in both for value in pair)
    binary = whole and all(change in (-1.0, 0.0, 1.0) for change in changes)
    if binary:
        mean = math.fsum(changes) / len(changes) if changes else 0.0
        low, high, _ = _normal(changes, mean, LEVEL) if changes else (0.0, 0.0, 1.0)
        p = mcnemar(better, worse)
    else:
        low, high, p = bootstrap(changes)
    return Difference(
        n=len(both),
        first=math.fsum(one for one, _ in both),
        second=math.fsum(other for _, other in both),
        better=better,
        worse=worse,
        low=low,
        high=high,
        p=p,
        test=mark("exact McNemar") if binary else mark("paired bootstrap"),
        binary=binary,
    )
