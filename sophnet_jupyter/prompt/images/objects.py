"""Which objects of a notebook are pictures, and no words."""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType
from typing import Any

from ...files.names import at_home
from ...response import Response
from ...values.image import Image
from .attach import Attachment

SUFFIXES = {".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"}
# A smaller array is a matrix that somebody wants to talk about.
SMALLEST_SIDE = 16


def is_picture(value: object) -> bool:
    """
    True for what is a picture and nothing else.

    In doubt a value stays words: text is never a file's name here, and a small array is a matrix.
    """
    if isinstance(value, str | bytes | ModuleType | type):
        return False
    if isinstance(value, Attachment | Image):
        return True
    if isinstance(value, Response):
        return bool(value.images)
    if isinstance(value, os.PathLike):
        path = Path(os.fsdecode(value))
        return path.suffix.lower() in SUFFIXES and at_home(path).is_file()
    homes = {base.__module__.partition(".")[0] for base in type(value).__mro__}
    if "PIL" in homes:
        return callable(getattr(value, "getexif", None))
    if homes & {"matplotlib", "seaborn"}:
        owners = (value, getattr(value, "figure", None), getattr(value, "fig", None))
        return any(callable(getattr(owner, "savefig", None)) for owner in owners)
    return _is_display(value) or _is_pixels(value)


def _is_display(value: object) -> bool:
    return any(
        base.__name__ == "Image" and base.__module__.startswith("IPython.")
        for base in type(value).__mro__
    )


def _is_pixels(value: Any) -> bool:
    """True for an array of the shape and the values of a picture."""
    shape, kind = getattr(value, "shape", None), getattr(getattr(value, "dtype", None), "kind", "")
    if not isinstance(shape, tuple) or not hasattr(value, "astype"):
        return False
    if not shape or min(shape[:2]) < SMALLEST_SIDE:
        return False
    if len(shape) == 3 and shape[2] in (1, 3, 4):
        return kind in "buf"
    # A table of numbers has two dimensions too, but seldom eight bits.
    return len(shape) == 2 and getattr(value.dtype, "itemsize", 0) == 1 and kind in "bu"
