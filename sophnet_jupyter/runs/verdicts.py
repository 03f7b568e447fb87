"""What figures say, in sentences: which is better, and what can be chance."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import combinations

from ..language import mark, tr
from .figures import Difference, Value, difference, holm

SIGNIFICANT = 0.05
FEW = 20
SCRIPTED = mark("Sandbox: these answers are scripted, and say nothing about a model.")


def scripted(engines: Collection[str]) -> str:
    """
    What answers of the sandbox are worth, by the ``engines`` that have made them: empty ones stand
    for its script.
    """
    made = ", ".join(sorted(filter(None, engines)))
    if not made:
        return tr(SCRIPTED)
    if "" in engines:
        return tr(
            "Sandbox: these answers are scripted, or by {engines}, and say nothing about the "
            "models that are named.",
            engines=made,
        )
    return tr(
        "Sandbox: these answers are by {engines}, and say nothing about the models that are named.",
        engines=made,
    )


def few(rows: int) -> str:
    """The sentence that comes first where there are too few rows; empty where there are enough."""
    if rows >= FEW:
        return ""
    return tr(
        "Only {rows}: below {few}, all but the largest differences can be chance.",
        rows=in_rows(rows),
        few=FEW,
    )


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
        return tr("{one} and {other}: no row has a value for both.", one=one, other=other)
    if not found.better and not found.worse:
        if found.n == 1:
            return tr("{one} and {other} are equal in the only row.", one=one, other=other)
        rows = in_rows(found.n)
        return tr("{one} and {other} are equal in all {rows}.", one=one, other=other, rows=rows)
    if found.second < found.first:
        one, other, found = other, one, _turned(found)
    told = tr("{p} by Holm", p=probability(p)) if several else probability(p)
    say = _better if p < SIGNIFICANT else _chance
    return say(found, {"one": one, "other": other, "told": told}, several)


def _better(found: Difference, facts: dict[str, str], several: bool) -> str:
    if found.binary:
        counts = {"rows": in_rows(found.better), "worse": found.worse}
        if several:
            return tr(
                "{other} is better than {one} in {rows}, worse in {worse:,} ({told}).",
                **facts,
                **counts,
            )
        return tr("{other} is better in {rows}, worse in {worse:,} ({told}).", **facts, **counts)
    means = {"by": number(found.mean), "low": number(found.low), "high": number(found.high)}
    if several:
        return tr(
            "{other} is higher than {one} by {by} on average ({low} to {high}; {told}).",
            **facts,
            **means,
        )
    return tr("{other} is higher by {by} on average ({low} to {high}; {told}).", **facts, **means)


def _chance(found: Difference, facts: dict[str, str], several: bool) -> str:
    if found.binary:
        counts = {"hits": count(found.second), "n": found.n, "before": count(found.first)}
        if several:
            return tr(
                "{other}: {hits} of {n:,} against {before} of {one}: that can be chance ({told}).",
                **facts,
                **counts,
            )
        return tr(
            "{other}: {hits} of {n:,} against {before}: that can be chance ({told}).",
            **facts,
            **counts,
        )
    means = {
        "mean": number(found.second / found.n),
        "before": number(found.first / found.n),
    }
    if several:
        return tr(
            "{other}: {mean} against {before} of {one} on average: that can be chance ({told}).",
            **facts,
            **means,
        )
    return tr(
        "{other}: {mean} against {before} on average: that can be chance ({told}).",
        **facts,
        **means,
    )


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


def in_rows(count: int) -> str:
    """So many rows, in words: ``1 row``, ``2,000 rows``."""
    return tr("1 row") if count == 1 else tr("{count:,} rows", count=count)


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
