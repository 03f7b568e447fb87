"""A map as something to be drawn: places in pixels, colors, labels that do not overlap."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..kernels.arrays import Floats
from ..palettes import CATEGORIES, OTHER, rgb

# Pixels left free around the map.
_MARGIN = 24
_UNSELECTED, _FAINT = "#c9c9c9", "#606060"
# Cells a side of the grid by which rows are painted, and the share of its grid that is all there.
_CELLS, _INSIDE = 64, 0.001
# How far apart rows of the table are painted one after the other.
_STRIDE = 0.618


@dataclass(frozen=True, slots=True, kw_only=True)
class MapLabel:
    """A name at a place in pixels, the middle of its text."""

    text: str
    x: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """
    ``x`` and ``y`` in pixels from the upper left, ``colors`` (n, 3) of each row that has a place.

    ``rows`` are their positions, in the order in which they are drawn.
    """

    width: int
    height: int
    rows: NDArray[np.int64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    colors: NDArray[np.uint8]
    radius: float
    labels: tuple[MapLabel, ...]
    legend: tuple[tuple[str, str, int], ...]
    title: str


def scene(
    exploration: Any, *, width: int = 900, height: int = 0, labels: bool = True, dark: bool = False
) -> Scene:
    """
    The map of an exploration, with its colors, its selection and its clusters' names.

    Places, colors and the order of painting are those of the panel (`widgets/explorer/draw.js`).
    """
    height = height or round(width * 0.6)
    points = exploration.map
    rows = _painted(points, exploration.selected_positions)
    x, y = _fitted(points[rows], width, height)
    colors = _colors(exploration, _FAINT if dark else _UNSELECTED)[rows]
    named = _labels(exploration, rows, x, y) if labels and len(rows) else ()
    coloring = exploration.coloring
    return Scene(
        width=width,
        height=height,
        rows=rows,
        x=x,
        y=y,
        colors=colors,
        radius=float(np.clip(40 / max(1, len(rows)) ** 0.38, 1.2, 5)),
        labels=_apart(named, width, height),
        legend=coloring.categories,
        title=coloring.title,
    )


def _painted(points: Floats, selected: NDArray[np.int64]) -> NDArray[np.int64]:
    """The rows that have a place, in the order in which they are painted: what is selected last."""
    total = len(points)
    stride = max(1, int(total * _STRIDE))
    while math.gcd(stride, total) > 1:
        stride += 1
    rows = np.arange(total) * stride % max(1, total)
    rows = rows[np.isfinite(points[rows]).all(axis=1)]
    if not len(rows):
        return rows
    places = points[rows].astype(np.float64)
    low, extent = places.min(axis=0), np.ptp(places, axis=0)
    grid = (_CELLS - _INSIDE) / np.where(extent == 0, 1, extent)
    across, up = np.floor((places - low) * grid).astype(np.int64).T
    rows = rows[np.argsort(up * _CELLS + across, kind="stable")]
    last = np.isin(rows, selected)
    return np.concatenate([rows[~last], rows[last]])


def _fitted(
    points: Floats, width: int, height: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if not len(points):
        return np.empty(0), np.empty(0)
    points = points.astype(np.float64)
    low, high = points.min(axis=0), points.max(axis=0)
    extent = np.maximum(high - low, 1e-6)
    scale = min((width - 2 * _MARGIN) / extent[0], (height - 2 * _MARGIN) / extent[1])
    middle = (low + high) / 2
    x = (points[:, 0] - middle[0]) * scale + width / 2
    y = height / 2 - (points[:, 1] - middle[1]) * scale
    return x, y


def _colors(exploration: Any, unselected: str) -> NDArray[np.uint8]:
    coloring, count = exploration.coloring, len(exploration)
    if coloring.codes is not None:
        table = [rgb(color) for _, color, _ in coloring.categories] + [rgb(OTHER)]
        colors = np.array(table, np.uint8)[coloring.codes]
    elif coloring.values is not None:
        colors = ramp(coloring.values, coloring.ramp)
    else:
        colors = np.tile(np.array(rgb(CATEGORIES[0]), np.uint8), (count, 1))
    selected = exploration.selected_positions
    if len(selected):
        gray = np.ones(count, np.bool_)
        gray[selected] = False
        colors = colors.copy()
        colors[gray] = rgb(unselected)
    found: NDArray[np.uint8] = colors
    return found


def ramp(values: Floats, colors: Sequence[str]) -> NDArray[np.uint8]:
    """Numbers as colors from their second to their ninety-eighth hundredth; NaN is gray."""
    known = values[np.isfinite(values)]
    table = np.array([rgb(color) for color in colors], np.float32)
    if not len(known):
        return np.tile(np.array(rgb(OTHER), np.uint8), (len(values), 1))
    low, high = np.quantile(known, [0.02, 0.98])
    place = np.nan_to_num((values - low) / max(high - low, 1e-9)).clip(0, 1) * (len(table) - 1)
    first = place.astype(int).clip(0, len(table) - 2)
    share = (place - first)[:, None]
    mixed = table[first] * (1 - share) + table[first + 1] * share
    mixed[~np.isfinite(values)] = rgb(OTHER)
    found: NDArray[np.uint8] = mixed.astype(np.uint8)
    return found


def _labels(exploration: Any, rows: Any, x: Any, y: Any) -> list[MapLabel]:
    labels = exploration.cluster_labels[rows]
    found = []
    for number in range(int(labels.max(initial=-1)) + 1):
        here = labels == number
        if here.sum() >= 3:
            text = exploration.cluster_name(number)
            found.append(
                MapLabel(text=text, x=float(np.median(x[here])), y=float(np.median(y[here])))
            )
    return found


def _apart(labels: Sequence[MapLabel], width: int, height: int) -> tuple[MapLabel, ...]:
    """Those of larger clusters first; what would cover another one is left out."""
    taken: list[tuple[float, float, float, float]] = []
    found = []
    for label in labels:
        half = 3.6 * sum(1 if each.isascii() else 1.8 for each in label.text) + 4
        x = float(np.clip(label.x, half, max(half, width - half)))
        box = (x - half, label.y - 9, x + half, label.y + 9)
        if not any(_overlap(box, other) for other in taken):
            taken.append(box)
            found.append(MapLabel(text=label.text, x=x, y=float(np.clip(label.y, 10, height - 10))))
    return tuple(found)


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
