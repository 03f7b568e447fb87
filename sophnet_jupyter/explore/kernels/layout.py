"""The layout of a graph in two dimensions: its edges attract, and everything repels."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .arrays import Floats
from .field import STRONGEST, A, B, Field
from .graph import Graph

# How much stronger the repulsion is than of one random row for each edge.
_REPULSION = 5
_STEPS, _REACH = 4096, 400.0
# Grid cells a side; a coarse one is quicker, and few rows need no finer.
COARSE, FINE, MANY = 128, 256, 20_000

OnEpoch = Callable[[int, Floats, Floats], bool]


def layout(start: Floats, edges: Graph, epochs: int, seed: int | None, on_epoch: OnEpoch) -> Floats:
    """
    Move the rows of ``start``, (n, 2), until the graph's neighbors are neighbors.

    ``on_epoch(epoch, x, y)`` is called after each of the ``epochs``; False ends it there.
    """
    count = len(start)
    x, y = start[:, 0].copy(), start[:, 1].copy()
    if not count or not len(edges.weight):
        return np.stack([x, y], axis=1)
    often = edges.weight / edges.weight.max()
    # What is due less than once is never due.
    due = often >= 1 / epochs
    edges = Graph(edges.count, edges.one[due], edges.other[due], often[due])
    heads, tails, often = edges.both_ways()
    phase = np.random.default_rng(seed).random(len(often), dtype=np.float32)
    field = Field(COARSE if count < MANY else FINE)
    share = np.bincount(heads, often, minlength=count).astype(np.float32)
    share *= np.float32(_REPULSION / count)
    for epoch in range(epochs):
        speed = np.float32(1 - epoch / epochs)
        phase += often
        now = np.flatnonzero(phase >= 1)
        phase[now] -= 1
        along, down = _attraction(x, y, heads[now], tails[now])
        away, under = field.forces(x, y)
        x += speed * (along + share * away)
        y += speed * (down + share * under)
        if not on_epoch(epoch + 1, x, y):
            break
    return np.stack([x, y], axis=1)


def _attraction(
    x: Floats, y: Floats, heads: np.ndarray, tails: np.ndarray
) -> tuple[Floats, Floats]:
    across, down = x[heads] - x[tails], y[heads] - y[tails]
    square = across * across + down * down
    place = np.minimum((np.sqrt(square) / _STEP).astype(np.int32), _STEPS - 1)
    force = _FORCE[place]
    moves = []
    for part in (across, down):
        part *= force
        np.clip(part, -STRONGEST, STRONGEST, out=part)
        moves.append(np.bincount(heads, part, minlength=len(x)).astype(np.float32))
    return moves[0], moves[1]


def _forces() -> Floats:
    """The attraction by distance, in a table: powers would cost more than all the rest."""
    square = np.maximum((np.arange(_STEPS) * _STEP) ** 2, 1e-8)
    power = square**B
    forces: Floats = (-2 * A * B * power / np.maximum(square, 1e-6) / (1 + A * power)).astype("f4")
    return forces


_STEP = np.sqrt(_REACH) / (_STEPS - 1)
_FORCE = _forces()
