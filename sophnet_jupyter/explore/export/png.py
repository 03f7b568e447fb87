"""A map as PNG, by Pillow alone: discs, or where they cover each other their density."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from functools import lru_cache
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .scene import Scene

# As the panel draws: rows for each pixel, and rows, from which their density is drawn; the tone of
# a single row there; how opaque a disc is.
_CROWDED, _MANY, _FEWEST, _OPAQUE = 0.12, 60_000, 0.25, 0.85
# Discs upon each other that are seen through those above.
_LAYERS = 64
GROUND = {False: (255, 255, 255), True: (17, 17, 17)}
# Fonts with many scripts first; Pillow looks for them where the system has its fonts.
_FONTS = """
NotoSansCJK-Regular.ttc NotoSansCJKsc-Regular.otf NotoSansSC-Regular.otf SourceHanSansSC-Regular.otf
wqy-microhei.ttc wqy-zenhei.ttc DroidSansFallbackFull.ttf PingFang.ttc STHeiti Light.ttc msyh.ttc
simhei.ttf Arial Unicode.ttf DejaVuSans.ttf NotoSans-Regular.ttf LiberationSans-Regular.ttf
""".split()
_SECONDS = 3


def png(scene: Scene, *, dark: bool = False, scale: int = 1) -> tuple[bytes, list[str]]:
    """
    The picture, and the labels that no font here has letters for: they are left out.

    At most some 300 kB at ``scale`` 1; 2 is for screens of high density.
    """
    from PIL import Image

    image = Image.fromarray(pixels(scene, dark=dark, scale=scale))
    missing = _write_labels(image, scene, dark, scale)
    few = image.quantize(256, dither=Image.Dither.NONE)
    out = BytesIO()
    few.save(out, "PNG", optimize=True)
    return out.getvalue(), missing


def pixels(scene: Scene, *, dark: bool = False, scale: int = 1) -> NDArray[np.uint8]:
    """The rows as (height, width, 3), in the pixels that the panel paints (`draw.js`)."""
    ground = np.array(GROUND[dark], np.float64)
    room, rows = scene.width * scene.height * scale**2, len(scene.rows)
    crowded = rows > _CROWDED * room or rows > _MANY
    return (_density if crowded else _discs)(scene, ground, scale)


def _discs(scene: Scene, ground: NDArray[np.float64], scale: int) -> NDArray[np.uint8]:
    width, height = scene.width * scale, scene.height * scale
    across, down, share = _stamp(scene.radius * scale)
    columns = np.floor(scene.x * scale).astype(np.int64)[:, None] + across
    lines = np.floor(scene.y * scale).astype(np.int64)[:, None] + down
    place = (lines * width + columns).ravel()
    # Disc after disc: of each pixel the layers, the last one on top.
    order = np.argsort(place, kind="stable")
    place = place[order]
    ends = np.flatnonzero(np.append(np.diff(place) != 0, len(place) > 0))
    above = np.repeat(ends, np.diff(ends, prepend=-1)) - np.arange(len(place))
    found = np.empty((height * width, 3), np.int64)
    found[:] = ground
    seen = np.flatnonzero(above < _LAYERS)
    seen = seen[np.argsort(-above[seen], kind="stable")]
    starts = np.flatnonzero(np.diff(above[seen], prepend=-1))
    for layer in np.split(seen, starts[1:]):
        row, part = np.divmod(order[layer], len(share))
        covered = share[part][:, None]
        before = found[place[layer]] * (256 - covered)
        found[place[layer]] = (before + scene.colors[row] * covered) >> 8
    return found.astype(np.uint8).reshape(height, width, 3)


def _stamp(radius: float) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """The pixels of a disc: how far from its middle, and how much of each is covered, of 256."""
    reach = int(np.ceil(radius))
    side = np.arange(-reach, reach + 1)
    sixteenths = (np.arange(4) - 1.5) / 4
    x = side[None, :, None, None] + sixteenths
    y = side[:, None, None, None] + sixteenths[:, None]
    covered = (x * x + y * y <= radius * radius).sum(axis=(2, 3))
    down, across = np.nonzero(covered)
    share = np.round(covered[down, across] / 16 * _OPAQUE * 256).astype(np.int64)
    return across - reach, down - reach, share


def _density(scene: Scene, ground: NDArray[np.float64], scale: int) -> NDArray[np.uint8]:
    """Rows counted and their colors summed per pixel, light where there are few."""
    width, height = scene.width * scale, scene.height * scale
    place = np.floor(scene.y * scale).astype(np.int64) * width
    place += np.floor(scene.x * scale).astype(np.int64)
    count = np.bincount(place, minlength=width * height)
    tone = _FEWEST + (1 - _FEWEST) * np.log1p(count) / np.log1p(max(1, count.max(initial=1)))
    tone[count == 0] = 0
    found = np.empty((width * height, 3))
    for channel in range(3):
        total = np.bincount(place, scene.colors[:, channel], minlength=width * height)
        found[:, channel] = total / np.maximum(count, 1) * tone + ground[channel] * (1 - tone)
    return (found + 0.5).astype(np.uint8).reshape(height, width, 3)


def _write_labels(image: Any, scene: Scene, dark: bool, scale: int) -> list[str]:
    from PIL import ImageDraw

    ink, halo = ("#f2f2f2", "#111111") if dark else ("#1a1a1a", "#ffffff")
    draw, missing = ImageDraw.Draw(image), []
    for label in scene.labels:
        font = font_for(label.text, 12 * scale)
        if font is None:
            missing.append(label.text)
            continue
        place = (label.x * scale, label.y * scale)
        draw.text(
            place, label.text, ink, font=font, anchor="mm", stroke_width=2 * scale, stroke_fill=halo
        )
    return missing


def font_for(text: str, size: int) -> Any:
    """A font that has all letters of a text; None where there is none: never boxes."""
    for font in _fonts(size):
        if _has(font, text):
            return font
    return None


@lru_cache(8)
def _fonts(size: int) -> tuple[Any, ...]:
    from PIL import ImageFont

    found = []
    for name in [*_FONTS, *_by_fontconfig()]:
        try:
            found.append(ImageFont.truetype(name, size))
        except OSError:
            continue
    return (*found, ImageFont.load_default(size))


def _by_fontconfig() -> Iterable[str]:
    """The files that the system would take for Chinese and for Latin, where it has fontconfig."""
    program = shutil.which("fc-match")
    for language in ("zh", "en") if program else ():
        command = [str(program), "-f", "%{file}", f":lang={language}"]
        try:
            done = subprocess.run(  # noqa: S603 - no input of anybody
                command, capture_output=True, timeout=_SECONDS, check=True, text=True
            )
        except (OSError, subprocess.SubprocessError):
            return
        yield done.stdout.strip()


@lru_cache(4096)
def _has_letter(font: Any, letter: str) -> bool:
    # What a font has no letter for, it draws like a character that nobody assigned.
    none = bytes(font.getmask("\U0010fffd"))
    mask = font.getmask(letter)
    return letter.isspace() or (bytes(mask) != none and mask.getbbox() is not None)


def _has(font: Any, text: str) -> bool:
    return all(_has_letter(font, letter) for letter in set(text))
