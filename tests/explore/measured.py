"""Real vectors: handwritten digits (UCI, 8 × 8 pixels) and texts by a multilingual model."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_FILE = Path(__file__).parent / "data" / "real.npz"


@cache
def digits() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    with np.load(_FILE) as held:
        return held["digits"].astype(np.float32), held["digit"].astype(np.int64)


@cache
def texts() -> NDArray[np.float32]:
    with np.load(_FILE) as held:
        rows = held["texts"].astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def blobs(
    count: int, dimensions: int = 32, groups: int = 6, seed: int = 0, spread: float = 0.15
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Rows of length 1 around some directions, and which each belongs to."""
    random = np.random.default_rng(seed)
    centers = random.standard_normal((groups, dimensions))
    centers /= np.linalg.norm(centers, axis=1, keepdims=True)
    group = random.integers(0, groups, count)
    rows = centers[group] + spread * random.standard_normal((count, dimensions))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows.astype(np.float32), group


def agreement(one: NDArray[np.int64], other: NDArray[np.int64]) -> float:
    """The adjusted Rand index of two groupings: 1 where they are equal, 0 as by chance."""
    table = np.zeros((one.max() + 1, other.max() + 1))
    np.add.at(table, (one, other), 1)

    def pairs(counts: NDArray[np.float64]) -> float:
        return float((counts * (counts - 1) / 2).sum())

    both, mine, theirs = pairs(table), pairs(table.sum(axis=1)), pairs(table.sum(axis=0))
    chance = mine * theirs / pairs(np.array([float(len(one))]))
    return (both - chance) / ((mine + theirs) / 2 - chance)
