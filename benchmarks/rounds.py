"""Samples taken in turns, so that a noisy minute is everybody's."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping

from .result import OURS, Missing

Figures = Mapping[str, float]
Take = Callable[[], Figures]


def interleaved(
    takes: Mapping[str, Take], rounds: int, *, warm_up: bool = True
) -> dict[str, dict[str, list[float]]]:
    """
    Take samples by turns: each figure's name, with the samples of each contender.

    To warm up, one more round goes before and is dropped: it fills caches and writes bytecode. Who
    raises `Missing` is left out of what follows, unless it is us.
    """
    found: dict[str, dict[str, list[float]]] = {}
    running = dict(takes)
    for number in range(-warm_up, rounds):
        for name, take in list(running.items()):
            try:
                figures = take()
            except Missing as reason:
                if name == OURS:
                    raise
                skip(name, reason)
                del running[name]
                continue
            for figure, value in figures.items():
                taken = found.setdefault(figure, {}).setdefault(name, [])
                if number >= 0:
                    taken.append(value)
    return {
        figure: {name: taken for name, taken in samples.items() if name in running}
        for figure, samples in found.items()
    }


def skip(name: str, reason: object) -> None:
    """Say that a peer is left out."""
    sys.stderr.write(f"skipped: {name}: {reason}\n")
