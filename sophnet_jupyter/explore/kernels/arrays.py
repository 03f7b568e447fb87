"""Arrays of vectors: their types, and how what users give becomes one."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import SettingsError
from ...language import tr

Floats = NDArray[np.float32]
Integers = NDArray[np.int32]
Mask = NDArray[np.bool_]

# A mean so many times as long as rows are away from it eats the digits of 32-bit floats.
_FAR = 10.0


def matrix(given: Any) -> Floats:
    """
    Rows of float32, without a copy where they are that already.

    Raises `SettingsError` for what is no matrix of numbers.
    """
    try:
        rows = np.asarray(given, dtype=np.float32)
    except (TypeError, ValueError):
        kind = type(given).__name__
        raise SettingsError(
            tr("A {kind} holds no vectors: pass an array of numbers.", kind=kind)
        ) from None
    if rows.ndim != 2:
        raise SettingsError(
            tr(
                "Vectors are rows of a matrix, not of {dimensions} dimensions.",
                dimensions=rows.ndim,
            )
        )
    return np.ascontiguousarray(rows)


def whole(rows: Floats) -> Mask:
    """Which rows have numbers in all places; a row that has not come is NaN."""
    # A sum is finite where all parts are, short of an overflow, which no vector has.
    good: Mask = np.isfinite(rows.sum(axis=1, dtype=np.float64))
    return good


def unit(rows: Floats) -> Floats:
    """Rows of length 1, without a copy where they are already; zero and NaN stay as they are."""
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    if np.all(np.abs(lengths[np.isfinite(lengths)] - 1) < 1e-3):
        return rows
    # What is infinite has no direction: it becomes NaN, which `whole` leaves out.
    with np.errstate(invalid="ignore"):
        return (rows / np.where(lengths == 0, 1, lengths)[:, None]).astype(np.float32)


def near_zero(rows: Floats) -> Floats:
    """The rows without their common mean, where that is so large that differences would drown."""
    if not len(rows):
        return rows
    mean = rows.mean(axis=0, dtype=np.float64)
    spread = rows[:2048].astype(np.float64) - mean
    far = float(mean @ mean) > _FAR**2 * float(np.mean(np.einsum("ij,ij->i", spread, spread)))
    return (rows - mean).astype(np.float32) if far else rows
