"""What figures say, in sentences: which is better, and what can be chance."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import combinations

from .figures import Difference, Value, difference, holm

SIGNIFICANT = 0.05
FEW = 20
SCRIPTED = "Sandbox: these answers are scripted, and say nothing about a model."


def scripted(engines: Collection[str]) -> str:
    """
    What answers of the sandbox are worth, by the ``engines`` that have made them: empty ones stand
    for its script.
    """
    made = ", ".join(sorted(filter(None, engines)))
    if not made:
        return SCRIPTED
    who = f"scripted, or by {made}," if "" in engines else f"by {made},"
    return f"Sandbox: these answers are {who} and say nothing about the models that are named."


def few(rows: int) -> str:
    """The sentence that comes first where there are too few rows; empty where there are enough."""
    if rows >= FEW:
        return ""
    said = "1 row" if rows == 1 else f"{rows} rows"
    return f"Only {said}: below {FEW}, all but the largest differences can be chance."


def verdicts(columns: dict[str, Sequence[Value]]) -> list[tuple[str, Difference, float]]:
    """
    Every two columns against each other: the sentence, the figures, and p as adjusted.

    The columns have their rows in the same order. Two that share no row are told as such.
    """
    pairs = list(combinations(columns, 2))
    found = [difference(columns[one], columns[other]) for one, other in pairs]
    adjusted = holm([each.p for each in found])
    several = len(pairs) > 1
    return [
        (sentence(one, other, each, p, several=several), each, p)
        for (one, other), each, p in zip(pairs, found, adjusted, strict=True)
    ]


def sentence(one: str, other: str, found: Difference, p: float, *, several: bool = False) -> str:
    """
    Which of two columns is better: ``v2 is better in 8 rows, worse in 1 (p = 0.04)``.

    Or ``v2: 31 of 50 against 29: that can be chance (p = 0.75)``. With ``several`` columns the
    other one is named, and p is told to be adjusted.
    """
    if not found.n:
        return f"{one} and {other}: no row has a value for both."
    rows = f"{found.n:,} rows" if found.n > 1 else "row"
    if not found.better and not found.worse:
        return f"{one} and {other} are equal in all {rows}."
    if found.second < found.first:
        one, other, found = other, one, _turned(found)
    told = f"{probability(p)}{' by Holm' if several else ''}"
    against = f" than {one}" if several else ""
    if p < SIGNIFICANT:
        if found.binary:
            return (
                f"{other} is better{against} in {_rows(found.better)}, "
                f"worse in {found.worse:,} ({told})."
            )
        return (
            f"{other} is higher{against} by {number(found.mean)} on average "
            f"({number(found.low)} to {number(found.high)}; {told})."
        )
    of = f" of {one}" if several else ""
    if found.binary:
        figures = f"{count(found.second)} of {found.n:,} against {count(found.first)}{of}"
    else:
        means = found.second / found.n, found.first / found.n
        figures = f"{number(means[0])} against {number(means[1])}{of} on average"
    return f"{other}: {figures}: that can be chance ({told})."


def probability(p: float) -> str:
    """``p = 0.04``; with a third digit where two would hide on which side of 0.05 it is."""
    if p < 0.001:
        return "p < 0.001"
    digits = 3 if p < 0.01 or round(p, 2) == SIGNIFICANT else 2
    return f"p = {p:.{digits}f}"


def number(value: float) -> str:
    """A mean or a difference with three digits."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def count(hits: float) -> str:
    """A sum of rows, of which a tie is a half."""
    return f"{hits:,.1f}".removesuffix(".0")


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _turned(found: Difference) -> Difference:
    return Difference(
        n=found.n,
        first=found.second,
        second=found.first,
        better=found.worse,
        worse=found.better,
        low=-found.high,
        high=-found.low,
        p=found.p,
        test=found.test,
        binary=found.binary,
    )
