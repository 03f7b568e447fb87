"""What colors and sizes of points mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import SettingsError
from ...language import tr
from ..kernels.arrays import Floats
from ..kernels.groups import is_none
from ..palettes import CATEGORIES, MOST, NUMBERS, OTHER
from ..tables import is_series, series_values
from .searching import Searching

# Numbers of so few values that they are years or ratings, and are still numbers.
BY = ("cluster", "trust", "kind")


@dataclass(frozen=True, slots=True, kw_only=True)
class Coloring:
    """
    How the rows are colored. ``categories`` are names with their color, in the order of the legend,
    and ``codes`` (n,) their numbers, -1 for none; or ``values`` (n,) are numbers on ``ramp``.
    """

    title: str = ""
    categories: tuple[tuple[str, str, int], ...] = ()
    codes: NDArray[np.int32] | None = None
    values: Floats | None = None
    ramp: tuple[str, ...] = tuple(NUMBERS)


class Colored(Searching):
    """Color and size."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._color_by: Any = self.options.color
        self._palette: Any = None
        self._sizes: Floats | None = None

    def color(self, by: Any, palette: Any = None) -> None:
        """
        Color the rows by a column, an array, ``"cluster"``, ``"trust"``, or not at all (None).

        ``palette`` are colors as ``#rrggbb``: a list, or by the names of categories. Of more than
        20 categories the 19 largest are told apart. Raises `SettingsError`.
        """
        before = (self._color_by, self._palette)
        self._color_by, self._palette = by, palette
        self._forget("coloring")
        try:
            self._check_color(by)
        except SettingsError:
            self._color_by, self._palette = before
            raise
        self._tell("color", by)

    def size(self, by: Any) -> None:
        """Draw rows larger by a column or an array of numbers; None draws all alike."""
        self._sizes = None if by is None else _numbers(self._values(by))
        self._tell("size", self._sizes)

    @property
    def sizes(self) -> Floats | None:
        """The numbers that sizes stand for, (n,)."""
        return self._sizes

    @property
    def coloring(self) -> Coloring:
        """How the rows are colored now. Blocking where clusters have to be found first."""
        return self._once("coloring", self._colored)  # type: ignore[no-any-return]

    def _check_color(self, by: Any) -> None:
        if by is not None and not (isinstance(by, str) and by in BY):
            self._values(by)

    def _colored(self) -> Coloring:
        by = self._color_by
        if by is None:
            return Coloring()
        if isinstance(by, str) and by == "trust" and by not in self._inputs.table.columns:
            return Coloring(title="trust", values=self.quality.per_row)
        values = self._values(by)
        title = str(by) if isinstance(by, str) else str(getattr(by, "name", None) or "")
        if all(_is_number(value) for value in values):
            ramp = tuple(self._palette) if isinstance(self._palette, list | tuple) else NUMBERS
            return Coloring(title=title, values=_numbers(values), ramp=tuple(ramp))
        return self._by_category(title, values)

    def _by_category(self, title: str, values: Sequence[Any]) -> Coloring:
        names = [None if is_none(value) else str(value) for value in values]
        counts = Counter(name for name in names if name is not None)
        ordered = counts.most_common()
        shown = ordered if len(ordered) <= MOST + 1 else ordered[:MOST]
        number = {name: place for place, (name, _) in enumerate(shown)}
        categories = [(name, self._color_of(name, at), n) for at, (name, n) in enumerate(shown)]
        if rest := sum(counts.values()) - sum(n for _, n in shown):
            categories.append(("other", OTHER, rest))
        codes = [-1 if name is None else number.get(name, len(shown)) for name in names]
        return Coloring(
            title=title, categories=tuple(categories), codes=np.asarray(codes, np.int32)
        )

    def _color_of(self, name: str, place: int) -> str:
        palette = self._palette
        if isinstance(palette, Mapping) and name in palette:
            return str(palette[name])
        if isinstance(palette, list | tuple) and palette:
            return str(palette[place % len(palette)])
        return CATEGORIES[place % len(CATEGORIES)]

    def _values(self, by: Any) -> list[Any]:
        """A value for each row. Raises `SettingsError`."""
        if isinstance(by, str) and by not in self._inputs.table.columns and by in BY:
            return self._own_values(by)
        if isinstance(by, str) and by in self._columns:
            return list(self._columns[by])
        if is_series(by):
            values = series_values(by)
        elif isinstance(by, np.ndarray | list | tuple) and len(by) == len(self):
            values = by.tolist() if isinstance(by, np.ndarray) else list(by)
        else:
            values = self._inputs.table.column(by)
        if len(values) != len(self):
            raise SettingsError(
                tr("{count:,} values are not for {rows:,} rows.", count=len(values), rows=len(self))
            )
        return values

    def _own_values(self, by: str) -> list[Any]:
        return list(self._inputs.kinds) if by == "kind" else [None] * len(self)


def _is_number(value: Any) -> bool:
    return is_none(value) or (isinstance(value, int | float) and not isinstance(value, bool))


def _numbers(values: Sequence[Any]) -> Floats:
    if not all(_is_number(value) for value in values):
        raise SettingsError(tr("These are no numbers."))
    return np.asarray([np.nan if is_none(value) else value for value in values], np.float32)
