"""What is near: to a text, an image, a row, a vector; and queries that stay as pins."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import SettingsError
from ...language import tr
from ...options.arguments import whole
from ..captions import caption, image_name
from ..kernels.arrays import Floats
from ..kernels.placing import place
from ..tables import series_like
from .queries import Pin, Queries, called
from .selecting import Positions

# Pairs by chance, of which a score is told apart.
_PAIRS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """
    Cosines of random pairs of rows: their mean, and what one in a hundred exceeds.

    With some models any two texts have 0.8, so that 0.85 says nothing.
    """

    mean: float
    p99: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """
    Rows that were found, nearest first: where they stand, their cosines and ranks, and ``kinds``
    where ranks are within texts and within images.
    """

    rows: Positions
    scores: Floats
    ranks: Positions
    kinds: Sequence[str] = ()


class Searching(Queries):
    """Find rows by meaning."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._pins: dict[str, Pin] = {}

    @property
    def chance(self) -> Chance:
        """How similar two rows are by chance."""
        return self._once("chance", self._by_chance)  # type: ignore[no-any-return]

    async def search(self, query: Any, k: int = 20, among: Any = None) -> Any:
        """
        The ``k`` rows nearest to a text, an image, a row's label or a vector, nearest first.

        The rows as they were given, with the columns ``similarity`` and ``rank``; ``among`` are
        rows to look at, as for `select`. Where texts stand beside images, a text is further from
        all images than from any text: so ``rank`` is that within its ``kind``, and the first of
        each kind come first. A query that was asked before costs nothing. Raises `SettingsError`,
        or `SophNetError` where it cannot be embedded.
        """
        await self
        hits = await self._hits(query, whole("k", k, least=1), among)
        more: dict[str, Any] = {
            "similarity": hits.scores.astype(np.float64).clip(-1, 1),
            "rank": hits.ranks,
        }
        if hits.kinds:
            more["kind"] = hits.kinds
        return self._rows_frame(hits.rows, more)

    async def search_positions(self, query: Any, k: int = 20) -> Hits:
        """As `search`, but where the rows stand. For panels."""
        await self
        return await self._hits(query, k, None)

    async def _hits(self, query: Any, k: int | None, among: Any) -> Hits:
        vector = await self._vector_of(query)
        return await asyncio.to_thread(self._ranked, vector, k, among)

    def _ranked(self, vector: Floats, k: int | None, among: Any = None) -> Hits:
        kinds = np.array(self._inputs.kinds)
        apart = [kind for kind in ("text", "image") if (kinds == kind).any()]
        if len(apart) < 2 or self.options.center is not None:
            rows, scores = self._best(vector, k, among, None)
            return Hits(rows=rows, scores=scores, ranks=np.arange(1, len(rows) + 1))
        parts = [self._best(vector, k, among, None, kinds == kind) for kind in apart]
        rows = np.concatenate([rows for rows, _ in parts])
        scores = np.concatenate([scores for _, scores in parts])
        ranks = np.concatenate([np.arange(1, len(rows) + 1) for rows, _ in parts])
        order = np.lexsort((-scores, ranks))[:k]
        names = kinds[rows[order]].tolist()
        return Hits(rows=rows[order], scores=scores[order], ranks=ranks[order], kinds=names)

    def near_of(self, row: int) -> Positions:
        """Where the true neighbors of a row stand."""
        near = self._near[0][row]
        found: Positions = near[near >= 0].astype(np.int64)
        return found

    def neighbors(self, row: Any, k: int = 10, *, at: bool = False) -> Any:
        """The ``k`` rows nearest to one, without it; as `search`. Raises `SettingsError`."""
        own = self.positions(at=row) if at else self.positions([row])
        if len(own) != 1:
            raise SettingsError(
                tr(
                    "{count} rows are called {row!r:.80}: name one by at=True.",
                    count=len(own),
                    row=row,
                )
            )
        near = self._placed_vector(int(own[0]))
        rows, scores = self._best(near, whole("k", k, least=1), None, int(own[0]))
        more = {
            "similarity": scores.astype(np.float64).clip(-1, 1),
            "rank": np.arange(1, len(rows) + 1),
        }
        return self._rows_frame(rows, more)

    @property
    def pins(self) -> dict[str, Pin]:
        """The queries that are pinned, by their labels."""
        return dict(self._pins)

    async def pin(self, query: Any, label: str | None = None) -> Pin:
        """Put a query on the map, to be seen with what is near it. Raises as `search`."""
        await self
        if label is None:
            label = image_name(query) if self._service.is_picture(query) else ""
        name = caption(label or called(query))
        found = await self._placed_pin(query, name)
        with self._lock:
            self._pins[name] = found
        self._tell_pins()
        return found

    async def _placed_pin(self, query: Any, name: str) -> Pin:
        vector = await self._vector_of(query)
        good = np.flatnonzero(self._good)
        where = await asyncio.to_thread(
            lambda: place(vector[None], self._space[good], self._points[good])[0]
        )
        point = (float(where[0]), float(where[1]))
        return Pin(label=name, query=query, vector=vector, point=point)

    def rays(self, pin: Pin, k: int = 8) -> Hits:
        """The rows that a pin is nearest to. Blocking; for panels."""
        return self._ranked(pin.vector, k)

    def unpin(self, label: str) -> None:
        """Take a pin away. Raises `SettingsError` for one that is not there."""
        with self._lock:
            if not isinstance(label, str) or label not in self._pins:
                known = ", ".join(self._pins) or tr("none")
                raise SettingsError(
                    tr("There is no pin {label!r}. There are: {known}.", label=label, known=known)
                )
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
            if not isinstance(label, str) or label not in self._pins:
                raise SettingsError(
                    tr("There is no pin {label!r}: await exploration.pin({label!r}).", label=label)
                )
        between = self._space @ (self._pins[a].vector - self._pins[b].vector)
        found = series_like(f"{a} - {b}", between.astype(np.float64), self._inputs.table)
        self.color(found)
        return found

    def color(self, by: Any, palette: Any = None) -> None:
        """Color the rows; see `Coloring`."""
        raise NotImplementedError

    def similarities(self, vector: Floats) -> Floats:
        """The cosine of each row to a vector of length 1; NaN without one."""
        found: Floats = self._space @ vector
        return found

    def _best(
        self, vector: Floats, k: int | None, among: Any, without: int | None, only: Any = True
    ) -> tuple[Positions, Floats]:
        scores = self.similarities(vector)
        usable = np.isfinite(scores) & only
        if without is not None:
            usable[without] = False
        if among is not None:
            inside = np.zeros(len(scores), np.bool_)
            inside[self.positions(among)] = True
            usable &= inside
        rows = np.flatnonzero(usable)
        best = rows[np.argsort(-scores[rows], kind="stable")[:k]]
        return best, scores[best]

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
