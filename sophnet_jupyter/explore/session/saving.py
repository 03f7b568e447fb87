"""An exploration as a table: with places, clusters, tags, and how it was made."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import SettingsError
from ...files.names import at_home
from ...files.saving import exported
from ...language import tr
from ..tables import DataTable
from .asking import Asking

MADE = "explored"


class Saving(Asking):
    """Take the result along."""

    def to_frame(self, vectors: bool = False) -> Any:
        """
        The rows as given, with ``x``, ``y``, ``cluster``, ``label``, and what was written to them.

        ``vectors=True`` adds the column ``vector``. Columns of the same names are replaced.
        """
        return self._table(vectors).native

    def to_parquet(self, path: str | Path, vectors: bool = True) -> Path:
        """
        Save rows, vectors, places, clusters, tags and how it was made; returns the path.

        ``client.explore(path)`` opens it again, ``like=path`` places other rows on its map. Raises
        `SettingsError` without what writes Parquet.
        """
        path = at_home(path)
        table = self._table(vectors)
        table = table.with_columns({MADE: [json.dumps(self.made)] * table.height})
        with exported(path) as part:
            table.to_parquet(part)
        return path

    @property
    def made(self) -> dict[str, Any]:
        """When and how it was made: what stands in files of it."""
        options = self.options
        return {
            "when": datetime.now(UTC).isoformat(timespec="seconds"),
            "rows": len(self),
            "model": options.model or self._model,
            "sandbox": self._sandbox,
            "dimensions": int(self._vectors.shape[1]),
            "projection": options.projection if isinstance(options.projection, str) else "own",
            "seed": options.seed,
            "center": options.center if isinstance(options.center, str) else None,
            "names": {str(number): name for number, name in self._names.items()},
        }

    def _table(self, vectors: bool) -> DataTable:
        if not np.isfinite(self._points).any():
            raise SettingsError(tr("There is no map yet: await exploration first."))
        labels = self.cluster_labels
        names = {number: self.cluster_name(number) for number in set(labels.tolist()) - {-1}}
        columns: dict[str, Any] = {
            "x": self._points[:, 0].astype(float),
            "y": self._points[:, 1].astype(float),
            "cluster": labels,
            "label": [names.get(number) for number in labels.tolist()],
            **self._columns,
        }
        if vectors:
            good = self._good
            columns["vector"] = [
                row.tolist() if here else None
                for row, here in zip(self._vectors, good, strict=True)
            ]
        return self._inputs.table.with_columns(columns)
