"""Pictures of more than 8 bits a pixel, as microscopes have them, made so that they are seen."""

from __future__ import annotations

import math
from array import array
from typing import TYPE_CHECKING, Any

from ...errors import SettingsError
from ...language import tr

if TYPE_CHECKING:
    from PIL import Image

_DEEP = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")
_GREY = 128


def eight_bits(image: Image.Image, name: str) -> tuple[Image.Image, str]:
    """
    The picture with 8 bits a channel, and what was done for that; empty where nothing was.

    Deep greys are scaled from the lowest to the highest that is there: cut off at 255, as other
    readers do it, they are a white sheet. Raises `SettingsError` where none of them is a number.
    """
    if image.mode in _DEEP:
        return _scaled(image, name)
    if image.mode == "LAB":
        return _from_lab(image), ""
    if image.mode in ("La", "RGBa"):
        image = image.convert("LA" if image.mode == "La" else "RGBA")
    return image, ""


def said(low: float, high: float) -> str:
    """How levels were scaled, for a label."""
    return tr("scaled from {low:g}…{high:g}", low=low, high=high)


def scaled_array(values: Any) -> tuple[Any, str]:
    """An array of numbers from its lowest to its highest as 0 to 255, and how that was done."""
    low, high = float(values.min()), float(values.max())
    if high == low:
        return (values > 0) * _GREY, said(low, high)
    return ((values.astype("float64") - low) * (255 / (high - low))).round(), said(low, high)


def _scaled(image: Image.Image, name: str) -> tuple[Image.Image, str]:
    greys = image if image.mode in ("I", "F") else image.convert("I")
    greys = greys.convert("F")
    low, high = map(float, greys.getextrema())  # type: ignore[arg-type]
    if not (math.isfinite(low) and math.isfinite(high)):
        greys, low, high = _finite(greys, name)
    if high == low:
        return greys.point(lambda _: _ * 0 + (_GREY if low else 0)).convert("L"), said(low, high)
    factor = 255 / (high - low)
    # Half a level more, since what is behind the point is cut off.
    return greys.point(lambda grey: grey * factor + (0.5 - low * factor)).convert("L"), said(
        low, high
    )


def _finite(greys: Image.Image, name: str) -> tuple[Image.Image, float, float]:
    """Without what is no number, which becomes the lowest that is one."""
    from PIL import Image

    values = array("f", greys.tobytes())
    numbers = [value for value in values if math.isfinite(value)]
    if not numbers:
        raise SettingsError(tr("{name} has no pixel that is a number.", name=name))
    low, high = min(numbers), max(numbers)
    cleared = array("f", (value if math.isfinite(value) else low for value in values))
    return Image.frombytes("F", greys.size, cleared.tobytes()), low, high


def _from_lab(image: Image.Image) -> Image.Image:
    from PIL import ImageCms

    profiles = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    return ImageCms.applyTransform(image, ImageCms.buildTransform(*profiles, "LAB", "RGB")) or image
