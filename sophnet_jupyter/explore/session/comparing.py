"""Which model and how many dimensions: the same rows once more, and what changes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import SettingsError
from ...events import VectorsReady
from ...language import tr
from .. import looks
from ..kernels.arrays import Floats, unit
from ..kernels.neighbors import neighbors
from ..tables import made
from .base import NEIGHBORS
from .drawing import Drawing

# Rows of a sample, neighbors that are to be found again, and dimensions that are tried.
SAMPLE, RECALL = 300, 10
DIMENSIONS = (64, 128, 256, 512, 768, 1024)
# So large a part of the neighbors is enough to recommend fewer dimensions.
_ENOUGH = 0.9
_DIFFERENT = 20
HEATED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class MapComparison:
    """
    Two maps of the same rows. ``common`` (n,) is the share of neighbors that both have, ``mean``
    their mean; ``most_different`` are the rows on which they differ most, as a frame.
    """

    one: Any
    other: Any
    common: Floats
    mean: float
    most_different: Any

    def _ipython_display_(self) -> None:
        if not looks.show(self):
            # IPython goes on with the bundle.
            raise NotImplementedError

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return dict(looks.draw(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """
    How many dimensions are enough: ``table`` has each with its recall of neighbors and its size,
    ``dimensions`` is the recommendation, of ``sample`` rows; ``cut`` says whether short vectors are
    the beginnings of long ones, so that no request was needed.
    """

    dimensions: int
    sample: int
    cut: bool
    table: Any
    sentence: str

    def __repr__(self) -> str:
        return self.sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Similarities:
    """
    Cosines of at most 200 rows, in an order in which those that are near stand together: ``rows``
    are their positions, ``labels`` their texts, ``cosines`` (m, m), ``chance`` the mean of random
    pairs of all rows.
    """

    rows: NDArray[np.int64]
    labels: tuple[str, ...]
    cosines: Floats
    chance: float

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return dict(looks.draw(self))


class Comparing(Drawing):
    """Other models, other dimensions, and all against all."""

    async def compare(
        self, model: str | None = None, dimensions: int | None = None
    ) -> MapComparison:
        """
        The same rows under another model or with other dimensions, beside these.

        Colors this map by the share of common neighbors. Selections of the two are one. Raises
        what embedding raises.
        """
        await self
        other = type(self)(
            replace(self._inputs, vectors=None, saved=False, missing=dict(self._inputs.missing)),
            self._service.other(model or self._model or None, dimensions),
            replace(self.options, model=model, dimensions=dimensions),
        )
        await other
        common = await asyncio.to_thread(_common, self._near[0], other._near[0])
        order = np.argsort(np.nan_to_num(common, nan=2), kind="stable")[:_DIFFERENT]
        frame = self._rows_frame(order, {"common": common[order].astype(float)})
        for one, two in ((self, other), (other, self)):
            one.watch(_follow(two))
        self.color(common)
        other.color(common)
        return MapComparison(
            one=self,
            other=other,
            common=common,
            mean=float(np.nanmean(common)),
            most_different=frame,
        )

    async def doctor(self) -> Advice:
        """
        How many dimensions these rows need: 300 of them, and their 10 nearest in each.

        Where short vectors are the beginnings of long ones nothing is asked again. Raises
        `SettingsError` for too few rows.
        """
        await self
        good = np.flatnonzero(self._good)
        if len(good) < 3 * RECALL:
            raise SettingsError(
                tr(
                    "{count} rows are too few to say: {least} at least.",
                    count=len(good),
                    least=3 * RECALL,
                )
            )
        rows = np.sort(np.random.default_rng(0).choice(good, min(SAMPLE, len(good)), replace=False))
        full = unit(self._vectors[rows])
        tried = [each for each in DIMENSIONS if each < full.shape[1]]
        cut = not tried or await self._is_cut(rows[:3], tried[0])
        found: dict[int, Floats] = {}
        for each in tried:
            found[each] = unit(full[:, :each]) if cut else await self._short(rows, each)
        true = neighbors(full, RECALL)[0]
        recall = {each: _recall(true, neighbors(short, RECALL)[0]) for each, short in found.items()}
        recall[full.shape[1]] = 1.0
        return _advice(recall, len(rows), cut, len(good), self._like())

    def heatmap(self, rows: Any = None) -> Similarities:
        """
        The cosines of at most 200 rows, the selected ones if none are given, near ones together.

        Raises `SettingsError` for more rows, and for fewer than two.
        """
        where = self.positions(rows)
        if rows is None and not len(where) and len(self) <= HEATED:
            where = np.arange(len(self))
        where = where[self._good[where]]
        if not 2 <= len(where) <= HEATED:
            raise SettingsError(
                tr(
                    "A heat-map shows 2 to {most} rows, not {count:,}: select some.",
                    most=HEATED,
                    count=len(where),
                )
            )
        space = self._space[where]
        cosines = np.clip(space @ space.T, -1, 1)
        _values, vectors = np.linalg.eigh(cosines - cosines.mean())
        order = np.argsort(vectors[:, -1], kind="stable")
        where = where[order]
        return Similarities(
            rows=where,
            labels=tuple(self._said(int(row)) for row in where),
            cosines=cosines[np.ix_(order, order)],
            chance=self.chance.mean,
        )

    async def _is_cut(self, rows: Any, dimensions: int) -> bool:
        """Whether the model's short vectors are its long ones, cut and made of length 1."""
        short = await self._short(rows, dimensions)
        long = unit(unit(self._vectors[rows])[:, :dimensions])
        return bool(np.abs(short - long).max() < 2e-3)

    async def _short(self, rows: Any, dimensions: int) -> Floats:
        texts = [self._inputs.texts[row] for row in rows]
        if not all(texts):
            raise SettingsError(tr("Dimensions are compared by rows with texts."))
        facts = {**self._service.facts(images=False), "dimensions": dimensions}
        found = np.full((len(rows), dimensions), np.nan, np.float32)
        async with aclosing(self._service.embed(texts, [], facts)) as events:
            async for event in events:
                if isinstance(event, VectorsReady):
                    vectors = np.frombuffer(event.data, np.float32).reshape(-1, event.dimensions)
                    for places, vector in zip(event.places, vectors, strict=True):
                        found[list(places)] = vector
        return unit(found)


def _follow(other: Comparing) -> Any:
    def hear(kind: str, value: Any) -> None:
        if kind == "selection" and not np.array_equal(other.selected_positions, value):
            other.select(at=value)

    return hear


def _common(one: Any, other: Any) -> Floats:
    count = min(NEIGHBORS, one.shape[1], other.shape[1])
    same = np.zeros(len(one), np.float32)
    for column in range(count):
        same += (other[:, :count] == one[:, column, None]).any(axis=1) & (one[:, column] >= 0)
    same /= max(1, count)
    same[(one[:, :1] < 0).any(axis=1) | (other[:, :1] < 0).any(axis=1)] = np.nan
    return same


def _recall(true: Any, found: Any) -> float:
    pairs = zip(true.tolist(), found.tolist(), strict=True)
    return float(np.mean([len(set(one) & set(other)) / len(one) for one, other in pairs]))


def _advice(recall: Mapping[int, float], sample: int, cut: bool, rows: int, like: Any) -> Advice:
    dimensions = min(each for each, share in recall.items() if share >= _ENOUGH)
    columns: Mapping[str, list[Any]] = {
        "dimensions": list(recall),
        "recall": list(recall.values()),
        "megabytes": [each * rows * 4 / 1e6 for each in recall],
    }
    sentence = tr(
        "{dimensions} dimensions keep {share:.0%} of the {nearest} nearest rows, by a sample of "
        "{sample}; {how}.",
        dimensions=dimensions,
        share=recall[dimensions],
        nearest=RECALL,
        sample=sample,
        how=tr("short vectors are long ones cut")
        if cut
        else tr("short vectors are not long ones cut"),
    )
    return Advice(
        dimensions=dimensions,
        sample=sample,
        cut=cut,
        table=made(columns, like).native,
        sentence=sentence,
    )
