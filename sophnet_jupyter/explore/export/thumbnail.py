"""Small images of rows, for files that hold thousands of them."""

from __future__ import annotations

from io import BytesIO


def small_jpeg(data: bytes, side: int) -> bytes:
    """An image of at most so many pixels a side, some 1 kB; on white where it is transparent."""
    from PIL import Image

    image = Image.open(BytesIO(data)).convert("RGBA")
    flat = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    flat.thumbnail((side, side))
    out = BytesIO()
    flat.save(out, "JPEG", quality=60, optimize=True)
    return out.getvalue()
