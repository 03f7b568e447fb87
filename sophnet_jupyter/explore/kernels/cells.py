"""Rows in cells around some hundred centers, so that only those of near cells are compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from .arrays import Floats

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
            if stopped():
                break
            self._move(sample, random)
        cell = assigned(rows, self._centers)
        self._order = np.argsort(cell, kind="stable")
        self._starts = np.searchsorted(cell[self._order], np.arange(count + 1))

    def with_neighbors(self, least: int) -> Iterator[tuple[Rows, Rows]]:
        """The rows of each cell, and with them first those of the cells nearest to it."""
        centers = self._centers
        lengths = np.einsum("ij,ij->i", centers, centers)
        for cell in range(len(centers)):
            own = self._of(cell)
            if not len(own):
                continue
            apart = lengths - 2 * (centers @ centers[cell])
            apart[cell] = -np.inf
            near = np.argsort(apart, kind="stable")[1:]
            taken, size = [own], len(own)
            for number, other in enumerate(near):
                if number >= PROBES - 1 and size >= max(least, PER_CELL * PROBES // 2):
                    break
                taken.append(self._of(other))
                size += len(taken[-1])
            yield own, np.concatenate(taken)

    def _of(self, cell: int | np.int64) -> Rows:
        return self._order[self._starts[cell] : self._starts[cell + 1]]

    def _move(self, sample: Floats, random: np.random.Generator) -> None:
        """Each center to the mean of its rows; an empty one to a row somewhere."""
        centers = self._centers
        cell = assigned(sample, centers)
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


def assigned(rows: Floats, centers: Floats) -> NDArray[np.int64]:
    """The center nearest to each row."""
    lengths = np.einsum("ij,ij->i", centers, centers)
    across = np.ascontiguousarray((-2 * centers).T)
    return np.concatenate(
        [
            np.argmin(rows[start : start + _BLOCK] @ across + lengths, axis=1)
            for start in range(0, len(rows), _BLOCK)
        ]
    )
