"""The weighted graph of neighbors, UMAP's fuzzy set: near ones weigh much at any scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .arrays import Floats, Integers

_ROUNDS = 20


@dataclass(frozen=True, slots=True)
class Graph:
    """Edges without direction, each once: ``one`` and ``other`` are rows, ``weight`` in (0, 1]."""

    count: int
    one: Integers
    other: Integers
    weight: Floats

    def both_ways(self) -> tuple[Integers, Integers, Floats]:
        """Each edge from either end, sorted by where it begins."""
        heads = np.concatenate([self.one, self.other])
        order = np.argsort(heads, kind="stable")
        heads = heads[order]
        tails = np.concatenate([self.other, self.one])[order]
        return heads, tails, np.concatenate([self.weight, self.weight])[order]


def weights(distances: Floats) -> Floats:
    """
    Of each neighbor from 0 to 1, so that a row's sum to log2(k) and its nearest has 1.

    Distances are (n, k), nearest first; NaN weighs nothing.
    """
    apart = np.where(np.isfinite(distances), distances, np.inf)
    # The nearest that is no twin: a row with many twins would else see nothing beyond them.
    nearest = np.min(np.where(apart > 0, apart, np.inf), axis=1, keepdims=True)
    beyond = np.maximum(apart - np.where(np.isfinite(nearest), nearest, 0), 0)
    known = np.isfinite(beyond)
    wanted = np.float32(np.log2(max(2, distances.shape[1])))
    low = np.zeros((len(apart), 1), np.float32)
    high = np.full((len(apart), 1), np.inf, np.float32)
    scale = np.where(known, beyond, 0).mean(axis=1, keepdims=True) + np.float32(1e-6)
    for _ in range(_ROUNDS):
        large = np.exp(-beyond / scale).sum(axis=1, keepdims=True) > wanted
        high, low = np.where(large, scale, high), np.where(large, low, scale)
        scale = np.where(np.isinf(high), np.minimum(scale * 2, 1e30), (low + high) / 2)
        scale = np.maximum(scale, np.float32(1e-12))
    found: Floats = np.exp(-beyond / scale).astype(np.float32)
    return found


def graph(indices: Integers, distances: Floats) -> Graph:
    """The graph of the neighbors of each row; an edge that both ends have weighs more."""
    count, k = indices.shape
    strength = weights(distances).ravel() if k else np.empty(0, np.float32)
    there = indices.ravel().astype(np.int32, copy=False)
    real = (there >= 0) & (strength > 0)
    here = np.repeat(np.arange(count, dtype=np.int32), k)[real]
    there, strength = there[real], strength[real]
    # Little is held at once: of 100,000 rows each of these takes up to 12 MB.
    key: NDArray[np.int64] = np.minimum(here, there).astype(np.int64)
    key *= count
    key += np.maximum(here, there)
    del here, there, real
    order = np.argsort(key, kind="stable")
    key, strength = key[order], strength[order]
    del order
    starts = np.flatnonzero(np.r_[True, key[1:] != key[:-1]]) if len(key) else np.empty(0, int)
    if not len(starts):
        none = np.empty(0, np.int32)
        return Graph(count, none, none, np.empty(0, np.float32))
    total = np.add.reduceat(strength, starts)
    # a + b - ab, where ab is what the square of the sum has beyond the sum of squares, halved.
    product = np.maximum(total**2 - np.add.reduceat(strength**2, starts), 0) / 2
    one, other = np.divmod(key[starts], max(count, 1))
    return Graph(
        count, one.astype(np.int32), other.astype(np.int32), (total - product).astype(np.float32)
    )
