"""Which of the frames or pages of a file is the picture: said, since only one of them is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

# Counting those of a GIF goes through all of them.
_MOST_COUNTED = 500


def which(image: Image.Image) -> str:
    """``frame 1 of 12`` for the one it stands at, ``page`` in a TIFF; empty where it is alone."""
    try:
        # Telephones put a preview behind a photo, and a map of its lights.
        if image.format == "MPO" or not getattr(image, "is_animated", False):
            return ""
        place = image.tell()
        count = _count(image)
        image.seek(place)
    except Exception:
        # Damaged behind its first frame, or closed: then there is no other.
        return ""
    kind = "page" if image.format == "TIFF" else "frame"
    return f"{kind} {place + 1} of {count}"


def _count(image: Image.Image) -> str:
    if image.format != "GIF":
        return f"{getattr(image, 'n_frames', 1):,}"
    for number in range(_MOST_COUNTED):
        try:
            image.seek(number)
        except EOFError:
            return f"{number:,}"
    return f"more than {_MOST_COUNTED}"
