"""The figures of a column in a comparison: what it took, and how it ended, in one line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ...language import tr
from ...response import Response
from ...runs.compare.answer import ColumnAnswer
from ...runs.compare.table import per_second
from ..answer.figures import ended, output
from ..safe.look import clipped, one_line

ENDINGS = ("complete", "stopped", "incomplete", "failed")


def line(answers: Sequence[ColumnAnswer]) -> str:
    """
    First token, tokens a second, tokens in and out, cost, ending, as plain text.

    Of several repetitions times are averages, and tokens and cost sums.
    """
    responses = [one.response for one in answers]
    # One that the limit of tokens has cut is told apart from those that are whole.
    endings = Counter((ENDINGS.index(one.ending), ended(one)) for one in responses)
    several = len(responses) > 1
    said = [
        f"{sign} {f'{count} ' if several else ''}{words}"
        for (_, (sign, words)), count in sorted(endings.items())
    ]
    said += [] if output.stable else _times(responses)
    usages = [one.usage for one in responses if one.usage]
    tokens = sum(one.prompt_tokens for one in usages), sum(one.completion_tokens for one in usages)
    said += (
        [tr("{tokens:,} tokens in · {tokens2:,} out", tokens=tokens[0], tokens2=tokens[1])]
        if any(tokens)
        else []
    )
    characters = sum(one.characters or 0 for one in usages)
    said += [tr("{characters:,} characters", characters=characters)] if characters else []
    return " · ".join([*said, *_costs(answers)])


def _times(responses: Sequence[Response]) -> list[str]:
    firsts = [one.timing.first_token for one in responses if one.timing.first_token is not None]
    said = [tr("first token {mean:.2f} s", mean=_mean(firsts))] if firsts else []
    totals = [one.timing.total for one in responses if one.timing.total]
    said += [tr("{seconds:.1f} s", seconds=_mean(totals))] if totals else []
    rates = [rate for one in responses if (rate := per_second(one)) is not None]
    return [*said, *([tr("{mean:.0f} tokens/s", mean=_mean(rates))] if rates else [])]


def _costs(answers: Sequence[ColumnAnswer]) -> list[str]:
    """The sum of each currency, of which four figures say something."""
    sums: dict[str, float] = {}
    for one in answers:
        if one.cost:
            sums[one.cost[1]] = sums.get(one.cost[1], 0.0) + one.cost[0]
    return [
        f"{amount:.4g} {clipped(one_line(currency), 8)}".strip()
        for currency, amount in sums.items()
        if amount
    ]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
