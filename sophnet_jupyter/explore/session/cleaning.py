"""What does not belong: rows twice, rows alone, rows with the label of others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...errors import SettingsError
from ...language import tr
from ...options.arguments import number, whole
from ..kernels import arrays, hygiene
from ..kernels.arrays import matrix, unit
from ..kernels.groups import is_none
from .clustering import Clustered


class Cleaning(Clustered):
    """Each gives the rows, worst first, and selects them; `undo` takes the selection back."""

    def duplicates(self, at_least: float = 0.97) -> Any:
        """
        Rows that are like an earlier one: of each group all but the first.

        ``at_least`` is the cosine from which two rows are like each other; what is like a like one
        belongs to the group. Columns: ``similarity`` to the one that is kept, ``kept`` its label,
        ``group``.
        """
        at_least = number("at_least", at_least, -1, 1) or 0.0
        # As the model has them: without what groups have in common, twins are less alike.
        group, first, scores = hygiene.duplicates(unit(self._vectors), at_least, self._near[0])
        rows = np.flatnonzero((first >= 0) & (first != np.arange(len(first))))
        rows = rows[np.argsort(-scores[rows], kind="stable")]
        more = {
            "similarity": scores[rows].astype(float),
            "kept": [self._inputs.labels[each] for each in first[rows]],
            "group": group[rows],
        }
        return self._handed_out(rows, more)

    def outliers(self, n: int = 20) -> Any:
        """The ``n`` rows furthest from their neighbors, with ``distance``; twins count for none."""
        n = whole("n", n, least=1) or len(self)
        distance = hygiene.loneliness(self._near[1])
        rows = np.argsort(-np.where(np.isfinite(distance), distance, -1), kind="stable")[:n]
        rows = rows[np.isfinite(distance[rows])]
        return self._handed_out(rows, {"distance": distance[rows].astype(float)})

    def mislabeled(self, column: Any) -> Any:
        """
        Rows whose neighbors have another label, with ``suggested`` and ``share``, surest first.

        Raises `SettingsError` for a column that is not there.
        """
        values = [None if is_none(each) else each for each in self._values(column)]
        rows, suggested, share = hygiene.outvoted(values, *self._near)
        more = {"suggested": [values[each] for each in suggested], "share": share.astype(float)}
        return self._handed_out(rows, more)

    def near_misses(self, other: Any, at_least: float = 0.9) -> Any:
        """
        Rows that stand in another table too, or nearly: leaks between training and test.

        ``other`` is an exploration, or an array of vectors of the same model. Columns:
        ``similarity`` and ``other``, the label there. Raises `SettingsError`.
        """
        at_least = number("at_least", at_least, -1, 1) or 0.0
        theirs, labels = _of_other(other)
        if theirs.shape[1] != self._vectors.shape[1]:
            raise SettingsError(
                tr(
                    "The other vectors have {theirs} dimensions, and these {ours}: embed both "
                    "with one model.",
                    theirs=theirs.shape[1],
                    ours=self._vectors.shape[1],
                )
            )
        place, scores = hygiene.best_matches(unit(self._vectors), unit(theirs))
        rows = np.flatnonzero(scores >= at_least)
        rows = rows[np.argsort(-scores[rows], kind="stable")]
        more = {
            "similarity": scores[rows].astype(float),
            "other": [labels[each] for each in place[rows]],
        }
        return self._handed_out(rows, more)

    def _handed_out(self, rows: Any, more: dict[str, Any]) -> Any:
        self.select(at=rows)
        return self._rows_frame(rows, more)


def _of_other(other: Any) -> tuple[Any, Sequence[Any]]:
    if isinstance(other, Clustered):
        vectors, labels = other._vectors, other._inputs.labels
    else:
        vectors = matrix(getattr(other, "vectors", other))
        labels = list(range(len(vectors)))
    good = np.flatnonzero(arrays.whole(vectors)) if vectors.shape[1] else np.empty(0, int)
    return vectors[good], [labels[row] for row in good]
