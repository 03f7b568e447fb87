"""
Pictures as bytes that a model can be sent: recognised, checked, turned, shrunk, re-encoded.

All of this takes time (some 100 ms for a photo) and none of it waits: call it in a thread. Pillow
is imported when the first picture comes.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...errors import SettingsError

if TYPE_CHECKING:
    from PIL import Image

# base64 characters in a request. The documents name no limit; gateways cut off above it.
MAX_ENCODED = 10_000_000
# A small file can unfold to any number of pixels.
MAX_PIXELS = 40_000_000
THUMBNAIL = 160
# Where a side has to shrink so that a photo fits, this is what we advise.
ADVISED_SIDE = 2048

_MAGIC = {
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"BM": "BMP",
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
}
_SENT = ("PNG", "JPEG", "WEBP", "GIF")
_OTHERS = {b"%PDF": "a PDF", b"<svg": "an SVG", b"<?xml": "XML", b"PK\x03\x04": "an archive"}
_PNG_MODES = ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")
_ORIENTATION = 0x0112


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedImage:
    """Bytes to send, and what they show: size in pixels, and a small PNG of it."""

    data: bytes
    mime: str
    width: int
    height: int
    thumbnail: bytes


def picture(
    data: bytes, name: str, *, max_side: int | None = None, max_encoded: int = MAX_ENCODED
) -> EncodedImage:
    """
    The picture in ``data``, unchanged wherever that will do.

    It is encoded anew when it must be turned upright (EXIF), shrunk to ``max_side`` pixels, or
    is in a format that models do not take. Raises `SettingsError` calling it ``name``.
    """
    if not data:
        raise SettingsError(f"{name} is empty.")
    kind = _kind(data, name)
    image = _opened(data, kind, name)
    turned = image.getexif().get(_ORIENTATION, 1) not in (0, 1)
    too_wide = max_side is not None and max(image.size) > max_side
    if kind in _SENT and not turned and not too_wide:
        _check_size(data, name, max_encoded)
        return _finished(data, kind, image)
    return drawn(image, name, max_side=max_side, max_encoded=max_encoded, photo=kind == "JPEG")


def drawn(
    image: Image.Image,
    name: str,
    *,
    max_side: int | None = None,
    max_encoded: int = MAX_ENCODED,
    photo: bool = False,
) -> EncodedImage:
    """
    A picture in memory, as PNG, or as JPEG if it is a ``photo`` or too large as PNG.

    Raises `SettingsError`.
    """
    from PIL import ImageOps

    check_pixels(image.width, image.height, name)
    image = ImageOps.exif_transpose(image)
    if max_side is not None and max(image.size) > max_side:
        image = _shrunk(image, max_side)
    if image.mode not in _PNG_MODES:
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    if not photo:
        data = _encoded(image, "PNG")
        if _encoded_size(data) <= max_encoded or image.has_transparency_data:
            _check_size(data, name, max_encoded)
            return _finished(data, "PNG", image)
    data = _encoded(flat(image), "JPEG", quality=90)
    _check_size(data, name, max_encoded)
    return _finished(data, "JPEG", image)


def check_pixels(width: int, height: int, name: str) -> None:
    """Raise `SettingsError` for a picture without pixels, or with too many to unfold."""
    if width < 1 or height < 1:
        raise SettingsError(f"{name} has no pixels ({width}×{height}).")
    if width * height > MAX_PIXELS:
        raise SettingsError(
            f"{name} is too large: {width}×{height} is more than {MAX_PIXELS // 10**6} megapixels."
        )


def flat(image: Image.Image) -> Image.Image:
    """The picture on white ground, without transparency."""
    from PIL import Image

    if not image.has_transparency_data:
        return image if image.mode in ("L", "RGB") else image.convert("RGB")
    above = image.convert("RGBA")
    ground = Image.new("RGBA", above.size, "white")
    return Image.alpha_composite(ground, above).convert("RGB")


def _kind(data: bytes, name: str) -> str:
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    for magic, kind in _MAGIC.items():
        if data.startswith(magic):
            return kind
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    other = next((what for magic, what in _OTHERS.items() if start.startswith(magic)), None)
    what = f"{other}, " if other else ""
    raise SettingsError(f"{name} is {what}not an image that can be sent (PNG, JPEG, WebP, GIF).")


def _opened(data: bytes, kind: str, name: str) -> Image.Image:
    """The first frame, decoded, so that a damaged file is found here and not by the service."""
    from PIL import Image

    try:
        image = Image.open(io.BytesIO(data), formats=[kind])
        check_pixels(image.width, image.height, name)
        image.load()
    except SettingsError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        many = f"more than {MAX_PIXELS // 10**6} megapixels"
        raise SettingsError(f"{name} is too large: it unfolds to {many}.") from None
    except Exception as error:
        # Pillow's readers raise nearly anything over damaged bytes.
        said = " ".join(str(error).split())[:120]
        # What it says of a file in memory is the address of an object.
        because = f": {said}" if said and "<_io" not in said else ""
        raise SettingsError(f"{name} is damaged{because}.") from None
    return image


def _shrunk(image: Image.Image, side: int) -> Image.Image:
    from PIL import Image

    if image.mode in ("P", "1"):
        # A palette cannot be averaged.
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    smaller = image.copy()
    smaller.thumbnail((side, side), Image.Resampling.LANCZOS)
    return smaller


def _encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _encoded_size(data: bytes) -> int:
    return -(-len(data) // 3) * 4


def _check_size(data: bytes, name: str, limit: int) -> None:
    size = _encoded_size(data)
    if size > limit:
        raise SettingsError(
            f"{name} is too large to send: {size / 1e6:.1f} MB encoded, the limit is "
            f"{limit / 1e6:.1f} MB. Shrink it with max_side={ADVISED_SIDE}, or less."
        )


def _finished(data: bytes, kind: str, image: Image.Image) -> EncodedImage:
    small = _shrunk(image, THUMBNAIL)
    if small.mode not in _PNG_MODES:
        small = small.convert("RGB")
    # Without the profile and the comments that the picture may carry.
    small.info = {}
    return EncodedImage(
        data=data,
        mime=f"image/{kind.lower()}",
        width=image.width,
        height=image.height,
        thumbnail=_encoded(small, "PNG"),
    )
