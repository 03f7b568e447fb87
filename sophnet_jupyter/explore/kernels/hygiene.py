"""Rows twice, rows alone, rows whose neighbors say something else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arrays import Floats, Integers, whole
from .graph import weights
from .groups import codes
from .neighbors import BLOCK, EXACT

Rows = NDArray[np.int64]


def duplicates(space: Floats, at_least: float, indices: Integers) -> tuple[Rows, Rows, Floats]:
    """
    Groups of rows that are like each other: of each row the group, its first row, the cosine to it.

    -1 for rows in no group. Rows of length 1. Exact up to 20,000 rows; above, each is compared with
    its neighbors ``indices``, and rows that are equal in all places are found in any case.
    """
    count = len(space)
    ones, others = _alike(space, at_least, indices)
    root = np.arange(count)
    for one, other in zip(ones.tolist(), others.tolist(), strict=True):
        a, b = _root(root, one), _root(root, other)
        # The first row of a group is the one that is kept.
        root[max(a, b)] = min(a, b)
    first = np.array([_root(root, row) for row in range(count)], np.int64)
    sizes = np.bincount(first, minlength=count)
    first = np.where(sizes[first] > 1, first, -1)
    group = np.full(count, -1, np.int64)
    there = first >= 0
    group[there] = np.unique(first[there], return_inverse=True)[1]
    scores = np.full(count, np.nan, np.float32)
    scores[there] = np.einsum("ij,ij->i", space[there], space[first[there]])
    return group, first, scores.clip(-1, 1)


def _alike(space: Floats, at_least: float, indices: Integers) -> tuple[Rows, Rows]:
    count, good = len(space), whole(space)
    if count <= EXACT:
        pairs = []
        clean = np.where(good[:, None], space, 0)
        for start in range(0, count, BLOCK):
            near = clean[start : start + BLOCK] @ clean[start:].T >= at_least
            one, other = np.nonzero(near)
            one, other = one + start, other + start
            pairs.append(np.stack([one, other])[:, (one < other) & good[one] & good[other]])
        found = np.concatenate(pairs, axis=1) if pairs else np.empty((2, 0), np.int64)
        return found[0], found[1]
    _, equal = np.unique(space.round(5), axis=0, return_inverse=True)
    order = np.argsort(equal.ravel(), kind="stable")
    same = equal.ravel()[order][1:] == equal.ravel()[order][:-1]
    one = np.repeat(np.arange(count), indices.shape[1])
    other = indices.ravel().astype(np.int64)
    one, other = one[other >= 0], other[other >= 0]
    near = np.concatenate(
        [
            np.einsum("ij,ij->i", space[one[at : at + 100_000]], space[other[at : at + 100_000]])
            for at in range(0, len(one), 100_000)
        ]
    )
    keep = near >= at_least
    return (
        np.concatenate([one[keep], order[:-1][same]]),
        np.concatenate([other[keep], order[1:][same]]),
    )


def _root(root: Rows, row: int) -> int:
    while root[row] != row:
        root[row] = root[root[row]]
        row = int(root[row])
    return row


def loneliness(distances: Floats) -> Floats:
    """The mean distance of each row to its neighbors, of which twins are none; NaN without any."""
    real = np.isfinite(distances) & (distances > 1e-3)
    count = real.sum(axis=1)
    total = np.where(real, distances, 0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan).astype(np.float32)


def outvoted(
    values: Sequence[Any], indices: Integers, distances: Floats
) -> tuple[Rows, Rows, Floats]:
    """
    Rows whose neighbors mostly have another value: the rows, a row with that value, its share.

    Surest first: by how much the other value has more votes than its own, near ones counting more.
    """
    number = codes(values)
    known = np.array([value is not None for value in values], np.bool_)
    none = np.empty(0, np.int64)
    if not indices.shape[1]:
        return none, none, np.empty(0, np.float32)
    there = np.where(indices >= 0, indices, 0)
    strength = np.where((indices >= 0) & known[there], weights(distances), 0)
    # Votes of a neighbor's value, and not of each value that there is: there may be 50,000.
    theirs = number[there]
    votes = np.zeros_like(strength)
    for column in range(indices.shape[1]):
        votes += strength[:, column, None] * (theirs == theirs[:, column, None])
    all_votes = np.maximum(strength.sum(axis=1), 1e-9)
    at, place = np.arange(len(indices)), votes.argmax(axis=1)
    best, share = theirs[at, place], votes[at, place] / all_votes
    margin = share - (strength * (theirs == number[:, None])).sum(axis=1) / all_votes
    rows = np.flatnonzero(known & (best != number) & (margin > 0))
    rows = rows[np.argsort(-margin[rows], kind="stable")]
    example = {int(code): row for row, code in reversed(list(enumerate(number)))}
    suggested = np.array([example[int(best[row])] for row in rows], np.int64)
    return rows, suggested, share[rows].astype(np.float32)


def best_matches(space: Floats, others: Floats) -> tuple[Rows, Floats]:
    """Of each row the nearest of the others, and the cosine; NaN where a row has no vector."""
    place = np.zeros(len(space), np.int64)
    scores = np.full(len(space), np.nan, np.float32)
    if len(others):
        for start in range(0, len(space), BLOCK):
            near = space[start : start + BLOCK] @ others.T
            best = np.nan_to_num(near, nan=-9).argmax(axis=1)
            place[start : start + BLOCK] = best
            scores[start : start + BLOCK] = near[np.arange(len(near)), best]
    return place, scores
