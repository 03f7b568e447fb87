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
from ..captions import caption
from ..kernels.arrays import Floats
from ..kernels.groups import is_none
from ..palettes import CATEGORIES, MOST, NUMBERS, OTHER, is_color
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
        _check_palette(palette)
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
        """
        Draw rows larger by a column or an array of numbers, by ``"trust"``, or by the size of their
        ``"cluster"``; None draws all alike. Raises `SettingsError`.
        """
        self._sizes = None if by is None else _numbers(self._sizes_by(by))
        self._tell("size", self._sizes)

    @property
    def sizes(self) -> Floats | None:
        """The numbers that sizes stand for, (n,)."""
        return self._sizes

    def _sizes_by(self, by: Any) -> list[Any]:
        values = self._values(by)
        if isinstance(by, str) and by == "cluster" and not self._inputs.table.has(by):
            counts = Counter(values)
            return [None if name is None else counts[name] for name in values]
        return values

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
        values = self._values(by)
        title = caption(by if isinstance(by, str) else getattr(by, "name", None) or "")
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
        categories = [
            (caption(name), self._color_of(name, at), n) for at, (name, n) in enumerate(shown)
        ]
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
        return self._inputs.table.values(by)

    def _own_values(self, by: str) -> list[Any]:
        return list(self._inputs.kinds) if by == "kind" else self.quality.per_row.tolist()


def _is_number(value: Any) -> bool:
    return is_none(value) or (isinstance(value, int | float) and not isinstance(value, bool))


def _numbers(values: Sequence[Any]) -> Floats:
    if not all(_is_number(value) for value in values):
        raise SettingsError(tr("These are no numbers."))
    found = np.asarray([np.nan if is_none(value) else float(value) for value in values])
    # What is infinite, or longer than any float, stands nowhere on a ramp.
    found[np.abs(found) > np.finfo(np.float32).max] = np.nan
    return found.astype(np.float32)


def _check_palette(palette: Any) -> None:
    colors = palette.values() if isinstance(palette, Mapping) else palette
    listed = isinstance(palette, Mapping | list | tuple) and len(palette) > 0
    if palette is not None and not (listed and all(map(is_color, colors))):
        raise SettingsError(
            tr(
                "palette is a list of colors such as {example}, or a dict from names to them, not "
                "{palette!r:.80}.",
                example=CATEGORIES[0],
                palette=palette,
            )
        )
