"""Rows that are meant: a selection with undo, a highlight, and where to look."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import SettingsError
from ...language import tr
from ..tables import is_series, is_table, mask_by, series_values
from .running import Working

Positions = NDArray[np.int64]

# Selections that can be taken back.
_UNDO = 50


class Selecting(Working):
    """Which rows are selected."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._selection: Positions = np.empty(0, np.int64)
        self._before: list[Positions] = []
        # Positions of the rows of frames that were handed out.
        self._handed: dict[int, tuple[Any, Positions]] = {}

    @property
    def selected(self) -> Any:
        """The selected rows, as they were given."""
        return self._rows_frame(self._selection)

    @property
    def selected_index(self) -> list[Any]:
        """The labels of the selected rows; their positions where there is no index."""
        return [self._inputs.labels[row] for row in self._selection]

    @property
    def selected_positions(self) -> Positions:
        """Where the selected rows stand, from 0."""
        return self._selection.copy()

    def select(
        self, rows: Any = None, add: bool = False, remove: bool = False, *, at: Any = None
    ) -> None:
        """
        Select rows: a mask, index labels, a predicate, a Series, or rows that were found.

        Integers are labels where the index holds integers, else positions; ``at`` are positions
        always. ``add`` and ``remove`` change what is selected. Raises `SettingsError`.
        """
        chosen = self.positions(rows, at=at)
        with self._lock:
            if add:
                chosen = np.union1d(self._selection, chosen)
            elif remove:
                chosen = np.setdiff1d(self._selection, chosen)
            self._set_selection(chosen)

    def clear(self) -> None:
        """Select nothing."""
        self._set_selection(np.empty(0, np.int64))

    def undo(self) -> None:
        """Take the last change of the selection back."""
        with self._lock:
            if self._before:
                self._selection = self._before.pop()
        self._tell_selection()

    def highlight(self, rows: Any = None, *, at: Any = None) -> None:
        """Mark rows without selecting them; None marks none."""
        none = rows is None and at is None
        self._tell("highlight", np.empty(0, np.int64) if none else self.positions(rows, at=at))

    def zoom(self, rows: Any = None, *, at: Any = None) -> None:
        """Show these rows as large as they fit; None shows all."""
        everything = rows is None and at is None
        self._tell("zoom", None if everything else self.positions(rows, at=at))

    def on_select(self, function: Callable[[Any], Any]) -> Callable[[], None]:
        """Have ``function(frame)`` called with the selected rows; returns what takes it back."""
        return self._on_select.add(function)

    def on_hover(self, function: Callable[[Any], Any]) -> Callable[[], None]:
        """Have ``function(row)`` called with the label below the pointer, None without one."""
        return self._on_hover.add(function)

    def hovered(self, position: int | None) -> None:
        """Tell who listens what is below the pointer. For panels."""
        self._on_hover.tell(None if position is None else self._inputs.labels[position])

    def positions(self, rows: Any = None, *, at: Any = None) -> Positions:
        """Where rows stand that are named as for `select`. Raises `SettingsError`."""
        count = len(self)
        if at is not None:
            return _within(at, count)
        if rows is None:
            return self._selection.copy()
        if callable(rows):
            rows = mask_by(rows, self._inputs.table)
        if is_table(rows):
            return self._of_frame(rows)
        values = series_values(rows) if is_series(rows) else _listed(rows)
        if len(values) == count and all(isinstance(each, bool | np.bool_) for each in values):
            return np.flatnonzero(np.asarray(values, np.bool_))
        if values and isinstance(values[0], bool | np.bool_):
            raise SettingsError(
                tr("A mask of {count:,} is not for {rows:,} rows.", count=len(values), rows=count)
            )
        return self._labelled(values)

    def order_of(self, frame: Any) -> Positions:
        """Where the rows of a frame stand that was handed out, in the order of the frame."""
        handed = self._handed.get(id(frame))
        return self.positions(frame) if handed is None else handed[1].copy()

    def _labelled(self, labels: list[Any]) -> Positions:
        where = self._places_of_labels()
        found: list[int] = []
        for label in labels:
            key = label.item() if isinstance(label, np.generic) else label
            try:
                places = where.get(key)
            except TypeError:
                places = None
            if places is None and not self._has_integers and isinstance(key, int):
                places = [key] if 0 <= key < len(self) else None
            if places is None:
                raise SettingsError(
                    tr("There is no row {label!r:.80}. at=… names rows by position.", label=label)
                )
            found += places
        return np.unique(np.asarray(found, np.int64))

    def _places_of_labels(self) -> Mapping[Any, list[int]]:
        def made_now() -> dict[Any, list[int]]:
            where: dict[Any, list[int]] = {}
            for place, label in enumerate(self._inputs.labels):
                where.setdefault(label, []).append(place)
            return where

        return self._once("places", made_now)  # type: ignore[no-any-return]

    @property
    def _has_integers(self) -> bool:
        labels = self._inputs.labels
        return bool(labels) and isinstance(labels[0], int | np.integer)

    def _of_frame(self, frame: Any) -> Positions:
        handed = self._handed.get(id(frame))
        if handed is not None and handed[0] is frame:
            return handed[1].copy()
        if hasattr(frame, "index") and not callable(frame.index):
            return self._labelled(list(frame.index))
        raise SettingsError(
            tr(
                "These rows have no index: pass a mask, at=[positions], or rows that were "
                "found here."
            )
        )

    def _set_selection(self, rows: Positions) -> None:
        with self._lock:
            self._before = [*self._before[-_UNDO:], self._selection]
            self._selection = np.unique(rows)
        self._tell_selection()

    def _tell_selection(self) -> None:
        self._tell("selection", self._selection.copy())
        self._on_select.tell(self.selected)

    def _rows_frame(self, rows: Iterable[int], more: Mapping[str, Any] | None = None) -> Any:
        """Rows as a frame, with more columns; remembered, so that it can be selected."""
        rows = np.asarray(list(rows), np.int64)
        table = self._inputs.table.rows(rows)
        native = (table.with_columns(more) if more else table).native
        self._handed[id(native)] = (native, rows)
        while len(self._handed) > _UNDO:
            self._handed.pop(next(iter(self._handed)))
        return native


def _listed(rows: Any) -> list[Any]:
    if isinstance(rows, str | bytes) or not hasattr(rows, "__iter__"):
        return [rows]
    return rows.tolist() if hasattr(rows, "tolist") else list(rows)


def _within(at: Any, count: int) -> Positions:
    given = np.atleast_1d(np.asarray(at))
    if given.dtype.kind not in "iuf" or given.ndim > 1 or (given % 1).any():
        raise SettingsError(tr("at is whole numbers, positions of rows, not {at!r:.80}.", at=at))
    rows = given.astype(np.int64)
    rows = np.where(rows < 0, rows + count, rows)
    if len(rows) and (rows.min() < 0 or rows.max() >= count):
        raise SettingsError(
            tr("There are {count:,} rows, at positions 0 to {last:,}.", count=count, last=count - 1)
        )
    return np.unique(rows)
