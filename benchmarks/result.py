"""What a measure has found: samples of us and of each peer, and the goal they are held to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

OURS = "sophnet_jupyter"


class Missing(Exception):
    """A peer that is not there, or does not run here: it is left out, and said so."""


@dataclass(frozen=True, kw_only=True)
class Goal:
    """Either a figure of ours that may not be passed, or how many times less than a peer."""

    most: float | None = None
    times_less: float | None = None
    than: str = ""

    def __str__(self) -> str:
        return f"≥ {self.times_less:.2g}×" if self.times_less else f"≤ {self.most:,g}"


@dataclass(frozen=True, kw_only=True)
class Result:
    """
    One table: a figure of ours beside those of the peers, the less the better.

    ``samples`` holds a figure a round for each of them, ours under `OURS`.
    """

    measure: str
    unit: str
    samples: Mapping[str, Sequence[float]]
    goal: Goal | None = None

    @property
    def ours(self) -> float:
        return median(self.samples[OURS])

    @property
    def peers(self) -> dict[str, float]:
        """The peers' medians, the one that the goal names first."""
        found = {name: median(taken) for name, taken in self.samples.items() if name != OURS}
        named = self.goal.than if self.goal else ""
        return dict(sorted(found.items(), key=lambda pair: (pair[0] != named, pair[1])))

    def ratio(self, peer: str) -> float | None:
        """How many times as much as we the peer takes."""
        return self.peers[peer] / self.ours if self.ours else None

    @property
    def met(self) -> bool | None:
        """Whether the goal is met. None without a goal, or without the peer it is set against."""
        if self.goal is None:
            return None
        if self.goal.most is not None:
            return self.ours <= self.goal.most
        ratio = self.ratio(self.goal.than) if self.goal.than in self.peers else None
        return None if ratio is None else ratio >= (self.goal.times_less or 0)

    def plain(self) -> dict[str, Any]:
        """The result as JSON has it."""
        return {
            "measure": self.measure,
            "unit": self.unit,
            "goal": str(self.goal) if self.goal else None,
            "than": self.goal.than if self.goal else None,
            "met": self.met,
            "medians": {OURS: _rounded(self.ours)} | _all(self.peers),
            "ratios": _all({name: self.ratio(name) or 0.0 for name in self.peers}),
            "samples": {
                name: [_rounded(one) for one in taken] for name, taken in self.samples.items()
            },
        }


def _all(figures: Mapping[str, float]) -> dict[str, float]:
    return {name: _rounded(figure) for name, figure in figures.items()}


def _rounded(figure: float) -> float:
    return float(f"{figure:.4g}")
