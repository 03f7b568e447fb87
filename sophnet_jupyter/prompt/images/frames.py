"""Which of the frames or pages of a file is the picture: said, where only one of them is sent."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from ...language import tr

if TYPE_CHECKING:
    from PIL import Image

# Counting those of a GIF goes through all of them.
_MOST_COUNTED = 500


# Of a document that is sent page by page.
_MOST_PAGES = 2_000
# The tag that says what a page is, and its bit for a smaller copy of another page.
_SUBFILE, _REDUCED = 254, 1


def pages_of(data: bytes) -> list[int]:
    """Where the pages of a TIFF stand, without smaller copies of others; of all else the first."""
    if not data.startswith((b"II*\x00", b"MM\x00*")):
        return [0]
    from PIL import Image

    found: list[int] = []
    try:
        with Image.open(io.BytesIO(data), formats=["TIFF"]) as image:
            for number in range(_MOST_PAGES):
                image.seek(number)
                tags: Any = getattr(image, "tag_v2", {})
                if not int(tags.get(_SUBFILE, 0)) & _REDUCED:
                    found.append(number)
    except Exception:  # noqa: S110
        # The end, or damage: what lies before it is read, or told.
        pass
    return found or [0]


def which(image: Image.Image) -> str:
    """``frame 1 of 12`` for the one it stands at, ``page`` in a TIFF; empty where it is alone."""
    try:
        # Telephones put a preview behind a photo, and a map of its lights.
        if image.format == "MPO" or not getattr(image, "is_animated", False):
            return ""
        place, count = image.tell() + 1, _count(image)
    except Exception:
        # Damaged behind its first frame, or closed: then there is no other.
        return ""
    if image.format == "TIFF":
        return tr("page {place} of {count}", place=place, count=count)
    return tr("frame {place} of {count}", place=place, count=count)


def _count(image: Any) -> str:
    if image.format not in ("GIF", "TIFF"):
        return f"{image.n_frames:,}"
    # Counted in a reader of its own: the owner's would forget what was drawn into this frame.
    file = getattr(image, "_fp", None) or image.fp
    place = file.tell()
    file.seek(0)
    data = file.read()
    file.seek(place)
    with type(image)(io.BytesIO(data)) as other:
        for number in range(_MOST_COUNTED):
            try:
                other.seek(number)
            except EOFError:
                return f"{number:,}"
    return tr("more than {most}", most=_MOST_COUNTED)
