"""What is near: to a text, an image, a row, a vector; and queries that stay as pins."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import SettingsError
from ...events import VectorsReady
from ..kernels.arrays import Floats, unit, whole
from ..kernels.placing import place
from ..tables import series_like
from .selecting import Positions, Selecting

# Pairs by chance, of which a score is told apart.
_PAIRS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """A query on the map: ``point`` is where it belongs, ``vector`` is of length 1."""

    label: str
    query: Any
    vector: Floats
    point: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """
    Cosines of random pairs of rows: their mean, and what one in a hundred exceeds.

    With some models any two texts have 0.8, so that 0.85 says nothing.
    """

    mean: float
    p99: float


class Searching(Selecting):
    """Find rows by meaning."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._pins: dict[str, Pin] = {}
        self._queries: dict[tuple[str, str], Floats] = {}

    @property
    def chance(self) -> Chance:
        """How similar two rows are by chance."""
        return self._once("chance", self._by_chance)  # type: ignore[no-any-return]

    async def search(self, query: Any, k: int = 20, among: Any = None) -> Any:
        """
        The ``k`` rows nearest to a text, an image, a row's label or a vector, nearest first.

        The rows as they were given, with the columns ``similarity`` and ``rank``; ``among`` are
        rows to look at, as for `select`. A query that was asked before costs nothing. Raises
        `SettingsError`, or `SophNetError` where it cannot be embedded.
        """
        await self
        vector = await self._vector_of(query)
        return await asyncio.to_thread(self._nearest, vector, k, among)

    async def search_positions(self, query: Any, k: int = 20) -> tuple[Positions, Floats]:
        """As `search`, but where the rows stand, and their similarities. For panels."""
        await self
        vector = await self._vector_of(query)
        return await asyncio.to_thread(self._best, vector, k, None, None)

    def near_of(self, row: int) -> Positions:
        """Where the true neighbors of a row stand."""
        near = self._near[0][row]
        found: Positions = near[near >= 0].astype(np.int64)
        return found

    def neighbors(self, row: Any, k: int = 10, *, at: bool = False) -> Any:
        """The ``k`` rows nearest to one, without it; as `search`. Raises `SettingsError`."""
        own = self.positions(at=row) if at else self.positions([row])
        if len(own) != 1:
            raise SettingsError(f"{len(own)} rows are called {row!r}: name one by at=True.")
        return self._nearest(self._placed_vector(int(own[0])), k, None, without=int(own[0]))

    @property
    def pins(self) -> dict[str, Pin]:
        """The queries that are pinned, by their labels."""
        return dict(self._pins)

    async def pin(self, query: Any, label: str | None = None) -> Pin:
        """Put a query on the map, to be seen with what is near it. Raises as `search`."""
        await self
        vector = await self._vector_of(query)
        good = np.flatnonzero(self._good)
        where = place(vector[None], self._space[good], self._points[good])[0]
        name = str(label if label is not None else query)[:80]
        found = Pin(
            label=name, query=query, vector=vector, point=(float(where[0]), float(where[1]))
        )
        with self._lock:
            self._pins[name] = found
        self._tell_pins()
        return found

    def unpin(self, label: str) -> None:
        """Take a pin away. Raises `SettingsError` for one that is not there."""
        with self._lock:
            if label not in self._pins:
                known = ", ".join(self._pins) or "none"
                raise SettingsError(f"There is no pin {label!r}. There are: {known}.")
            del self._pins[label]
        self._tell_pins()

    def on_pin(self, function: Callable[[Any], Any]) -> Callable[[], None]:
        """Have ``function(pins)`` called when pins change; returns what takes it back."""
        return self._on_pin.add(function)

    def axis(self, a: str, b: str) -> Any:
        """
        How much nearer each row is to the pin ``a`` than to ``b``: a Series, which colors the map.

        Raises `SettingsError` for pins that are not there.
        """
        for label in (a, b):
            if label not in self._pins:
                raise SettingsError(f"There is no pin {label!r}: await exploration.pin({label!r}).")
        between = self._space @ (self._pins[a].vector - self._pins[b].vector)
        self.color(between)
        return series_like(f"{a} - {b}", between.astype(np.float64), self._inputs.table)

    def color(self, by: Any, palette: Any = None) -> None:
        """Color the rows; see `Coloring`."""
        raise NotImplementedError

    def similarities(self, vector: Floats) -> Floats:
        """The cosine of each row to a vector of length 1; NaN without one."""
        found: Floats = self._space @ vector
        return found

    async def _vector_of(self, query: Any) -> Floats:
        if isinstance(query, np.ndarray) and query.dtype.kind == "f" and query.ndim == 1:
            if len(query) != self._vectors.shape[1]:
                raise SettingsError(
                    f"A vector of {len(query)} dimensions is none of {self._vectors.shape[1]}."
                )
            return _unit(query.astype(np.float32))
        if isinstance(query, Pin):
            return query.vector
        picture = self._service.is_picture(query)
        if not isinstance(query, str) and not picture:
            own = self.positions([query])
            if len(own) != 1:
                raise SettingsError(f"{len(own)} rows are called {query!r}.")
            return self._placed_vector(int(own[0]))
        if not picture and not query.strip():
            raise SettingsError("There is nothing to search for.")
        return await self._asked_vector(query, picture)

    async def _asked_vector(self, query: Any, picture: bool) -> Floats:
        sent = await asyncio.to_thread(self._service.image, query) if picture else None
        given = ("image", sent.content) if sent else ("text", str(query))
        if (known := self._queries.get(given)) is not None:
            return known
        images = picture or "image" in self._inputs.kinds
        facts = dict(self._service.facts(images=images))
        if self._vectors.shape[1]:
            facts["dimensions"] = self._vectors.shape[1]
        found = await asyncio.to_thread(self._service.find, [given], facts)
        vector = found.get(given)
        if vector is None:
            texts, items = ([], [sent.item]) if sent else ([str(query)], [])
            async with aclosing(self._service.embed(texts, items, facts)) as events:
                async for event in events:
                    if isinstance(event, VectorsReady):
                        self._service.keep([given], event.data, event.dimensions, facts)
                        vector = np.frombuffer(event.data, np.float32)
        assert vector is not None
        if len(vector) != self._vectors.shape[1]:
            raise SettingsError(
                f"The model gives {len(vector)} dimensions, and these rows have "
                f"{self._vectors.shape[1]}: name theirs with model=… and dimensions=…."
            )
        centered = self._less_group(_unit(vector), given[0])
        self._queries[given] = centered
        return centered

    def _less_group(self, vector: Floats, kind: str) -> Floats:
        """Without what the group of queries has in common, where groups are taken out."""
        if self.options.center is None:
            return vector
        rows, good = unit(self._vectors), self._good
        if isinstance(self.options.center, str) and self.options.center == "kind":
            same = np.array([each == kind for each in self._inputs.kinds]) & good
            good = same if same.any() else good
        # Of a query nobody knows its language: it is moved by the mean of the group it is nearest.
        else:
            groups = np.array([str(each) for each in self._groups()])
            means = {name: rows[good & (groups == name)].mean(axis=0) for name in set(groups[good])}
            return _unit(vector - max(means.values(), key=lambda mean: float(mean @ vector)))
        return _unit(vector - rows[good].mean(axis=0))

    def _placed_vector(self, row: int) -> Floats:
        vector: Floats = self._space[row]
        if not whole(vector[None])[0]:
            raise SettingsError(f"The row {self._inputs.labels[row]!r} has no vector.")
        return vector

    def _nearest(self, vector: Floats, k: int, among: Any, without: int | None = None) -> Any:
        return self._ranked(*self._best(vector, k, among, without))

    def _best(
        self, vector: Floats, k: int, among: Any, without: int | None
    ) -> tuple[Positions, Floats]:
        scores = self.similarities(vector)
        usable = np.isfinite(scores)
        if without is not None:
            usable[without] = False
        if among is not None:
            inside = np.zeros(len(scores), np.bool_)
            inside[self.positions(among)] = True
            usable &= inside
        rows = np.flatnonzero(usable)
        best = rows[np.argsort(-scores[rows], kind="stable")[:k]]
        return best, scores[best]

    def _ranked(self, rows: Positions, scores: Floats) -> Any:
        more = {
            "similarity": scores.astype(np.float64).clip(-1, 1),
            "rank": np.arange(1, len(rows) + 1),
        }
        return self._rows_frame(rows, more)

    def _by_chance(self) -> Chance:
        good = np.flatnonzero(self._good)
        if len(good) < 2:
            return Chance(mean=float("nan"), p99=float("nan"))
        random = np.random.default_rng(0)
        pairs = random.choice(good, (2, min(_PAIRS, 20 * len(good))))
        pairs = pairs[:, pairs[0] != pairs[1]]
        scores = np.einsum("ij,ij->i", self._space[pairs[0]], self._space[pairs[1]])
        return Chance(mean=float(scores.mean()), p99=float(np.quantile(scores, 0.99)))

    def _tell_pins(self) -> None:
        self._tell("pins", self.pins)
        self._on_pin.tell(self.pins)


def _unit(vector: Floats) -> Floats:
    found: Floats = unit(vector[None])[0]
    return found
