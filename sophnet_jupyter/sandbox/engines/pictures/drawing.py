"""
Pictures for a prompt and a seed: a landscape in the colours that its words name.

The same prompt, seed and size always make the same picture; no two seeds make the same. The words
stand in it, and so does where it comes from.
"""

from __future__ import annotations

import colorsys
import math
from dataclasses import dataclass
from io import BytesIO
from random import Random
from typing import TYPE_CHECKING

from .. import engine
from .lettering import lettered

if TYPE_CHECKING:
    from PIL import Image
    from PIL.ImageDraw import ImageDraw

Colour = tuple[int, int, int]

# Shapes are drawn this much larger, since Pillow leaves their edges jagged.
FINER = 2
RIDGES = 5
# Pixels of a picture that was sent to be changed.
LARGEST_SOURCE = 40_000_000

# A word, in either language, to a hue in degrees.
HUES = {
    **dict.fromkeys(("red", "rose", "红", "枫", "火"), 356),
    **dict.fromkeys(("orange", "fox", "autumn", "sunset", "橙", "狐", "秋", "夕"), 22),
    **dict.fromkeys(("yellow", "gold", "desert", "sand", "黄", "金", "沙"), 44),
    **dict.fromkeys(("green", "forest", "grass", "tea", "绿", "森", "草", "竹", "茶"), 132),
    **dict.fromkeys(("sea", "ocean", "river", "lake", "海", "河", "湖"), 192),
    **dict.fromkeys(("blue", "sky", "snow", "ice", "蓝", "天", "雪", "冰"), 212),
    **dict.fromkeys(("purple", "lavender", "紫"), 272),
    **dict.fromkeys(("pink", "cherry", "blossom", "粉", "樱", "花"), 334),
}
NIGHT = ("night", "moon", "star", "dark", "夜", "月", "星")
SNOW = ("snow", "winter", "雪", "冬")


@dataclass(frozen=True, kw_only=True)
class Order:
    """What to draw; ``size`` in pixels, ``source`` an image to be edited."""

    prompt: str
    seed: int
    size: tuple[int, int]
    source: bytes = b""


def draw(order: Order, *, jpeg: bool = False) -> bytes:
    """Draw, and return a PNG or a JPEG: 0.3 s. Raises `Missing` without Pillow."""
    engine("PIL.Image", "Pillow")
    chance = Random(f"{order.seed} {order.prompt}")
    image = _changed(order, chance) if order.source else _landscape(order, chance)
    lettered(image, order.prompt, f"sandbox · seed {order.seed}", again=bool(order.source))
    file = BytesIO()
    if jpeg:
        image.save(file, "JPEG", quality=92)
    else:
        image.save(file, "PNG", compress_level=4)
    return file.getvalue()


def landscape(order: Order) -> Image.Image:
    """The same without words, for a video. Raises `Missing`."""
    engine("PIL.Image", "Pillow")
    return _landscape(order, Random(f"{order.seed} {order.prompt}"))


def readable(data: bytes) -> bool:
    """True for a picture that `draw` can change. Raises `Missing`."""
    pillow = engine("PIL.Image", "Pillow")
    try:
        with pillow.open(BytesIO(data)) as image:
            return bool(image.width * image.height <= LARGEST_SOURCE)
    except Exception:
        return False


def _landscape(order: Order, chance: Random) -> Image.Image:
    from PIL import Image, ImageDraw

    words = order.prompt.lower()
    night = any(word in words for word in NIGHT)
    hue = _hue(words, chance)
    width, height = (side * FINER for side in order.size)
    image = _sky(order.size, hue, night=night).resize((width, height), Image.Resampling.BILINEAR)
    pen = ImageDraw.Draw(image)
    if night:
        _dots(pen, (width, height * 6 // 10), chance, count=160, largest=3 * FINER)
    _disc(image, chance, night=night)
    for ridge in range(RIDGES):
        _ridge(pen, (width, height), chance, ridge, _shade(hue, ridge, night=night))
    if any(word in words for word in SNOW):
        _dots(pen, (width, height), chance, count=260, largest=5 * FINER)
    return image.reduce(FINER)


def _changed(order: Order, chance: Random) -> Image.Image:
    """The source image, cropped to size, in two colours."""
    from PIL import Image, ImageOps

    hue = _hue(order.prompt.lower(), chance)
    with Image.open(BytesIO(order.source)) as opened:
        fitted = ImageOps.fit(opened.convert("RGB"), order.size)
    grey = ImageOps.autocontrast(ImageOps.grayscale(fitted))
    toned = ImageOps.colorize(
        grey, black=_colour(hue, 0.6, 0.12), white=_colour(hue + 40, 0.5, 0.93)
    )
    return Image.blend(fitted, toned, 0.75)


def _hue(words: str, chance: Random) -> float:
    named = [hue for word, hue in HUES.items() if word in words]
    return (named[0] if named else chance.uniform(0, 360)) + chance.uniform(-12, 12)


def _sky(size: tuple[int, int], hue: float, *, night: bool) -> Image.Image:
    from PIL import Image, ImageOps

    grey = Image.linear_gradient("L").resize(size, Image.Resampling.BICUBIC)
    if night:
        return ImageOps.colorize(
            grey, black=_colour(228, 0.6, 0.08), white=_colour(hue, 0.45, 0.42)
        )
    return ImageOps.colorize(
        grey,
        black=_colour(hue + 165, 0.5, 0.72),
        mid=_colour(hue + 25, 0.75, 0.86),
        white=_colour(hue, 0.8, 0.8),
    )


def _disc(image: Image.Image, chance: Random, *, night: bool) -> None:
    """A sun or a moon, with its glow."""
    from PIL import Image, ImageDraw, ImageOps

    width, height = image.size
    radius = int(min(width, height) * chance.uniform(0.06, 0.11))
    x, y = int(width * chance.uniform(0.18, 0.82)), int(height * chance.uniform(0.2, 0.4))
    colour = (250, 246, 226) if night else (255, 247, 219)
    glow = ImageOps.invert(Image.radial_gradient("L")).resize((radius * 8, radius * 8))
    # The middle of a side is at 75, and there the glow has to be over.
    glow = glow.point([int((max(0, level - 75) / 180) ** 1.8 * 170) for level in range(256)])
    image.paste(Image.new("RGB", glow.size, colour), (x - radius * 4, y - radius * 4), glow)
    box = (x - radius, y - radius, x + radius, y + radius)
    ImageDraw.Draw(image).ellipse(box, fill=colour)


def _ridge(
    pen: ImageDraw, size: tuple[int, int], chance: Random, ridge: int, colour: Colour
) -> None:
    """One line of hills, each nearer one lower, rougher and darker."""
    width, height = size
    base = height * (0.5 + 0.095 * ridge)
    waves = [
        (chance.uniform(0.6, 1.5) * 2**octave, chance.uniform(0, math.tau), 0.075 / 1.9**octave)
        for octave in range(5)
    ]

    def top(x: int) -> float:
        return base + height * sum(
            high * math.sin(math.tau * often * x / width + shift) for often, shift, high in waves
        )

    line = [(x, top(x)) for x in range(0, width + 8, 8)]
    pen.polygon([(0, height), *line, (width, height)], fill=colour)


def _shade(hue: float, ridge: int, *, night: bool) -> Colour:
    near = ridge / (RIDGES - 1)
    light = 0.3 - 0.22 * near if night else 0.68 - 0.5 * near
    return _colour(hue + 8 * ridge, 0.32 + 0.2 * near, light)


def _dots(
    pen: ImageDraw, size: tuple[int, int], chance: Random, *, count: int, largest: int
) -> None:
    for _ in range(count):
        x, y = chance.uniform(0, size[0]), chance.uniform(0, size[1])
        radius = chance.uniform(1, largest)
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(250, 250, 252))


def _colour(hue: float, saturation: float, lightness: float) -> Colour:
    red, green, blue = colorsys.hls_to_rgb(hue % 360 / 360, lightness, saturation)
    return round(red * 255), round(green * 255), round(blue * 255)
