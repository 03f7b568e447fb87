"""Groups that hide the meaning: how far they stand apart, and the map without them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...errors import SettingsError
from ...language import mark, tr
from .. import looks
from ..kernels.groups import codes, mixing
from .clustering import carried
from .comparing import Comparing

# Neighbors that are looked at; the share of chance below which groups are islands.
_NEAR, _ISLANDS = 10, 0.4
# A group of fewer rows is a few strangers; a column of more values is none of groups.
_LEAST, _MOST_GROUPS = 0.05, 20
# So many rows of a column have to agree with the scripts of the texts to be called after it.
_AGREE = 0.95
# Words for what we group by ourselves.
_BY = {"kind": mark("kind"), "script": mark("script"), "group": mark("group")}


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupGap:
    """
    How far groups of rows stand apart: ``share`` of the ten nearest rows are of another group,
    where by chance ``chance`` would be. ``by`` is what `center` takes, ``groups`` their sizes;
    ``centered`` says that they are taken out already, ``large`` that they are islands.
    """

    by: Any
    groups: dict[str, int]
    share: float
    chance: float
    centered: bool
    large: bool

    @property
    def sentence(self) -> str:
        """The same in words."""
        word = _BY.get(self.by, self.by) if isinstance(self.by, str) else ""
        return tr(
            "Of the {nearest} nearest rows {share:.0%} are of another {by}, {chance:.0%} "
            "would be by chance.",
            nearest=_NEAR,
            share=self.share,
            by=tr(word) if word else self.by,
            chance=self.chance,
        )


class Centering(Comparing):
    """Measure the gap between groups, and close it."""

    @property
    def gap(self) -> GroupGap | None:
        """
        How far languages, or texts and images, stand apart; None where there is one group only.

        Groups are texts and images, else the scripts that texts are written in, by the column that
        agrees with them where one does; or those that are taken out. Blocking.
        """
        found = self._once("gap", self._measured_gap)
        return found if isinstance(found, GroupGap) else None

    async def center(self, by: Any) -> None:
        """
        Place all rows anew without what sets groups apart, as ``center=`` does; None takes it back.

        Nothing is asked again. Names of clusters stay with those that keep half of their rows.
        Raises `SettingsError`, also for a map that stands on the places of another one.
        """
        await self
        if self._like_before is not None:
            raise SettingsError(
                tr("This map keeps the places of another one: explore without like= to center it.")
            )
        before = self.options
        self.options = replace(before, center=by)
        try:
            if by is not None:
                self.check_center()
        except SettingsError:
            self.options = before
            raise
        labels, names = await asyncio.to_thread(lambda: self.cluster_labels), dict(self._names)
        with self._lock:
            self._reopened, self._given_clusters = False, None
            self._forget()
            self._work_future = asyncio.run_coroutine_threadsafe(
                self._doing(self._placed_anew(labels, names)),
                looks.home() or asyncio.get_running_loop(),
            )
        await self

    async def _placed_anew(self, labels: Any, names: dict[int, str]) -> None:
        self._set_state("placing")
        await self._place()
        found = await asyncio.to_thread(lambda: self.cluster_labels)
        self._names = carried(labels, found, names)
        self._forget("coloring")
        for pin in list(self._pins.values()):
            self._pins[pin.label] = await self._placed_pin(pin.query, pin.label)

    def _measured_gap(self) -> GroupGap | bool:
        by = self._grouped_by()
        if by is None:
            return False
        groups = [None if each != each else each for each in self._groups_by(by)]
        good = np.flatnonzero(self._good)
        number = codes([groups[row] for row in good])
        if len(good) < 2 or number.max(initial=0) < 1:
            return False
        place = np.full(len(self), -1, np.int64)
        place[good] = np.arange(len(good))
        near = self._near[0][good, :_NEAR]
        mixed = mixing(np.where(near < 0, -1, place[near]), number)
        shares = np.bincount(number) / len(number)
        chance = 1 - float((shares**2).sum())
        return GroupGap(
            by=by if isinstance(by, str) else "group",
            groups=dict(Counter("" if each is None else str(each) for each in groups)),
            share=mixed * chance,
            chance=chance,
            centered=self.options.center is not None,
            large=mixed < _ISLANDS,
        )

    def _grouped_by(self) -> Any:
        """What is measured: what is taken out; texts and images; else scripts."""
        if self.options.center is not None:
            return self.options.center
        if len({kind for kind in self._inputs.kinds if kind}) > 1:
            return "kind"
        written = self._groups_by("script")
        counts = Counter(each for each in written if each)
        if len([many for many in counts.values() if many >= _LEAST * len(self)]) < 2:
            return None
        return next((name for name in self.columns if self._agrees(name, written)), "script")

    def _agrees(self, name: Any, written: Sequence[str]) -> bool:
        """Whether a column says the same as the scripts, such as one of languages."""
        values = self._inputs.table.column(name)
        try:
            pairs = Counter(zip(values, written, strict=True))
        except TypeError:
            return False
        if not isinstance(name, str) or not 2 <= len({value for value, _ in pairs}) <= _MOST_GROUPS:
            return False
        best: dict[Any, int] = {}
        other: dict[str, int] = {}
        for (value, script), many in pairs.items():
            best[value] = max(best.get(value, 0), many)
            other[script] = max(other.get(script, 0), many)
        return min(sum(best.values()), sum(other.values())) >= _AGREE * len(values)
