"""
Pictures as bytes that a model can be sent: recognised, checked, turned, shrunk, re-encoded.

All of this takes time (some 100 ms for a photo) and none of it waits: call it in a thread. Pillow
is imported when the first picture comes.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...errors import SettingsError, sizes
from ...language import tr
from .formats import kind_of
from .frames import which
from .levels import eight_bits

if TYPE_CHECKING:
    from PIL import Image

# base64 characters in a request. The documents name no limit; gateways cut off above it.
MAX_ENCODED = 10_000_000
# A small file can unfold to any number of pixels.
MAX_PIXELS = 40_000_000
THUMBNAIL = 160
# Where a side has to shrink so that a photo fits, this is what we advise.
ADVISED_SIDE = 2048

_SENT = ("PNG", "JPEG", "WEBP", "GIF")
_PNG_MODES = ("1", "L", "LA", "P", "RGB", "RGBA")
_ORIENTATION = 0x0112
# What is nearly as light as paper is not laid on it.
_LIGHT, _DARK_GROUND = 240, (40, 40, 40, 255)


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedImage:
    """
    Bytes to send, and what they show: size in pixels, and a small PNG of it.

    ``note`` says what was made of the picture that a reader would not expect, ``frame 1 of 12``.
    """

    data: bytes
    mime: str
    width: int
    height: int
    thumbnail: bytes
    note: str = ""


def picture(
    data: bytes,
    name: str,
    *,
    max_side: int | None = None,
    max_encoded: int = MAX_ENCODED,
    page: int | None = None,
) -> EncodedImage:
    """
    The picture in ``data``, unchanged wherever that will do.

    ``page`` is which, from 0 on, where each page is a picture of its own. It is encoded anew when
    it must be turned upright (EXIF), shrunk to ``max_side`` pixels, is in a format that models do
    not take, has several frames, or more than 8 bits of grey. Raises `SettingsError` calling it
    ``name``.
    """
    if not data:
        raise SettingsError(tr("{name} is empty.", name=name))
    kind = kind_of(data, name)
    image = _opened(data, kind, name, page or 0)
    too_wide = max_side is not None and max(image.size) > max_side
    as_it_is = not (_is_turned(image) or too_wide or which(image))
    if kind in _SENT and as_it_is and eight_bits(image, name)[0] is image:
        _check_size(data, name, max_encoded)
        return _finished(data, kind, image)
    # Where each page is sent, which one it is is no news.
    frame = "" if page is not None else which(image)
    return _ready(image, name, max_side, max_encoded, kind == "JPEG", frame)


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

    Raises `SettingsError`, also for one that was closed or is cut off.
    """
    return _ready(image, name, max_side, max_encoded, photo, which(image))


def _ready(
    image: Image.Image,
    name: str,
    max_side: int | None,
    max_encoded: int,
    photo: bool,
    frame: str,
) -> EncodedImage:
    try:
        return _drawn(image, name, max_side, max_encoded, photo, frame)
    except SettingsError:
        raise
    except Exception as error:
        # Pillow reads a file when it is first needed, and may raise anything then.
        raise SettingsError(
            tr("{name} is damaged, or was closed{why}.", name=name, why=_because(error))
        ) from None


def _drawn(
    image: Image.Image,
    name: str,
    max_side: int | None,
    max_encoded: int,
    photo: bool,
    frame: str,
) -> EncodedImage:
    check_pixels(image.width, image.height, name)
    image.load()
    image, scaled = eight_bits(_upright(image), name)
    notes = [frame, scaled]
    if max_side is not None and max(image.size) > max_side:
        image = _shrunk(image, max_side)
    if image.mode not in _PNG_MODES:
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    if not photo:
        data = _encoded(image, "PNG")
        if _encoded_size(data) <= max_encoded:
            return _finished(data, "PNG", image, notes)
        if image.has_transparency_data:
            notes.append(tr("without its transparency"))
    image = flat(image)
    data = _encoded(image, "JPEG", quality=90)
    _check_size(data, name, max_encoded)
    return _finished(data, "JPEG", image, notes)


def check_pixels(width: int, height: int, name: str) -> None:
    """Raise `SettingsError` for a picture without pixels, or with too many to unfold."""
    if width < 1 or height < 1:
        raise SettingsError(
            tr("{name} has no pixels ({width}×{height}).", name=name, width=width, height=height)
        )
    if width * height > MAX_PIXELS:
        raise SettingsError(
            tr(
                "{name} is too large: {width}×{height} is more than {most} megapixels.",
                name=name,
                width=width,
                height=height,
                most=MAX_PIXELS // 10**6,
            )
        )


def flat(image: Image.Image) -> Image.Image:
    """The picture on white ground, without transparency; on dark ground if it is white itself."""
    from PIL import Image, ImageStat

    if not image.has_transparency_data:
        return image if image.mode in ("L", "RGB") else image.convert("RGB")
    above = image.convert("RGBA")
    seen = ImageStat.Stat(above.convert("L"), mask=above.getchannel("A").point(_opaque))
    is_light = bool(seen.count[0]) and seen.mean[0] > _LIGHT
    ground = Image.new("RGBA", above.size, _DARK_GROUND if is_light else "white")
    return Image.alpha_composite(ground, above).convert("RGB")


def _opaque(alpha: int) -> int:
    return 255 if alpha > 64 else 0


def _is_turned(image: Image.Image) -> bool:
    try:
        return image.getexif().get(_ORIENTATION, 1) not in (0, 1)
    except Exception:
        # A damaged EXIF says nothing about the pixels.
        return False


def _upright(image: Image.Image) -> Image.Image:
    from PIL import ImageOps

    if not _is_turned(image):
        return image
    try:
        return ImageOps.exif_transpose(image)
    except Exception:
        # It is turned, and then its EXIF cannot be written again.
        image.info.pop("exif", None)
        return image


def _because(error: Exception) -> str:
    said = " ".join(str(error).split())[:120]
    # What Pillow says of a file in memory is the address of an object.
    return f": {said}" if said and "<_io" not in said and " at 0x" not in said else ""


def _opened(data: bytes, kind: str, name: str, page: int) -> Image.Image:
    """A frame, usually the first, decoded, so that damage is found here, not by the service."""
    from PIL import Image, UnidentifiedImageError

    try:
        image = Image.open(io.BytesIO(data), formats=[kind])
        if page:
            image.seek(page)
        check_pixels(image.width, image.height, name)
        image.load()
    except SettingsError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise SettingsError(
            tr(
                "{name} is too large: it unfolds to more than {most} megapixels.",
                name=name,
                most=MAX_PIXELS // 10**6,
            )
        ) from None
    except UnidentifiedImageError:
        raise SettingsError(
            tr(
                "{name} is damaged, or a {kind} of a kind that is not read here: save it as PNG.",
                name=name,
                kind=kind,
            )
        ) from None
    except Exception as error:
        # Pillow's readers raise nearly anything over damaged bytes.
        raise SettingsError(tr("{name} is damaged{why}.", name=name, why=_because(error))) from None
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
        said, most = sizes(size, limit)
        raise SettingsError(
            tr(
                "{name} is too large to send: {said} encoded, the limit is {most}. Shrink it "
                "with max_side={side}, or less.",
                name=name,
                said=said,
                most=most,
                side=ADVISED_SIDE,
            )
        )


def _finished(
    data: bytes, kind: str, image: Image.Image, notes: Sequence[str] = ()
) -> EncodedImage:
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
        note=", ".join(filter(None, notes)),
    )
