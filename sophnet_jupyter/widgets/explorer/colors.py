"""The colors of a map as a browser takes them: a number of each row into a list of colors."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...explore.export.scene import ramp
from ...explore.palettes import CATEGORIES, OTHER
from ...explore.session.coloring import Coloring


def colors_of(
    coloring: Coloring, count: int
) -> tuple[NDArray[np.uint8], list[str], list[dict[str, Any]], str]:
    """The numbers, the colors, the entries of the legend, and its title."""
    if coloring.codes is not None:
        palette = [color for _, color, _ in coloring.categories] + [OTHER]
        codes = np.where(coloring.codes < 0, len(palette) - 1, coloring.codes).astype(np.uint8)
        legend: list[dict[str, Any]] = [
            {"name": name, "color": color, "count": rows}
            for name, color, rows in coloring.categories
        ]
        return codes, palette, legend, coloring.title
    if coloring.values is not None:
        codes, palette = _steps(coloring.values, coloring.ramp)
        known = coloring.values[np.isfinite(coloring.values)]
        marks: Any = np.quantile(known, [0.02, 0.5, 0.98]) if len(known) else []
        ends = (palette[0], palette[127], palette[254])
        legend = [
            {"name": f"{value:z.4g}", "color": color, "count": None}
            for value, color in zip(marks, ends, strict=False)
        ]
        return codes, palette, legend, coloring.title
    return np.zeros(count, np.uint8), [CATEGORIES[0]], [], ""


def _steps(values: Any, colors: Any) -> tuple[NDArray[np.uint8], list[str]]:
    """Numbers in 255 steps of a ramp, and one more color for those that are none."""
    known = values[np.isfinite(values)]
    low, high = np.quantile(known, [0.02, 0.98]) if len(known) else (0, 1)
    steps = np.nan_to_num((values - low) / max(high - low, 1e-9)).clip(0, 1) * 254
    codes = np.where(np.isfinite(values), steps, 255).astype(np.uint8)
    table = ramp(np.linspace(-0.02, 1.02, 255, dtype=np.float32), colors)
    return codes, [f"#{r:02x}{g:02x}{b:02x}" for r, g, b in table] + [OTHER]
