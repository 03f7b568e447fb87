"""The nearest neighbors of all rows, by matrix products alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arrays import Floats, Integers, matrix, near_zero, whole
from .cells import Cells
from .threads import in_blocks

# Up to here all are compared with all; above, rows of cells that are near each other.
EXACT = 20_000
BLOCK = 512
_OWN = 256
# Among this share of the columns the threshold is found that the k smallest of a row pass.
_SHARE = 8
# Where so many times as many pass it, equal rows are the reason, and another way is quicker.
_MANY = 40


def neighbors(
    vectors: Any, k: int = 15, *, stopped: Callable[[], bool] | None = None
) -> tuple[Integers, Floats]:
    """
    The ``k`` nearest other rows of each row, nearest first, and their distances.

    Both are (n, k), with fewer columns where there are fewer other rows. Distances are Euclidean:
    between vectors of length 1 they order as cosines do. Exact up to 20,000 rows; above, rows are
    compared with those of 8 to 16 cells nearby, which finds about four of five. A row with NaN in
    it has the neighbors -1 at the distance NaN, and is nobody's. ``stopped`` ends it early: rows
    that were not reached are -1.

    10,000 rows of 1,024 take some 3 s of CPU. Raises `SettingsError` for what is no matrix.
    """
    rows = matrix(vectors)
    good = np.flatnonzero(whole(rows))
    k = max(0, min(k, len(good) - 1))
    indices = np.full((len(rows), k), -1, np.int32)
    distances = np.full((len(rows), k), np.nan, np.float32)
    if k:
        part = near_zero(rows if len(good) == len(rows) else rows[good])
        find = _exact if len(part) <= EXACT else _by_cells
        found, squares = find(part, k, stopped or _never)
        indices[good] = np.where(found < 0, -1, good[found]).astype(np.int32)
        distances[good] = np.where(found < 0, np.nan, np.sqrt(np.maximum(squares, 0)))
    return indices, distances


def nearest(queries: Floats, rows: Floats, k: int) -> tuple[Integers, Floats]:
    """The ``k`` rows nearest to each query, nearest first, and their distances; exact."""
    k = min(k, len(rows))
    if not k or not len(queries):
        return np.empty((len(queries), k), np.int32), np.empty((len(queries), k), np.float32)
    found = np.empty((len(queries), k), np.int32)
    squares = np.empty((len(queries), k), np.float32)
    lengths = np.einsum("ij,ij->i", rows, rows)
    for start in range(0, len(queries), BLOCK):
        part = queries[start : start + BLOCK]
        cells = part @ rows.T
        cells *= -2
        cells += lengths
        found[start : start + len(part)], values = _k_smallest(cells, k)
        squares[start : start + len(part)] = values + np.einsum("ij,ij->i", part, part)[:, None]
    return found, np.sqrt(np.maximum(squares, 0))


def _never() -> bool:
    return False


def _exact(rows: Floats, k: int, stopped: Callable[[], bool]) -> tuple[Integers, Floats]:
    count = len(rows)
    lengths = np.einsum("ij,ij->i", rows, rows)
    found = np.full((count, k), -1, np.int32)
    squares = np.zeros((count, k), np.float32)
    # A sample of the columns comes first, so that it is a slice.
    order = np.random.default_rng(0).permutation(count)
    columns, ordered = rows[order], lengths[order]
    place = np.empty(count, np.int64)
    place[order] = np.arange(count)

    def look(start: int) -> None:
        end = min(count, start + BLOCK)
        cells = rows[start:end] @ columns.T
        cells *= -2
        cells += ordered
        cells[np.arange(end - start), place[start:end]] = np.inf
        where, values = _k_smallest(cells, k)
        found[start:end] = order[where]
        squares[start:end] = values + lengths[start:end, None]

    in_blocks(look, range(0, count, BLOCK), stopped)
    return found, squares


def _k_smallest(cells: Floats, k: int) -> tuple[NDArray[np.int64], Floats]:
    """The columns of the ``k`` smallest of each row in order, by way of a threshold."""
    count = cells.shape[1]
    sample = max(4 * k, count // _SHARE)
    if sample * 2 > count:
        return _smallest(cells, k)
    limit = np.partition(cells[:, :sample], k - 1, axis=1)[:, k - 1 : k]
    passing = np.flatnonzero(cells <= limit)
    if len(passing) > _MANY * k * len(cells):
        return _smallest(cells, k)
    row, column = np.divmod(passing, count)
    values = cells.ravel()[passing]
    order = np.lexsort((values, row))
    first = np.searchsorted(row, np.arange(len(cells)))
    take = order[first[:, None] + np.arange(k)]
    return column[take], values[take]


def _smallest(cells: Floats, k: int) -> tuple[NDArray[np.int64], Floats]:
    if k < cells.shape[1]:
        columns = np.argpartition(cells, k - 1, axis=1)[:, :k]
    else:
        columns = np.broadcast_to(np.arange(k), cells.shape)
    values = np.take_along_axis(cells, columns, axis=1)
    order = np.argsort(values, axis=1, kind="stable")
    return np.take_along_axis(columns, order, axis=1), np.take_along_axis(values, order, axis=1)


def _by_cells(rows: Floats, k: int, stopped: Callable[[], bool]) -> tuple[Integers, Floats]:
    """Each cell's rows against the rows of the cells nearest to it, as one product."""
    cells = Cells(rows, stopped)
    lengths = np.einsum("ij,ij->i", rows, rows)
    found = np.full((len(rows), k), -1, np.int32)
    squares = np.zeros((len(rows), k), np.float32)

    def look(cell: int) -> None:
        own, others = cells.with_neighbors(cell, least=k + 1)
        near, sizes = rows[others], lengths[others]
        # Cells may be large; blocks that are not stay in the processor's own memory.
        for start in range(0, len(own), _OWN):
            # Own rows come first among the others, which is where the threshold is taken from.
            end = min(len(own), start + _OWN)
            apart = (-2 * near[start:end]) @ near.T
            apart += sizes
            apart[np.arange(end - start), np.arange(start, end)] = np.inf
            where, values = _k_smallest(apart, k)
            part = own[start:end]
            found[part] = others[where]
            squares[part] = values + lengths[part, None]

    in_blocks(look, cells.filled, stopped)
    return found, squares
