"""
Log probabilities of a model that is certain: made up, from the tokens alone, always the same.

The chosen token is the likeliest; what might have stood there are words of the same answer, and
some that stand anywhere.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any
from zlib import crc32

# Stand-ins for what a short answer has too few words of.
ANYWHERE = (
    *(" the", " a", ",", ".", " and", " is", " to", " of", " in", " it", " that", "\n"),
    *("的", "是", "了", ",", "。", "在", "有", "和", "不", "我", "这"),
)
# How likely the chosen one is, at least; the rest is shared among the others.
LEAST = 0.55


def told(pieces: Sequence[str], most: int) -> dict[str, Any]:
    """``logprobs`` of a choice: each token with the ``most`` likely ones at its place."""
    return {"content": [_token(pieces, at, most) for at in range(len(pieces))]}


def _token(pieces: Sequence[str], at: int, most: int) -> dict[str, Any]:
    piece = pieces[at]
    chance = LEAST + (0.99 - LEAST) * (crc32(f"{at}{piece}".encode()) % 1000) / 1000
    ranked = [(piece, chance)]
    left = 1 - chance
    for other in _others(pieces, at, most - 1):
        left *= 0.5
        ranked.append((other, left))
    return {**_entry(piece, chance), "top_logprobs": [_entry(*each) for each in ranked[:most]]}


def _others(pieces: Sequence[str], at: int, most: int) -> list[str]:
    """So many other tokens, beginning at a place that the token itself decides."""
    if most < 1:
        return []
    known = [*dict.fromkeys([*pieces, *ANYWHERE])]
    known.remove(pieces[at])
    begin = crc32(pieces[at].encode()) % len(known)
    return [*known[begin:], *known[:begin]][:most]


def _entry(piece: str, chance: float) -> dict[str, Any]:
    return {"token": piece, "logprob": round(math.log(chance), 6), "bytes": list(piece.encode())}
