"""Places for new rows on a map that stays as it is."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...errors import SettingsError
from ...language import tr
from .arrays import Floats, matrix, whole
from .graph import weights
from .neighbors import nearest

_NEIGHBORS = 5


def place(new: Any, vectors: Any, points: Any) -> Floats:
    """
    Where ``new`` vectors belong on the map ``points`` of ``vectors``: (m, 2).

    Each is put among those of its five nearest rows that stand together. Nothing else moves. A row
    with NaN stays NaN. Raises `SettingsError`.
    """
    fresh, known, places = matrix(new), matrix(vectors), matrix(points)
    if len(known) != len(places):
        raise SettingsError(
            tr(
                "{count:,} points are no map of {vectors:,} vectors.",
                count=len(places),
                vectors=len(known),
            )
        )
    if fresh.shape[1] != known.shape[1]:
        raise SettingsError(
            tr(
                "Vectors of {new} dimensions have no place among those of {known}.",
                new=fresh.shape[1],
                known=known.shape[1],
            )
        )
    found = np.full((len(fresh), 2), np.nan, np.float32)
    there, good = whole(known) & whole(places), whole(fresh)
    if not there.any() or not good.any():
        return found
    if not there.all():
        known, places = known[there], places[there]
    indices, distances = nearest(fresh[good], known, _NEIGHBORS)
    found[good] = among(places[indices], weights(distances))
    return found


def among(places: Floats, weight: Floats) -> Floats:
    """
    A place in the midst of each row's neighbors, (m, k, 2), that weigh (m, k).

    Neighbors on two islands must not put a row into the sea between them: those count that are no
    further from the most central one than half of all are.
    """
    apart = np.linalg.norm(places[:, :, None] - places[:, None, :], axis=3)
    central = (apart * weight[:, None, :]).sum(axis=2).argmin(axis=1)
    from_central = np.take_along_axis(apart, central[:, None, None], axis=1)[:, 0]
    counted = weight * (from_central <= 2 * np.median(from_central, axis=1, keepdims=True))
    middle: Floats = (places * counted[:, :, None]).sum(axis=1) / counted.sum(axis=1)[:, None]
    return middle
