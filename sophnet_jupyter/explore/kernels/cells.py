"""Rows in cells around some hundred centers, so that only those of near cells are compared."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from .arrays import Floats
from .threads import in_blocks

Rows = NDArray[np.int64]

# Rows of a cell; how many cells are looked into; and of how many rows centers are found.
PER_CELL, PROBES, SAMPLE = 160, 10, 25_000
_ROUNDS, _BLOCK = 4, 4096


class Cells:
    """Cells of some 160 rows each, around centers found by k-means on a sample."""

    def __init__(self, rows: Floats, stopped: Callable[[], bool]) -> None:
        count = max(1, len(rows) // PER_CELL)
        random = np.random.default_rng(0)
        sample = rows[random.choice(len(rows), min(SAMPLE, len(rows)), replace=False)]
        self._centers = sample[random.choice(len(sample), count, replace=False)].copy()
        for _ in range(_ROUNDS):
            if not stopped():
                self._move(sample, random, stopped)
        cell = assigned(rows, self._centers, stopped)
        self._order = np.argsort(cell, kind="stable")
        self._starts = np.searchsorted(cell[self._order], np.arange(count + 1))
        self._lengths = np.einsum("ij,ij->i", self._centers, self._centers)
        self.filled: list[int] = np.flatnonzero(np.diff(self._starts)).tolist()

    def with_neighbors(self, cell: int, least: int) -> tuple[Rows, Rows]:
        """The rows of a cell, and with them first those of the cells nearest to it."""
        own = self._of(cell)
        apart = self._lengths - 2 * (self._centers @ self._centers[cell])
        apart[cell] = -np.inf
        taken, size = [own], len(own)
        for number, other in enumerate(np.argsort(apart, kind="stable")[1:]):
            if number >= PROBES - 1 and size >= max(least, PER_CELL * PROBES // 2):
                break
            taken.append(self._of(other))
            size += len(taken[-1])
        return own, np.concatenate(taken)

    def _of(self, cell: int | np.int64) -> Rows:
        return self._order[self._starts[cell] : self._starts[cell + 1]]

    def _move(
        self, sample: Floats, random: np.random.Generator, stopped: Callable[[], bool]
    ) -> None:
        """Each center to the mean of its rows; an empty one to a row somewhere."""
        centers = self._centers
        cell = assigned(sample, centers, stopped)
        order = np.argsort(cell, kind="stable")
        counts = np.bincount(cell, minlength=len(centers))
        full = counts > 0
        sums = np.zeros_like(centers)
        # In parts: the whole sample in another order would be there twice.
        for start in range(0, len(order), _BLOCK):
            part = order[start : start + _BLOCK]
            own = cell[part]
            first = np.flatnonzero(np.concatenate([[True], own[1:] != own[:-1]]))
            sums[own[first]] += np.add.reduceat(sample[part], first, axis=0)
        centers[full] = sums[full] / counts[full, None]
        if not full.all():
            centers[~full] = sample[random.choice(len(sample), int((~full).sum()), replace=False)]


def assigned(rows: Floats, centers: Floats, stopped: Callable[[], bool]) -> NDArray[np.int64]:
    """The center nearest to each row; of rows that were not reached, the first."""
    lengths = np.einsum("ij,ij->i", centers, centers)
    across = np.ascontiguousarray((-2 * centers).T)
    found = np.zeros(len(rows), np.int64)

    def look(start: int) -> None:
        apart = rows[start : start + _BLOCK] @ across
        apart += lengths
        found[start : start + _BLOCK] = np.argmin(apart, axis=1)

    in_blocks(look, range(0, len(rows), _BLOCK), stopped)
    return found
