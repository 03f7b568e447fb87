"""
Vectors that stand in for a model's: lexical ones, so that texts with the same words are near.

A text is its words, the three letters beside each other in them, and for Chinese its characters and
pairs of them. A picture is its colours and the words that are drawn in it. Each of these features
is hashed to a few places of the vector, so that any number of dimensions will do, and one that
both have stands at the same places: a red picture is near the word.

The same input always makes the same vector, on any machine. Texts need no engine at all.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from io import BytesIO

from .. import engine
from ..pictures.drawing import HUES, LARGEST_SOURCE

Vector = list[float]

# Places of one feature. With fewer, two features that fall together would weigh too much.
PLACES = 8
GRAM = 3
# Every text has these, so they say little about it.
COMMON = frozenset(
    """
    a an and are as at be by for from how in is it its of on or that the this to was what when
    where which who will with 的 了 是 在 和 有 我 你 他 她 它 们 这 那 吗 呢 吧 也 就 都
    """.split()
)
RARELY, WORD, LETTERS, CHARACTER, PAIR = 0.15, 1.0, 0.35, 0.4, 1.0
# The colours of a picture against one word in it, and how finely they are told apart.
COLOUR, SECTORS, REACH, SIDE = 1.6, 12, 45, 24
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_PIECE = re.compile(rf"[{_CJK}]+|[^\W_{_CJK}]+")
_IS_CJK = re.compile(f"[{_CJK}]")


class Unreadable(ValueError):
    """What was sent is no picture."""


def of_text(text: str, dimensions: int, *, colours: bool = False, unit: bool = True) -> Vector:
    """
    The vector of a text; with ``colours`` in the space in which pictures are too.

    Its length is 1, or with ``unit=False`` grows with the text. Some 30 µs a word.
    """
    weights = words_in(text)
    if colours:
        lower = text.lower()
        for word, hue in HUES.items():
            if word in lower:
                for name, share in _sectors(hue):
                    weights[name] = max(weights.get(name, 0.0), COLOUR / 2 * share)
    return _vector(weights or {"nothing": 1.0}, dimensions, unit=unit)


def of_image(data: bytes, dimensions: int, *, words: str = "", unit: bool = True) -> Vector:
    """
    The vector of a picture's colours, and of the ``words`` drawn in it where they are known.

    Raises `Unreadable` for what is no picture, and `Missing` without Pillow.
    """
    weights = words_in(words)
    for name, share in _colours(data).items():
        weights[name] = weights.get(name, 0.0) + COLOUR * share
    return _vector(weights, dimensions, unit=unit)


def size(data: bytes) -> tuple[int, int]:
    """Width and height of a picture in pixels. Raises `Unreadable`, and `Missing`."""
    pillow = engine("PIL.Image", "Pillow")
    try:
        with pillow.open(BytesIO(data)) as image:
            return image.width, image.height
    except Exception:
        raise Unreadable("is no picture") from None


def shrunk(data: bytes, side: int) -> bytes:
    """A picture as PNG, its sides at most so many pixels. Raises `Unreadable`, and `Missing`."""
    pillow = engine("PIL.Image", "Pillow")
    try:
        with pillow.open(BytesIO(data)) as image:
            image.thumbnail((side, side))
            file = BytesIO()
            image.convert("RGB").save(file, "PNG", compress_level=1)
            return file.getvalue()
    except Exception:
        raise Unreadable("is no picture") from None


def similarity(one: Vector, other: Vector) -> float:
    """The cosine of two vectors of length 1."""
    return sum(a * b for a, b in zip(one, other, strict=True))


def words_in(text: str) -> dict[str, float]:
    """The features of a text, each with its weight."""
    counts: Counter[str] = Counter()
    weights: dict[str, float] = {}

    def note(feature: str, weight: float) -> None:
        counts[feature] += 1
        weights[feature] = weight

    for piece in _PIECE.findall(unicodedata.normalize("NFKC", text).lower()):
        if _IS_CJK.match(piece):
            for character in piece:
                note(character, RARELY if character in COMMON else CHARACTER)
            for place in range(len(piece) - 1):
                note(piece[place : place + 2], PAIR)
        elif piece in COMMON:
            note(piece, RARELY)
        else:
            note(f"={piece}", WORD)
            edged = f"<{piece}>"
            for place in range(len(edged) - GRAM + 1):
                note(edged[place : place + GRAM], LETTERS)
    # What is said ten times is not ten times as much about it.
    return {feature: weight * math.sqrt(counts[feature]) for feature, weight in weights.items()}


def _vector(weights: Mapping[str, float], dimensions: int, *, unit: bool) -> Vector:
    vector = [0.0] * dimensions
    for feature, weight in weights.items():
        for number in _hashed(feature):
            vector[(number >> 1) % dimensions] += weight if number & 1 else -weight
    if not unit:
        return [round(value, 7) for value in vector]
    length = math.sqrt(sum(value * value for value in vector)) or 1.0
    return [round(value / length, 7) for value in vector]


@lru_cache(1 << 15)
def _hashed(feature: str) -> tuple[int, ...]:
    digest = blake2b(feature.encode(errors="replace"), digest_size=4 * PLACES).digest()
    return tuple(int.from_bytes(digest[4 * n : 4 * n + 4], "big") for n in range(PLACES))


def _colours(data: bytes) -> dict[str, float]:
    """The share of each colour in a picture; grey, dark and light count as such."""
    pillow = engine("PIL.Image", "Pillow")
    try:
        with pillow.open(BytesIO(data)) as image:
            if image.width * image.height > LARGEST_SOURCE:
                raise Unreadable("is too large")
            image.draft("RGB", (SIDE * 8, SIDE * 8))
            pixels = image.convert("RGB").resize((SIDE, SIDE)).convert("HSV").tobytes()
    except Unreadable:
        raise
    except Exception:
        raise Unreadable("is no picture") from None
    shares: Counter[str] = Counter()
    for place in range(0, len(pixels), 3):
        hue, saturation, value = pixels[place : place + 3]
        strong = saturation / 255 * value / 255
        for name, share in _sectors(hue * 360 / 255):
            shares[name] += strong * share
        shares["dark" if value < 85 else "light" if value > 190 else "grey"] += (1 - strong) / 4
    length = math.sqrt(sum(share * share for share in shares.values())) or 1.0
    return {name: share / length for name, share in shares.items()}


@lru_cache(1024)
def _sectors(hue: float) -> list[tuple[str, float]]:
    """The sectors of the colour circle that a hue in degrees belongs to, and how much."""
    found = []
    for sector in range(SECTORS):
        away = abs((hue - sector * 360 / SECTORS + 180) % 360 - 180)
        if away < REACH:
            found.append((f"hue {sector}", 1 - away / REACH))
    return found
