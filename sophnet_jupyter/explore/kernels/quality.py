"""How far a map may be believed."""

from __future__ import annotations

from typing import Any

import numpy as np

from .arrays import Floats, Integers, matrix, near_zero, whole
from .neighbors import BLOCK, nearest
from .neighbors import neighbors as neighbors_of

# Up to so many rows each is looked at; above, as many of them by chance.
EACH = 5_000
SOME = 2_000


def trustworthiness(vectors: Any, points: Any, k: int = 15) -> float:
    """
    From 0 to 1: how seldom the map shows as neighbors what are none (Venna and Kaski's measure).

    ``points`` are (n, 2). About 0.5 is chance, above 0.95 a map to believe. All rows are looked at
    up to 5,000, above 2,000 by chance. NaN where there are too few rows to say.
    """
    high, low = _both(vectors, points)
    count = len(high)
    if k < 1 or 2 * count <= 3 * k + 1:
        return float("nan")
    rows = _some(count)
    near = _others(low, rows, k)
    high = near_zero(high)
    lengths = np.einsum("ij,ij->i", high, high)
    penalty = 0.0
    for start in range(0, len(rows), BLOCK):
        part = rows[start : start + BLOCK]
        apart = lengths - 2 * (high[part] @ high.T)
        apart[np.arange(len(part)), part] = -np.inf
        shown = np.take_along_axis(apart, near[start : start + BLOCK], axis=1)
        for column in range(k):
            # The row itself is counted too, so that a rank counts from 1.
            ranks = np.count_nonzero(apart < shown[:, column, None], axis=1)
            penalty += float(np.maximum(ranks - k, 0).sum())
    return float(1 - penalty * 2 / (len(rows) * k * (2 * count - 3 * k - 1)))


def kept(vectors: Any, points: Any, k: int = 15) -> float:
    """
    From 0 to 1: the share of true neighbors that are neighbors on the map.

    ``points`` are (n, 2). A map in two dimensions keeps some of them only: 0.1 to 0.5 is usual.
    """
    high, low = _both(vectors, points)
    share = kept_of(neighbors_of(high, k)[0], low)
    return float(share.mean()) if len(share) else float("nan")


def kept_of(indices: Integers, points: Floats) -> Floats:
    """The same of each row, (n,), for rows whose true neighbors are known."""
    k = indices.shape[1]
    if not k:
        return np.full(len(points), np.nan, np.float32)
    on_map, _ = neighbors_of(points, k)
    same = np.zeros(len(points), np.float32)
    for column in range(k):
        wanted = indices[:, column, None]
        same += ((on_map == wanted) & (wanted >= 0)).any(axis=1)
    same /= k
    same[~whole(points)] = np.nan
    return same


def _both(vectors: Any, points: Any) -> tuple[Floats, Floats]:
    """The rows that both have."""
    high, low = matrix(vectors), matrix(points)
    good = whole(high) & whole(low)
    return (high, low) if good.all() else (high[good], low[good])


def _some(count: int) -> np.ndarray:
    if count <= EACH:
        return np.arange(count)
    return np.sort(np.random.default_rng(0).choice(count, SOME, replace=False))


def _others(points: Floats, rows: np.ndarray, k: int) -> Integers:
    """The ``k`` nearest on the map of some rows, without the row itself."""
    points = near_zero(points)
    found, _ = nearest(points[rows], points, k + 1)
    # Where many stand at one place the row itself may be missing among them.
    own = found == rows[:, None]
    own[~own.any(axis=1), -1] = True
    others: Integers = found[~own].reshape(len(rows), k)
    return others
