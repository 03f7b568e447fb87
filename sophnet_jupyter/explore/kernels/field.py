"""How all rows of a map repel all others, by way of a grid and FFT: no samples, no noise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .arrays import Floats

# UMAP's curve for a least distance of 0.1 and a spread of 1.
A, B = 1.577, 0.8951
_NEAR = 0.001
# No force moves a row further than this in one step.
STRONGEST = 4.0
# The kernel is made anew when the map has outgrown its cells, or is a fifth smaller than they are.
_ROOM = 1.08
_SMALLER = 1.2


class Field:
    """
    The force on each row from all others, for maps whose extent changes slowly.

    ``grid`` cells a side; rows in one cell do not repel each other.
    """

    def __init__(self, grid: int) -> None:
        self._grid = grid
        self._cell = 0.0
        self._across: NDArray[np.complex64] = np.empty(0, np.complex64)
        self._down = self._across

    def forces(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """The sum of forces on each row, in both directions."""
        grid = self._grid
        self._fit(x, y)
        u = (x - x.min()) / np.float32(self._cell)
        v = (y - y.min()) / np.float32(self._cell)
        column, line = u.astype(np.int32), v.astype(np.int32)
        u -= column
        v -= line
        # A row is shared among the four corners of its cell.
        corner = column * grid + line
        both = u * v
        shares = (1 - u - v + both, v - both, u - both, both)
        steps = (0, 1, grid, grid + 1)
        mass = np.zeros(grid * grid)
        for share, step in zip(shares, steps, strict=True):
            mass[step:] += np.bincount(corner, share, grid * grid)[: grid * grid - step]
        size = (2 * grid, 2 * grid)
        spectrum = np.fft.rfft2(mass.reshape(grid, grid).astype(np.float32), s=size)
        forces = []
        for kernel in (self._across, self._down):
            whole = np.fft.irfft2(spectrum * kernel, s=size)[:grid, :grid]
            force = np.ascontiguousarray(whole, np.float32).ravel()
            forces.append(sum(s * force[corner + t] for s, t in zip(shares, steps, strict=True)))
        return forces[0], forces[1]

    def _fit(self, x: Floats, y: Floats) -> None:
        needed = max(float(np.ptp(x)), float(np.ptp(y)), 1e-3) / (self._grid - 3)
        if not needed <= self._cell <= needed * _SMALLER * _ROOM:
            self._make(needed * _ROOM)

    def _make(self, cell: float) -> None:
        grid = self._grid
        away = np.arange(2 * grid, dtype=np.float32)
        away[grid:] -= 2 * grid
        across, down = (away * cell)[:, None], (away * cell)[None]
        square = across * across + down * down
        force = 2 * B / ((_NEAR + square) * (1 + A * square**B))
        force = np.minimum(force, STRONGEST / np.maximum(np.sqrt(square), 1e-9))
        force[0, 0] = 0
        self._across = np.fft.rfft2((force * across).astype(np.float32)).astype(np.complex64)
        self._down = np.fft.rfft2((force * down).astype(np.float32)).astype(np.complex64)
        self._cell = cell
