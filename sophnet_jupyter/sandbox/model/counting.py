"""Counting: an answer as long as anyone wants, to try an interrupt on."""

from __future__ import annotations

from .script import Talk

MOST = 10_000


def count(talk: Talk) -> str | None:
    """Count to the number asked for, ten to a line."""
    asked = talk.mentions(
        r"\bcount (?:from (\d+) )?(?:up )?to (\d+)|从\s*(\d+)\s*数到\s*(\d+)|数到\s*(\d+)"
    )
    if asked is None:
        return None
    start = int(next((group for group in (asked[1], asked[3]) if group), "1")[:9])
    end = int(next(group for group in (asked[2], asked[4], asked[5]) if group)[:9])
    step = 1 if end >= start else -1
    end = max(min(end, start + MOST), start - MOST)
    numbers = [str(number) for number in range(start, end + step, step)]
    lines = [", ".join(numbers[at : at + 10]) for at in range(0, len(numbers), 10)]
    return ",\n".join(lines) + "."
