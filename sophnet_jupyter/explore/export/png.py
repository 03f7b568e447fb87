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

from .scene import DISCS, Scene

# Pixels are drawn finer, and made smooth by averaging.
_FINER = 2
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

    ground = (17, 17, 17) if dark else (255, 255, 255)
    draw = _discs if len(scene.rows) <= DISCS else _density
    image = Image.fromarray(draw(scene, np.array(ground, np.uint8), scale))
    missing = _write_labels(image, scene, dark, scale)
    few = image.quantize(256, dither=Image.Dither.NONE)
    out = BytesIO()
    few.save(out, "PNG", optimize=True)
    return out.getvalue(), missing


def _discs(scene: Scene, ground: NDArray[np.uint8], scale: int) -> NDArray[np.uint8]:
    from PIL import Image

    fine = _FINER * scale
    width, height = scene.width * fine, scene.height * fine
    pixels = np.empty((height, width, 3), np.uint8)
    pixels[:] = ground
    x, y = (scene.x * fine).astype(int), (scene.y * fine).astype(int)
    radius = scene.radius * fine
    reach = int(np.ceil(radius))
    # Disc after disc, as a browser paints: a later row covers an earlier one.
    stamp = [
        (dx, dy)
        for dy in range(-reach, reach + 1)
        for dx in range(-reach, reach + 1)
        if dx * dx + dy * dy <= radius * radius
    ]
    across = np.array([dx for dx, _ in stamp])
    down = np.array([dy for _, dy in stamp])
    columns = (x[:, None] + across).clip(0, width - 1)
    lines = (y[:, None] + down).clip(0, height - 1)
    pixels[lines.ravel(), columns.ravel()] = np.repeat(scene.colors, len(stamp), axis=0)
    size = (scene.width * scale, scene.height * scale)
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BOX))


def _density(scene: Scene, ground: NDArray[np.uint8], scale: int) -> NDArray[np.uint8]:
    """Rows counted and their colors summed per pixel, light where there are few."""
    width, height = scene.width * scale, scene.height * scale
    place = (scene.y * scale).astype(int).clip(0, height - 1) * width
    place += (scene.x * scale).astype(int).clip(0, width - 1)
    count = np.bincount(place, minlength=width * height)
    tone = 0.16 + 0.84 * np.log1p(count) / max(np.log1p(count.max(initial=1)), 1e-9)
    tone[count == 0] = 0
    pixels = np.empty((width * height, 3), np.float32)
    for channel in range(3):
        total = np.bincount(place, scene.colors[:, channel], minlength=width * height)
        mean = total / np.maximum(count, 1)
        pixels[:, channel] = ground[channel] * (1 - tone) + mean * tone
    found: NDArray[np.uint8] = pixels.astype(np.uint8).reshape(height, width, 3)
    return found


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
