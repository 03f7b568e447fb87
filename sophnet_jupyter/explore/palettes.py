"""Colors that people with any color vision tell apart, on light and dark pages."""

from __future__ import annotations

import re

_COLOR = re.compile("#[0-9a-fA-F]{6}")

# Okabe and Ito's eight, then darker and lighter ones of the same hues.
CATEGORIES = (
    "#0072b2 #e69f00 #009e73 #cc79a7 #d55e00 #56b4e9 #b8a800 #8c6bb1 #4d9221 #a6761d "
    "#1b6ca8 #f4b942 #35b597 #b05a8c #a34400 #7fc4ea #8a7d00 #6a51a3 #7fbc41"
).split()
OTHER = "#9a9a9a"
# Of more categories the largest are shown, and the rest as one.
MOST = len(CATEGORIES)
# Viridis, from low to high.
NUMBERS = "#440154 #472d7b #3b528b #2c728e #21918c #28ae80 #5ec962 #addc30 #fde725".split()


def is_color(given: object) -> bool:
    """Whether it is a color as ``#rrggbb``."""
    return isinstance(given, str) and _COLOR.fullmatch(given) is not None


def rgb(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
