"""Small images of many rows as one picture, so that a page loads and draws them at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

# Pixels a side of one image; browsers take pictures of 4,096.
SIDE, LARGEST = 64, 4096
MOST = (LARGEST // SIDE) ** 2


@dataclass(frozen=True, slots=True)
class SpriteSheet:
    """``data`` is a JPEG with ``columns`` images in a line, each of `SIDE` pixels."""

    data: bytes
    columns: int


def sheet(images: Sequence[bytes]) -> SpriteSheet:
    """At most `MOST` images, PNG or JPEG, in their order; on white where they are transparent."""
    from PIL import Image, ImageOps

    columns = max(1, math.ceil(math.sqrt(len(images))))
    lines = max(1, math.ceil(len(images) / columns))
    whole = Image.new("RGB", (columns * SIDE, lines * SIDE), "white")
    for number, data in enumerate(images):
        image = ImageOps.contain(Image.open(BytesIO(data)).convert("RGBA"), (SIDE, SIDE))
        x = number % columns * SIDE + (SIDE - image.width) // 2
        y = number // columns * SIDE + (SIDE - image.height) // 2
        whole.paste(image, (x, y), image)
    out = BytesIO()
    whole.save(out, "JPEG", quality=70, optimize=True)
    return SpriteSheet(out.getvalue(), columns)
