"""The figures of a column in a comparison: what it took, and how it ended, in one line."""

from __future__ import annotations

from collections.abc import Sequence

from ...response import Response
from ...runs.compare.table import per_second
from ..answer.figures import SIGNS, cost

ENDINGS = ("complete", "stopped", "incomplete", "failed")


def line(responses: Sequence[Response]) -> str:
    """
    First token, tokens a second, tokens in and out, cost, ending, as plain text.

    Of several repetitions times are averages, and tokens and cost sums.
    """
    endings = [one.ending for one in responses]
    several = len(responses) > 1
    said = [
        f"{SIGNS[one]} {f'{endings.count(one)} ' if several else ''}{one}"
        for one in ENDINGS
        if one in endings
    ]
    firsts = [one.timing.first_token for one in responses if one.timing.first_token is not None]
    said += [f"first token {_mean(firsts):.2f} s"] if firsts else []
    totals = [one.timing.total for one in responses if one.timing.total]
    said += [f"{_mean(totals):.1f} s"] if totals else []
    rates = [rate for one in responses if (rate := per_second(one)) is not None]
    said += [f"{_mean(rates):.0f} tokens/s"] if rates else []
    usages = [one.usage for one in responses if one.usage]
    tokens = sum(one.prompt_tokens for one in usages), sum(one.completion_tokens for one in usages)
    said += [f"{tokens[0]:,} in / {tokens[1]:,} out"] if any(tokens) else []
    said += [
        f"{count:,} characters" for count in [sum(one.characters or 0 for one in usages)] if count
    ]
    prices = list(dict.fromkeys(filter(None, map(cost, usages))))
    said += [" + ".join(prices)] if prices else []
    return " · ".join(said)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
