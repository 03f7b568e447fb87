"""More rows on a map that stays as it is: added later, or next week's."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import SettingsError
from ...files.names import at_home
from ...language import tr
from ..captions import caption
from ..inputs import Inputs, read, stacked
from ..kernels.arrays import Floats, unit, whole
from ..kernels.groups import is_none
from ..kernels.neighbors import nearest
from ..kernels.placing import place
from ..kernels.projection import pca
from ..tables import DataTable, is_table, made, read_parquet
from .saving import MADE, Saving

# How many neighbors of another map decide on the cluster of a new row.
_VOTES = 5
# A new row is far where it is further from its nearest than all but so few known rows.
_FAR = 0.995
# Columns of a saved exploration that a new row cannot have.
_OWN = ("x", "y", "cluster", "label", "vector", "tag", "summary", "contrast", "new", MADE)
# Of a standard normal distribution: 95 %.
_Z = 1.96


class MoreRows(Saving):
    """Place new rows among known ones."""

    def __init__(self, *arguments: Any, like: Any = None, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._like_before = Before(like) if like is not None else None
        self._changes: Any = None
        if self._inputs.saved and like is None:
            self._reopen()

    @property
    def changes(self) -> Any:
        """
        A frame of the clusters against those of ``like``: before, now, share, its interval, what.

        ``what`` is ``grew``, ``shrank``, ``came``, ``went`` or ``same``, by whether the interval of
        95 % of the share now holds the share of before. Raises `SettingsError` without ``like``.
        """
        if self._changes is None:
            raise SettingsError(
                tr("There is nothing to compare with: client.explore(…, like=path).")
            )
        return self._changes

    async def add(self, rows: Any) -> None:
        """
        Add rows of a table with the same columns, placed by their neighbors; nothing else moves.

        Raises `SettingsError` where columns are missing, and what embedding them raises.
        """
        await self
        more = await asyncio.to_thread(self._read_more, rows)
        part = type(self)(more, self._service, self.options)
        if more.vectors is None:
            await part._embed()
        await asyncio.to_thread(self._join, part)
        self._tell("rows")
        self._emit(self._placed())

    def _read_more(self, rows: Any) -> Inputs:
        """Rows to add; where vectors came in a column, those of the new rows stand there too."""
        text, image, vectors = self._inputs.columns
        if vectors is not None and not (is_table(rows) and DataTable(rows).has(vectors)):
            vectors = None
        return read(
            rows, text=text, image=image, vectors=vectors, is_picture=self._service.is_picture
        )

    def _join(self, part: MoreRows) -> None:
        if part._vectors.shape[1] != self._vectors.shape[1]:
            raise SettingsError(
                tr(
                    "The new rows have vectors of {new} dimensions, and these rows of {own}: give "
                    "theirs in the same column, or name the model and its dimensions.",
                    new=part._vectors.shape[1],
                    own=self._vectors.shape[1],
                )
            )
        space, fresh = self._space, unit(part._vectors)
        there = np.flatnonzero(whole(fresh)) if fresh.shape[1] else np.empty(0, int)
        groups = self._groups_of_more(part, fresh, there)
        fresh = self._less_means(fresh, there, groups)
        good = np.flatnonzero(self._good & np.isfinite(self._points).all(axis=1))
        points = place(fresh, space[good], self._points[good])
        labels = self.cluster_labels
        new = np.full(len(part), -1, np.int64)
        if len(there):
            new[there] = _voted(fresh[there], space[good], labels[good])
        table = self._inputs.table.joined(part._inputs.table, _OWN if self._inputs.saved else ())
        with self._lock:
            count = len(self)
            self._inputs = self._inputs.joined(part._inputs, table)
            self._vectors = np.concatenate([self._vectors, part._vectors])
            self._sandbox |= part._sandbox
            self._points = np.concatenate([self._points, points])
            self._missing |= {count + row: reason for row, reason in part._missing.items()}
            for column in self._columns.values():
                column += [None] * len(part)
            self._given_clusters = np.concatenate([labels, new])
            self._sizes = None
            if isinstance(self.options.center, list):
                more = [*self.options.center, *groups]
                self.options = replace(self.options, center=more)
            self._forget()

    def _groups_of_more(self, part: MoreRows, fresh: Floats, there: Any) -> list[str | None]:
        """The group of each new row, where groups are taken out: its own, or one that is here."""
        groups: list[str | None] = [None] * len(fresh)
        center = self.options.center
        if center is not None:
            own = [None] * len(fresh) if isinstance(center, list) else part._groups()
            for row in there:
                named = None if isinstance(center, list) else str(own[row])
                groups[row] = self._group_of(fresh[row], named)
        return groups

    def _less_means(self, fresh: Floats, there: Any, groups: Sequence[str | None]) -> Floats:
        """New rows as those that are here are compared: a few have no mean of their own."""
        if self.options.center is None:
            return fresh
        moved = fresh.copy()
        for row in there:
            moved[row] -= self._means[str(groups[row])]
        return unit(moved)

    async def _place(self) -> None:
        if self._reopened:
            return
        if self._like_before is None:
            await super()._place()
            return
        await asyncio.to_thread(self._place_like, self._like_before)

    def _place_like(self, before: Before) -> None:
        """Known rows where they were, new ones by their neighbors, far ones at the edge."""
        self._forget()
        good = np.flatnonzero(self._good)
        if before.vectors.shape[1] != self._vectors.shape[1]:
            raise SettingsError(
                tr(
                    "{path} has vectors of {theirs} dimensions, and these rows of {ours}: "
                    "explore both with one model.",
                    path=before.path,
                    theirs=before.vectors.shape[1],
                    ours=self._vectors.shape[1],
                )
            )
        space, known = unit(self._vectors[good]), unit(before.vectors)
        indices, distances = nearest(space, known, _VOTES)
        points = place(space, known, before.points)
        labels = _voted(space, known, before.labels)
        same = distances[:, 0] < 1e-2
        points[same], labels[same] = (
            before.points[indices[same, 0]],
            before.labels[indices[same, 0]],
        )
        far = distances[:, 0] > before.far
        if far.sum() >= 3:
            points[far] = _at_edge(space[far], before.points)
            labels[far] = int(before.labels.max(initial=-1)) + 1
        self._given_clusters = np.full(len(self), -1, np.int64)
        self._given_clusters[good] = labels
        self._names = dict(before.names)
        self._columns["new"] = [None] * len(self)
        for row, old in zip(good, same, strict=True):
            self._columns["new"][int(row)] = "before" if old else "new"
        self._changes = _compared(before, labels, self.cluster_name, self._like())
        self._set_points(good, points, (1, 1))

    _reopened = False

    def _reopen(self) -> None:
        """A file of an exploration: its map, clusters and names, as they were."""
        before = Before(self._inputs.table)
        with self._lock:
            self._points = before.all_points
            self._epoch = (1, 1)
            self._given_clusters = before.all_labels
            self._names = dict(before.names)
            self._model = str(before.made.get("model") or "")
            self._sandbox = before.made.get("sandbox") is True
            if self._model and self.options.model is None:
                # What is searched for is embedded as these rows were.
                self._service = self._service.other(self._model, self._vectors.shape[1] or None)
            for name in ("tag", "summary"):
                if name in self._inputs.table.columns:
                    values = self._inputs.table.column(name)
                    # pandas has NaN where there is none.
                    self._columns[name] = [v if isinstance(v, str) else None for v in values]
            self._reopened = True


class Before:
    """A saved exploration: a path, or its table. Raises `SettingsError`."""

    def __init__(self, given: Any) -> None:
        self.path = str(given) if isinstance(given, str | Path) else tr("The other exploration")
        is_path = isinstance(given, str | Path)
        table = read_parquet(at_home(given)) if is_path else _table_of(given)
        if missing := {"x", "y", "cluster", "vector"} - set(table.columns):
            raise SettingsError(
                tr(
                    "{path} holds no map: {missing} missing. exploration.to_parquet(path) makes "
                    "one.",
                    path=self.path,
                    missing=", ".join(sorted(missing)),
                )
            )
        try:
            x, y = (np.asarray(table.column(name), np.float32) for name in ("x", "y"))
            self.all_points = np.stack([x, y], axis=1)
            self.all_labels = np.asarray(
                [-1 if is_none(each) else int(each) for each in table.column("cluster")], np.int64
            )
        except (TypeError, ValueError, OverflowError):
            raise self._unusable() from None
        if self.all_labels.max(initial=-1) >= max(1, table.height):
            raise self._unusable()
        vectors = stacked(table.column("vector"))
        good = whole(vectors) & np.isfinite(self.all_points).all(axis=1)
        self.vectors: Floats = vectors[good]
        self.points, self.labels = self.all_points[good], self.all_labels[good]
        names = table.column("label") if "label" in table.columns else [None] * table.height
        self.names = {
            int(number): caption(name)
            for number, name in zip(self.all_labels, names, strict=True)
            if number >= 0 and isinstance(name, str)
        }
        self.made = _made(table)
        self.far = self._far()

    def _unusable(self) -> SettingsError:
        return SettingsError(
            tr("{path} holds no map: x, y and cluster are no numbers of one.", path=self.path)
        )

    def _far(self) -> float:
        """The distance from which a row is none of these: nearly all have one that is nearer."""
        rows = unit(self.vectors)
        if len(rows) < 3:
            return float("inf")
        some = rows[:: max(1, len(rows) // 2000)]
        _, distances = nearest(some, rows, 2)
        return float(np.quantile(distances[:, 1], _FAR)) * 1.02 + 1e-3


def _table_of(given: Any) -> DataTable:
    if isinstance(given, DataTable):
        return given
    return given._table(vectors=True) if isinstance(given, Saving) else DataTable(given)


def _made(table: DataTable) -> dict[str, Any]:
    """How it was made; empty where nobody knows."""
    try:
        found = json.loads(table.column(MADE)[0])
    except (SettingsError, ValueError, TypeError, IndexError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _voted(rows: Floats, known: Floats, labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """The cluster that most of the nearest known rows have."""
    indices, _ = nearest(rows, known, _VOTES)
    return np.array(
        [Counter(line.tolist()).most_common(1)[0][0] for line in labels[indices]], np.int64
    )


def _at_edge(rows: Floats, points: Floats) -> Floats:
    """A place of their own to the right of the map, by their main directions."""
    low, high = points.min(axis=0), points.max(axis=0)
    room = float((high - low).max()) / 6 or 1.0
    own = pca(rows, 2)
    own *= room / 2 / (float(np.abs(own).max()) or 1.0)
    found: Floats = own + np.array([high[0] + room, (low[1] + high[1]) / 2], np.float32)
    return found


def _compared(before: Before, labels: NDArray[np.int64], name: Any, like: Any) -> Any:
    old = Counter(before.labels[before.labels >= 0].tolist())
    now = Counter(labels[labels >= 0].tolist())
    count_old, count_now = max(1, sum(old.values())), max(1, sum(now.values()))
    rows: list[tuple[Any, ...]] = []
    for number in sorted(old.keys() | now.keys()):
        share_old, share = old[number] / count_old, now[number] / count_now
        low, high = _wilson(now[number], count_now)
        what = "came" if not old[number] else "went" if not now[number] else "same"
        if what == "same" and not low <= share_old <= high:
            what = "grew" if share > share_old else "shrank"
        label = before.names.get(number) or (name(number) if now[number] else "")
        rows.append((number, label, old[number], now[number], share_old, share, low, high, what))
    titles = "cluster label before now share_before share low high what".split()
    columns: dict[str, Sequence[Any]] = {
        title: [row[place] for row in rows] for place, title in enumerate(titles)
    }
    return made(columns, like).native


def _wilson(hits: int, count: int) -> tuple[float, float]:
    share, square = hits / count, _Z**2 / count
    middle = (share + square / 2) / (1 + square)
    half = _Z / (1 + square) * (share * (1 - share) / count + square / (4 * count)) ** 0.5
    return max(0.0, middle - half), min(1.0, middle + half)
