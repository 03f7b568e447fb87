"""Vectors to places: in a thread, in pictures of at most ten a second, kept when it is done."""

from __future__ import annotations

import asyncio
import hashlib
import threading
import time
from typing import Any

import numpy as np

from ...errors import SettingsError
from ...language import tr
from ..kernels.arrays import Floats, Integers, matrix
from ..kernels.neighbors import neighbors
from ..kernels.projection import EPOCHS, EPOCHS_OF_FEW, FEW, beginning, laid_out, pca
from ..kernels.threads import one_each
from .base import NEIGHBORS, ExplorationBase

# Seconds between two pictures.
_PICTURES = 0.1
# Raised when the layout draws another map of the same vectors.
_VERSION = "2"


class Placing(ExplorationBase):
    """The second part of the work."""

    async def _place(self) -> None:
        halt = threading.Event()
        try:
            await asyncio.to_thread(self._place_now, halt)
        finally:
            # Whoever cancels waits for no epoch: the thread sees it and ends.
            halt.set()

    def _place_now(self, halt: threading.Event) -> None:
        self._forget()
        good = np.flatnonzero(self._good)
        if not len(good):
            return
        space = self._space[good]
        projection = self.options.projection
        if not isinstance(projection, str):
            self._set_points(good, _given(projection, space, good, len(self._vectors)), (1, 1))
            return
        key = self._key(space)
        if (kept := self._service.find_map(key, len(good))) is not None:
            self._set_points(good, kept, (1, 1))
            return
        points, epochs = self._projected(projection, space, good, halt)
        if not halt.is_set():
            self._set_points(good, points, (epochs, epochs))
            self._service.keep_map(key, points)

    def _projected(
        self, projection: str, space: Floats, good: Any, halt: threading.Event
    ) -> tuple[Floats, int]:
        if projection == "pca":
            return pca(space, 2, seed=self.options.seed), 1
        if projection == "umap":
            return _umap(space, self.options.seed), 1
        if projection != "neighbors":
            raise SettingsError(
                tr(
                    "projection is neighbors, pca, umap, a function or an array, not "
                    "{projection!r}.",
                    projection=projection,
                )
            )
        epochs = EPOCHS_OF_FEW if len(space) < FEW else EPOCHS
        begin = beginning(space, self.options.seed)
        self._set_points(good, begin, (0, epochs))
        indices, distances = self._neighbors_until(halt)
        if halt.is_set():
            return begin, epochs
        place = np.full(len(self._vectors) + 1, -1, np.int32)
        place[good] = np.arange(len(good))
        told = time.monotonic()

        def shown(points: Floats, epoch: int) -> None:
            nonlocal told
            if time.monotonic() - told > _PICTURES and epoch < epochs and not halt.is_set():
                told = time.monotonic()
                self._set_points(good, points, (epoch, epochs))

        # Processors are left to the kernel while the layout runs.
        with one_each():
            own = place[indices[good]]
            found = laid_out(
                begin, own, distances[good], epochs, self.options.seed, shown, halt.is_set
            )
        return found, epochs

    def _neighbors_until(self, halt: threading.Event) -> tuple[Integers, Floats]:
        found: tuple[Integers, Floats] | None = self._found.get("near")
        if found is None:
            found = neighbors(self._space, NEIGHBORS, stopped=halt.is_set)
            if not halt.is_set():
                self._found["near"] = found
        return found

    def _set_points(self, good: Any, points: Floats, epoch: tuple[int, int]) -> None:
        whole = np.full((len(self._vectors), 2), np.nan, np.float32)
        whole[good] = points
        with self._lock:
            self._points, self._epoch = whole, epoch
            self._forget("quality")
        self._emit(self._placed())

    def _key(self, space: Floats) -> bytes:
        facts = (_VERSION, self.options.projection, self.options.seed, NEIGHBORS, space.shape)
        digest = hashlib.sha256(repr(facts).encode())
        digest.update(np.ascontiguousarray(space).data)
        return digest.digest()


def _given(projection: Any, space: Floats, good: Any, count: int) -> Floats:
    points = matrix(projection(space) if callable(projection) else projection)
    if points.shape == (count, 2) and not callable(projection):
        points = points[good]
    if points.shape != (len(space), 2):
        raise SettingsError(
            tr(
                "The projection gave an array of shape {shape}, not {wanted}.",
                shape=points.shape,
                wanted=(len(space), 2),
            )
        )
    return points


def _umap(space: Floats, seed: int | None) -> Floats:
    try:
        from umap import UMAP  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        raise SettingsError(
            tr("projection='umap' needs umap-learn: pip install umap-learn, or leave it out.")
        ) from None
    return matrix(UMAP(random_state=seed, n_neighbors=NEIGHBORS).fit_transform(space))
