"""Thumbnails of the images sent with a question, in a row above the answer."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from ...language import tr
from ..safe.look import FAINT, LINE, LONGEST_NAME, SMALL, one_line, words

# Of each picture a saved notebook carries so much, and of many pictures the first so many.
BYTES = 4_000
SHOWN = 12
_ROW = "display:flex;flex-wrap:wrap;gap:12px;margin:0 0 10px"
_PICTURE = f"border:{LINE};border-radius:4px;max-height:96px;max-width:160px"
_NO_PICTURE = f"border:{LINE};border-radius:4px;padding:20px 24px"
_SIDES = (160, 120, 96, 64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """An image that was sent: ``thumbnail`` is a small image file, empty for a URL."""

    label: str
    thumbnail: bytes = b""


def row(pictures: Sequence[Sent]) -> str:
    """All thumbnails side by side. Nothing is loaded: a URL is shown as its name."""
    shown = "".join(_piece(number, one) for number, one in enumerate(pictures[:SHOWN], 1))
    more = len(pictures) - SHOWN
    rest = (
        f'<div style="{SMALL};{FAINT}">{tr("and {count} more", count=more)}</div>'
        if more > 0
        else ""
    )
    return f'<div style="{_ROW}">{shown}{rest}</div>' if pictures else ""


def lines(pictures: Sequence[Sent]) -> str:
    """The same as plain text, a line each."""
    return "\n".join(
        f"[{tr('image {number}', number=number)}] {one_line(one.label)}"
        for number, one in enumerate(pictures, 1)
    )


def small(picture: bytes) -> bytes:
    """An image file of at most about `BYTES`: unchanged, or scaled down to a JPEG."""
    if len(picture) <= BYTES:
        return picture
    from PIL import Image

    image = Image.open(io.BytesIO(picture))
    above = image.convert("RGBA")
    flat = Image.alpha_composite(Image.new("RGBA", above.size, "white"), above).convert("RGB")
    found = b""
    for side in _SIDES:
        flat.thumbnail((side, side))
        buffer = io.BytesIO()
        flat.save(buffer, "JPEG", quality=60, optimize=True)
        found = buffer.getvalue()
        if len(found) <= BYTES:
            break
    return found


def _piece(number: int, one: Sent) -> str:
    label = f"[{tr('image {number}', number=number)}] {words(one.label, LONGEST_NAME)}"
    if one.thumbnail:
        kind = "jpeg" if one.thumbnail.startswith(b"\xff\xd8") else "png"
        data = base64.b64encode(one.thumbnail).decode()
        name = escape(one_line(one.label)[:LONGEST_NAME], quote=True)
        seen = f'<img alt="{name}" src="data:image/{kind};base64,{data}" style="{_PICTURE}">'
    else:
        seen = f'<div style="{_NO_PICTURE};{FAINT}">{tr("not shown: an address")}</div>'
    return f'<div style="{SMALL}">{seen}<div style="{FAINT}">{label}</div></div>'
