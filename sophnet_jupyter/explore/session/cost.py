"""What an exploration will ask, told before it asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...language import tr
from .service import Input

# From here on it is told before the first request.
TOLD_FROM = 1_000
# Tokens of one character, in Latin script and in others, as multilingual models cut them.
_LATIN, _OTHER = 0.27, 0.75
# What the service's own sample was charged for an image.
_IMAGE = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ExploreCost:
    """
    Counts of one exploration: ``rows`` with something to embed, ``equal`` of them like another one,
    ``kept`` inputs that were paid for before, ``asked`` ones that are not, in ``requests``, and
    ``tokens``, an estimate of what these are charged as.
    """

    rows: int
    equal: int
    kept: int
    asked: int
    requests: int
    tokens: int

    def __str__(self) -> str:
        parts = [tr("{count:,} rows", count=self.rows)]
        if self.equal:
            parts.append(tr("{count:,} equal to others", count=self.equal))
        if self.kept:
            parts.append(tr("{count:,} kept from before", count=self.kept))
        asked = tr(
            "{asked:,} to ask in {requests:,} requests, some {tokens:,} tokens",
            asked=self.asked,
            requests=self.requests,
            tokens=self.tokens,
        )
        return tr(", ").join([*parts, asked])


def tokens_of(given: Input) -> int:
    """An estimate: nobody knows before the service has counted."""
    kind, content = given
    if kind == "image":
        return _IMAGE
    latin = len(content) if content.isascii() else sum(map(str.isascii, content))
    return max(1, round(_LATIN * latin + _OTHER * (len(content) - latin)))


def cost(*, rows: int, inputs: int, asked: Sequence[Input], per_request: int) -> ExploreCost:
    return ExploreCost(
        rows=rows,
        equal=rows - inputs,
        kept=inputs - len(asked),
        asked=len(asked),
        requests=-(-len(asked) // per_request),
        tokens=sum(map(tokens_of, asked)),
    )


def affordable(asked: Sequence[Input], budget: int | None) -> int:
    """How many of the inputs, from the first on, are within ``budget`` tokens."""
    if budget is None:
        return len(asked)
    spent = 0
    for count, each in enumerate(asked):
        spent += tokens_of(each)
        if spent > budget:
            return count
    return len(asked)
