"""Vectors as points in the plane: by their main directions, or by who is whose neighbor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .arrays import Floats, Integers, matrix, whole
from .graph import graph
from .layout import layout
from .neighbors import neighbors as neighbors_of

# With all rows repelling all others, as many epochs do as samples of them need three times.
EPOCHS, EPOCHS_OF_FEW, FEW = 100, 200, 5_000
# How wide the first picture is: what the layout's forces are made for.
_EXTENT = 10.0
_SAMPLE = 8192

OnFrame = Callable[[Floats, int, int], object]
Stopped = Callable[[], bool]


def pca(vectors: Any, dimensions: int = 2, *, seed: int | None = 0) -> Floats:
    """
    The rows along the directions in which they differ most, (n, dimensions).

    By a few products with a sample of 8,192 rows: 100,000 rows of 1,024 take less than a second. A
    row with NaN stays NaN; where rows have fewer dimensions the rest is 0.

    Raises `SettingsError` for what is no matrix.
    """
    rows = matrix(vectors)
    found = np.full((len(rows), dimensions), np.nan, np.float32)
    good = whole(rows)
    found[good] = 0
    part = rows if good.all() else rows[good]
    kept = min(dimensions, *part.shape)
    if kept:
        mean, directions = _directions(part, kept, seed)
        found[good, :kept] = part @ directions - mean @ directions
    return found


def _directions(rows: Floats, kept: int, seed: int | None) -> tuple[Floats, Floats]:
    random = np.random.default_rng(seed)
    many = len(rows) > _SAMPLE
    sample = rows[random.choice(len(rows), _SAMPLE, replace=False)] if many else rows
    mean = sample.mean(axis=0)
    sample = sample - mean
    width = min(kept + 10, *rows.shape)
    basis = random.standard_normal((rows.shape[1], width), dtype=np.float32)
    for _ in range(4):
        basis, _upper = np.linalg.qr(sample.T @ (sample @ basis))
    inside = sample @ basis
    _values, vectors = np.linalg.eigh((inside.T @ inside).astype(np.float64))
    directions: Floats = (basis @ vectors[:, ::-1][:, :kept].astype(np.float32)).astype(np.float32)
    # A direction and its opposite are equal; the same one is taken each time.
    signs = np.sign(directions[np.abs(directions).argmax(axis=0), np.arange(kept)])
    return mean, directions * np.where(signs == 0, 1, signs).astype(np.float32)


def neighbor_map(
    vectors: Any,
    *,
    neighbors: int = 15,
    epochs: int | None = None,
    seed: int | None = 0,
    on_frame: OnFrame | None = None,
    stopped: Stopped | None = None,
) -> Floats:
    """
    Place each row near its neighbors: (n, 2), as UMAP does, with numpy alone.

    ``on_frame(points, epoch, of)`` is called with the first picture, which is that of `pca`, and
    after each epoch; what it does takes its time from the layout. ``stopped()`` ends it there, and
    what is returned is as far as it came. The same vectors make the same map, for the same seed and
    the same count of BLAS threads. A row with NaN stays NaN.

    10,000 rows of 1,024 take some 4 s of CPU. Raises `SettingsError` for what is no matrix.
    """
    rows = matrix(vectors)
    good = whole(rows)
    part = rows if good.all() else rows[good]
    halt = stopped or (lambda: False)
    of = epochs or (EPOCHS_OF_FEW if len(part) < FEW else EPOCHS)
    begin = beginning(part, seed)
    found = np.full((len(rows), 2), np.nan, np.float32)

    def shown(points: Floats, epoch: int) -> None:
        if on_frame:
            frame = found.copy()
            frame[good] = points
            on_frame(frame, epoch, of)

    shown(begin, 0)
    indices, distances = neighbors_of(part, neighbors, stopped=halt)
    found[good] = begin if halt() else laid_out(begin, indices, distances, of, seed, shown, halt)
    return found


def beginning(rows: Floats, seed: int | None = 0) -> Floats:
    """The first picture: the two main directions, scaled for the layout."""
    points = pca(rows, 2, seed=seed)
    largest = float(np.abs(points).max(initial=0.0))
    if largest > 0:
        points *= np.float32(_EXTENT / largest)
    # Rows at one place are never moved apart.
    noise = np.random.default_rng(seed).normal(0, 1e-3, points.shape).astype(np.float32)
    begin: Floats = points + noise
    return begin


def laid_out(
    begin: Floats,
    indices: Integers,
    distances: Floats,
    epochs: int,
    seed: int | None,
    shown: Callable[[Floats, int], None],
    stopped: Stopped,
) -> Floats:
    """The layout of rows whose neighbors are known already."""

    def on_epoch(epoch: int, x: Floats, y: Floats) -> bool:
        shown(np.stack([x, y], axis=1), epoch)
        return not stopped()

    return layout(begin, graph(indices, distances), epochs, seed, on_epoch)
