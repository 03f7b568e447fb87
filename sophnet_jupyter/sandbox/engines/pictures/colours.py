"""The main colours of a picture, by name."""

from __future__ import annotations

from io import BytesIO

from .. import engine

MOST_PIXELS = 40_000_000
MOST = 3
# A colour that covers less than this is not worth a word.
SMALLEST_SHARE = 0.08
NAMES = {
    "black": (15, 15, 15),
    "white": (248, 248, 248),
    "grey": (128, 128, 128),
    "red": (200, 40, 40),
    "orange": (235, 140, 40),
    "yellow": (240, 220, 70),
    "green": (60, 150, 70),
    "turquoise": (60, 180, 180),
    "blue": (50, 90, 190),
    "purple": (130, 70, 160),
    "pink": (240, 160, 190),
    "brown": (120, 80, 50),
    "beige": (225, 210, 180),
}
CHINESE = dict(
    zip(
        NAMES,
        (
            "黑色",
            "白色",
            "灰色",
            "红色",
            "橙色",
            "黄色",
            "绿色",
            "青色",
            "蓝色",
            "紫色",
            "粉色",
            "棕色",
            "米色",
        ),
        strict=True,
    )
)


def main_colours(data: bytes) -> list[str]:
    """At most three English names, the largest share first; none for what is no picture."""
    pillow = engine("PIL.Image", "pillow")
    try:
        image = pillow.open(BytesIO(data))
        if image.width * image.height > MOST_PIXELS:
            return []
        image = image.convert("RGB").resize((48, 48))
    except Exception:
        # Whatever a reader stumbles over, there is nothing to be told.
        return []
    shares: dict[str, float] = {}
    for count, colour in image.getcolors(48 * 48):
        name = min(NAMES, key=lambda known: _distance(NAMES[known], colour))
        shares[name] = shares.get(name, 0) + count / 48**2
    found = sorted(shares, key=lambda name: -shares[name])
    return [name for name in found if shares[name] >= SMALLEST_SHARE][:MOST]


def _distance(one: tuple[int, int, int], other: tuple[int, int, int]) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))
