"""Clusters: found in the full space, named by their words, by a model, or by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import SettingsError
from ...language import tr
from ...options import arguments
from ..captions import caption, image_name, mended
from ..kernels.communities import communities
from ..kernels.keywords import keywords
from ..tables import made
from .coloring import Colored

Labels = NDArray[np.int64]

# Below and above there is one cluster, or one for each row.
_RESOLUTIONS = (1e-3, 1e3)
# Examples of a cluster, nearest to its center, and how many words of it are told.
EXAMPLES, WORDS = 3, 8
# A name that was typed stays where so large a part of its rows stays together.
_STAYS = 0.5
# Characters of an example that stands for a name.
_CUT = 28


class Clustered(Colored):
    """Groups of rows."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._resolution = 1.0
        # Names that were typed or asked for, with the rows that they were meant for.
        self._names: dict[int, str] = {}
        self._given_clusters: Labels | None = None

    @property
    def cluster_labels(self) -> Labels:
        """The cluster of each row, (n,), the largest is 0; -1 without a vector. Blocking."""
        return self._once("clusters", self._found_clusters)  # type: ignore[no-any-return]

    @property
    def clusters(self) -> Any:
        """A frame: ``cluster``, ``label``, ``size``, ``keywords``, ``examples``, ``bounds``."""
        labels = self.cluster_labels
        numbers = range(int(labels.max(initial=-1)) + 1)
        columns: Mapping[str, list[Any]] = {
            "cluster": list(numbers),
            "label": [self.cluster_name(number) for number in numbers],
            "size": np.bincount(labels[labels >= 0], minlength=len(numbers)).tolist(),
            "keywords": [list(words) for words in self.cluster_words],
            "examples": [[self._said(r) for r in self.examples(n, EXAMPLES)] for n in numbers],
            "bounds": [self._bounds(labels == number) for number in numbers],
        }
        return made(columns, self._like()).native

    @property
    def cluster_words(self) -> list[list[str]]:
        """The keywords of each cluster."""
        return self._once("words", self._found_words)  # type: ignore[no-any-return]

    def cluster(self, resolution: float = 1.0) -> Any:
        """
        Find clusters anew: a higher ``resolution`` makes more of them. Returns `clusters`.

        Names that were given stay with clusters that keep half of their rows.
        """
        resolution = arguments.number("resolution", resolution, *_RESOLUTIONS) or 1.0
        before, names = self.cluster_labels, dict(self._names)
        self._resolution, self._given_clusters = resolution, None
        self._forget("clusters", "words", "coloring")
        self._names = carried(before, self.cluster_labels, names)
        self._tell("clusters")
        return self.clusters

    def rename(self, cluster: int, label: str) -> None:
        """
        Give a cluster a name of one line; an empty one takes it away.

        Raises `SettingsError` for a cluster that is not there.
        """
        count = int(self.cluster_labels.max(initial=-1)) + 1
        place = arguments.whole("cluster", cluster)
        if place is None or not 0 <= place < count:
            raise SettingsError(
                tr(
                    "There is no cluster {cluster}: they are 0 to {last}.",
                    cluster=cluster,
                    last=count - 1,
                )
            )
        self._names[place] = caption(arguments.text("label", label))
        self._forget("coloring")
        self._tell("clusters")

    def cluster_name(self, number: int) -> str:
        """The name of a cluster: the one that was given, or its words."""
        if name := self._names.get(number):
            return name
        if words := self.cluster_words[number][:3]:
            return ", ".join(words)
        near = self.examples(number, 1)
        said = caption(self._said(int(near[0]))) if len(near) else ""
        return (
            f"{said[:_CUT]}…" if len(said) > _CUT else said or tr("cluster {number}", number=number)
        )

    def examples(self, cluster: int, count: int) -> NDArray[np.int64]:
        """The rows nearest to the center of a cluster."""
        rows = np.flatnonzero(self.cluster_labels == cluster)
        space = self._space[rows]
        return rows[np.argsort(-(space @ space.mean(axis=0)), kind="stable")[:count]]

    def _found_clusters(self) -> Labels:
        if self._given_clusters is not None:
            return self._given_clusters
        return communities(*self._near, resolution=self._resolution, seed=self.options.seed)

    def _found_words(self) -> list[list[str]]:
        return keywords(self._inputs.texts, self.cluster_labels, WORDS)

    def _own_values(self, by: str) -> list[Any]:
        if by != "cluster":
            return super()._own_values(by)
        names = {n: self.cluster_name(n) for n in set(self.cluster_labels.tolist()) if n >= 0}
        twice = {name for name, count in Counter(names.values()).items() if count > 1}
        told = {n: f"{name} ({n})" if name in twice else name for n, name in names.items()}
        return [told.get(number) for number in self.cluster_labels.tolist()]

    def text_of(self, row: int) -> str:
        """What is told of a row: its text, or the name of its image."""
        return self._said(row)

    def _said(self, row: int) -> str:
        """A row in words: its text, else the name of its image, else its label."""
        if text := self._inputs.texts[row]:
            return text
        label = mended(str(self._inputs.labels[row]))
        if self._inputs.kinds[row] != "image":
            return label
        return image_name(self._inputs.images[row]) or tr("image {number}", number=label)

    def _bounds(self, rows: NDArray[np.bool_]) -> list[float]:
        """Left, bottom, right and top of its middle nine tenths."""
        points = self._points[rows & np.isfinite(self._points).all(axis=1)]
        if not len(points):
            return [float("nan")] * 4
        low, high = np.quantile(points, [0.05, 0.95], axis=0)
        return [float(low[0]), float(low[1]), float(high[0]), float(high[1])]


def carried(before: Labels, after: Labels, names: Mapping[int, str]) -> dict[int, str]:
    """The names of clusters that keep half of their rows, by their new numbers."""
    found: dict[int, str] = {}
    for number, name in names.items():
        rows = after[before == number]
        if len(rows):
            most, count = Counter(rows.tolist()).most_common(1)[0]
            if most >= 0 and count >= _STAYS * len(rows):
                found.setdefault(most, name)
    return found
