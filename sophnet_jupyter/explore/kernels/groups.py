"""Groups that hide the meaning: languages, texts and images, sources; and how to take them out."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import SettingsError
from ...language import tr
from .arrays import Floats, Integers, matrix, whole


def centered(vectors: Any, groups: Any) -> Floats:
    """
    The vectors, each without the mean of its group.

    ``groups`` has a value for each row; missing values are a group of their own. What sets groups
    apart as wholes, such as the language of a multilingual model, is gone then, and rows of one
    meaning are near each other across them. Raises `SettingsError`.
    """
    rows = matrix(vectors).copy()
    number = codes(groups)
    if len(number) != len(rows):
        raise SettingsError(
            tr(
                "{count:,} groups are not for {vectors:,} vectors.",
                count=len(number),
                vectors=len(rows),
            )
        )
    good = whole(rows)
    for group in range(int(number.max(initial=-1)) + 1):
        inside = np.flatnonzero((number == group) & good)
        if len(inside):
            rows[inside] -= rows[inside].mean(axis=0, dtype=np.float64).astype(np.float32)
    return rows


def codes(values: Any) -> NDArray[np.int64]:
    """A number for each value, the same for equal ones, in the order in which they first come."""
    numbers: dict[Any, int] = {}
    found = []
    for value in values.tolist() if hasattr(values, "tolist") else list(values):
        key = None if is_none(value) else value
        try:
            number = numbers.setdefault(key, len(numbers))
        except TypeError:
            # A list or a dict is no key: it is the same as what is written the same.
            number = numbers.setdefault(repr(value), len(numbers))
        found.append(number)
    return np.asarray(found, np.int64)


def is_none(value: Any) -> bool:
    """Whether nothing is there: None, NaN, pandas' NA and NaT."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    try:
        # NaN is not equal to itself; an array in a cell says neither yes nor no.
        return bool(value != value)
    except (TypeError, ValueError):
        return False


def mixing(indices: Integers, groups: NDArray[np.int64]) -> float:
    """
    How far neighbors come from other groups: 1 as by chance, 0 where groups are islands.

    NaN where there is one group only.
    """
    shares = np.bincount(groups[groups >= 0]) / max(1, len(groups))
    chance = 1 - float((shares**2).sum())
    real = indices >= 0
    if chance <= 0 or not real.any():
        return float("nan")
    other = groups[np.where(real, indices, 0)] != groups[:, None]
    return float(other[real].mean() / chance)
