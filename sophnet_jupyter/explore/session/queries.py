"""What is searched for, as a vector: a text, an image, a row, a vector that is there already."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import SettingsError
from ...events import VectorsReady
from ...language import tr
from ..captions import image_name
from ..kernels.arrays import Floats, unit, whole
from ..kernels.scripts import script
from .selecting import Selecting


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """A query on the map: ``point`` is where it belongs, ``vector`` is of length 1."""

    label: str
    query: Any
    vector: Floats
    point: tuple[float, float]


class Queries(Selecting):
    """Queries are embedded as the rows were; those that were asked before cost nothing."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._queries: dict[tuple[str, str], Floats] = {}

    async def _vector_of(self, query: Any) -> Floats:
        if isinstance(query, np.ndarray) and query.dtype.kind == "f" and query.ndim == 1:
            if len(query) != self._vectors.shape[1]:
                raise SettingsError(
                    tr(
                        "A vector of {count} dimensions is none of {dimensions}.",
                        count=len(query),
                        dimensions=self._vectors.shape[1],
                    )
                )
            vector = _unit(query.astype(np.float32))
            if not np.isfinite(vector).all() or not vector.any():
                raise SettingsError(tr("This vector has no direction: it is zero, or not finite."))
            return vector
        if isinstance(query, Pin):
            return query.vector
        picture = self._service.is_picture(query)
        if not isinstance(query, str) and not picture:
            own = self.positions([query])
            if len(own) != 1:
                raise SettingsError(
                    tr("{count} rows are called {query!r:.80}.", count=len(own), query=query)
                )
            return self._placed_vector(int(own[0]))
        if not picture and not query.strip():
            raise SettingsError(tr("There is nothing to search for."))
        return await self._asked_vector(query, picture)

    async def _asked_vector(self, query: Any, picture: bool) -> Floats:
        sent = await asyncio.to_thread(self._service.image, query) if picture else None
        given = ("image", sent.content) if sent else ("text", str(query))
        if (known := self._queries.get(given)) is not None:
            return self._less_group(known, given)
        facts = self._query_facts(picture)
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
                tr(
                    "The model gives {count} dimensions, and these rows have {dimensions}: name "
                    "theirs with model=… and dimensions=….",
                    count=len(vector),
                    dimensions=self._vectors.shape[1],
                )
            )
        self._queries[given] = _unit(vector)
        return self._less_group(self._queries[given], given)

    def _query_facts(self, picture: bool) -> dict[str, object]:
        """The fields of a request for a query: the model that the rows were embedded by."""
        facts = dict(self._service.facts(images=picture or "image" in self._inputs.kinds))
        if self._vectors.shape[1]:
            facts["dimensions"] = self._vectors.shape[1]
        if picture and self._model and facts["model"] != self._model:
            raise SettingsError(
                tr(
                    "These rows were embedded by {model}, which takes no images: explore with "
                    "model={other!r} to search by one.",
                    model=self._model,
                    other=str(facts["model"]),
                )
            )
        return facts

    def _less_group(self, vector: Floats, given: tuple[str, str]) -> Floats:
        """Without what the group of queries has in common, where groups are taken out."""
        center = self.options.center
        if center is None:
            return vector
        own = None
        if isinstance(center, str) and center in ("kind", "script"):
            own = given[0] if center == "kind" else script(given[1])
        return _unit(vector - self._means[self._group_of(vector, own)])

    def _group_of(self, vector: Floats, own: str | None) -> str:
        """A group that rows here have: its own, else the one whose mean it is nearest to."""
        means = self._means
        if own is not None and own in means:
            return own
        return max(means, key=lambda name: float(means[name] @ vector))

    @property
    def _means(self) -> dict[str, Floats]:
        return self._once("means", self._group_means)  # type: ignore[no-any-return]

    def _group_means(self) -> dict[str, Floats]:
        good = self._good
        rows, groups = unit(self._vectors[good]), self._groups()
        names = np.array([str(each) for each, here in zip(groups, good, strict=True) if here])
        return {str(name): rows[names == name].mean(axis=0) for name in set(names.tolist())}

    def _placed_vector(self, row: int) -> Floats:
        vector: Floats = self._space[row]
        if not whole(vector[None])[0]:
            raise SettingsError(tr("The row {row!r} has no vector.", row=self._inputs.labels[row]))
        return vector


def called(query: Any) -> str:
    """A query in words; an image by its name."""
    if isinstance(query, Pin):
        return query.label
    if isinstance(query, str | int | float | np.number):
        return str(query)
    return image_name(query) or type(query).__name__


def _unit(vector: Floats) -> Floats:
    found: Floats = unit(vector[None])[0]
    return found
