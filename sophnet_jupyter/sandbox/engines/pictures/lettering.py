"""Words in a picture, also where no font has their characters."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL import Image
    from PIL.ImageDraw import ImageDraw

# Pillow's own font is Latin. These are looked for in the system's folders, for all the others.
WIDE_FONTS = (
    *("NotoSansCJK-Regular.ttc", "NotoSansSC-Regular.otf", "SourceHanSansSC-Regular.otf"),
    *("wqy-microhei.ttc", "wqy-zenhei.ttc", "DroidSansFallbackFull.ttf"),
    *("msyh.ttc", "PingFang.ttc", "STHeiti Light.ttc"),
)
LINES = 3
WHITE = (255, 255, 255, 240)
FAINT = (255, 255, 255, 190)
SHADE = (12, 14, 18, 120)
# Hides the words of a picture that was sent to be changed.
COVER = (12, 14, 18, 255)
# What Pillow's own font draws: Latin with its accents, and general punctuation.
LATIN = 0x250


def lettered(image: Image.Image, words: str, label: str, *, again: bool = False) -> None:
    """
    Write the words over the lower end of a picture, and the label below them, smaller.

    ``again`` where words may stand there already.
    """
    from PIL import Image

    over = veil(image.size, words, label, again=again)
    image.paste(Image.alpha_composite(image.convert("RGBA"), over).convert("RGB"))


def veil(area: tuple[int, int], words: str, label: str, *, again: bool = False) -> Image.Image:
    """What `lettered` puts over a picture of that size."""
    from PIL import Image, ImageDraw

    width, height = area
    size = max(12, min(width, height) // 24)
    lines = wrapped(" ".join(words.split()), width * 0.9 / size)
    step, edge = size * 1.35, size * 0.9
    below = size * 1.1
    top = height - edge - below - step * len(lines)
    sheet = Image.new("RGBA", area, (0, 0, 0, 0))
    pen = ImageDraw.Draw(sheet)
    pen.rectangle((0, top - edge, width, height), fill=COVER if again else SHADE)
    for number, line in enumerate(lines):
        _write(pen, line, (edge, top + step * number), size, WHITE)
    _write(pen, label, (edge, height - edge - size * 0.55), size * 0.62, FAINT)
    return sheet


def wrapped(words: str, width: float) -> list[str]:
    """At most `LINES` lines; ``width`` in letters as wide as they are high."""
    lines, line, room = [], "", 0.0
    for character in words:
        wide = _advance(character)
        if room + wide > width:
            # Between words where there are some: Chinese may be cut anywhere.
            cut = line.rfind(" ")
            keep = line[:cut] if cut > 0 else line
            lines.append(keep)
            line = line[len(keep) :].lstrip()
            room = sum(map(_advance, line))
        line += character
        room += wide
    lines.append(line)
    lines = [each for each in lines if each]
    if len(lines) > LINES:
        lines = [*lines[: LINES - 1], lines[LINES - 1].rstrip() + " …"]
    return lines


def _advance(character: str) -> float:
    return 1.0 if ord(character) >= 0x2E80 else 0.56


def _write(
    pen: ImageDraw, line: str, place: tuple[float, float], size: float, fill: tuple[int, ...]
) -> None:
    x, y = place
    wide = _wide_font(round(size))
    for character in line:
        font = _own_font(round(size)) if ord(character) < LATIN or character in "…·–—" else wide
        if font is None:
            _seal(pen, character, (x, y), size, fill)
            x += size * 1.08
            continue
        pen.text((x, y), character, font=font, fill=fill)
        x += font.getlength(character)


def _seal(
    pen: ImageDraw, character: str, place: tuple[float, float], size: float, fill: tuple[int, ...]
) -> None:
    """A pattern for a character that no font has: always the same for the same character."""
    chance = Random(ord(character))
    cell = size * 0.86 / 5
    left, top = place[0], place[1] + size * 0.14
    for row in range(5):
        for column in range(3):
            if chance.random() < 0.55:
                for place_x in {column, 4 - column}:
                    x, y = left + place_x * cell, top + row * cell
                    pen.rectangle((x, y, x + cell - 1, y + cell - 1), fill=fill)


@cache
def _own_font(size: int) -> Any:
    from PIL import ImageFont

    return ImageFont.load_default(size)


@cache
def _wide_font(size: int) -> Any:
    from PIL import ImageFont

    path = _wide_path()
    return ImageFont.truetype(path, size) if path else None


@cache
def _wide_path() -> str:
    """A font of this system with Chinese characters, empty if there is none."""
    from PIL import ImageFont

    for name in WIDE_FONTS:
        try:
            return str(ImageFont.truetype(name, 12).path)
        except OSError:
            continue
    return ""
