"""A map as SVG: points as paths by color, labels as text that stays text."""

from __future__ import annotations

from collections import defaultdict
from html import escape

from .scene import Scene

_FONT = "system-ui, 'Noto Sans', 'PingFang SC', 'Microsoft YaHei', sans-serif"


def svg(scene: Scene, *, dark: bool = False) -> str:
    """The picture; 10,000 rows take some 200 kB."""
    ink, ground = ("#f2f2f2", "#111111") if dark else ("#1a1a1a", "#ffffff")
    size = f'width="{scene.width}" height="{scene.height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}'
        f' viewBox="0 0 {scene.width} {scene.height}" role="img">',
        f'<rect {size} fill="{ground}"/>',
    ]
    by_color: defaultdict[str, list[str]] = defaultdict(list)
    for x, y, (red, green, blue) in zip(scene.x, scene.y, scene.colors, strict=True):
        by_color[f"#{red:02x}{green:02x}{blue:02x}"].append(f"M{x:.1f} {y:.1f}h0")
    width = f"{2 * scene.radius:.1f}"
    parts += [
        f'<path d="{"".join(places)}" stroke="{color}" stroke-width="{width}"'
        ' stroke-linecap="round" stroke-opacity="0.75" fill="none"/>'
        for color, places in by_color.items()
    ]
    parts += [
        f'<text x="{label.x:.1f}" y="{label.y:.1f}" text-anchor="middle" font-size="12"'
        f' font-family="{_FONT}" fill="{ink}" stroke="{ground}" stroke-width="3"'
        f' paint-order="stroke">{escape(_clean(label.text))}</text>'
        for label in scene.labels
    ]
    return "\n".join([*parts, "</svg>\n"])


def _clean(text: str) -> str:
    """Without characters that XML has no place for."""
    return "".join(each for each in text if each >= " " or each in "\t\n")
