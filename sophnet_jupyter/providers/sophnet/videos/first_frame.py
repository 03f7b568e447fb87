"""The first frame of a video, checked by the document's rules before anything is sent."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from ....errors import SettingsError
from ....language import tr
from ....prompt.images.attach import Attachment
from ....prompt.images.pixels import check_pixels, drawn, picture
from ....prompt.images.sources import Source, source
from ....response import Response
from ....values.image import Image

# All of these exclude their ends, as the document has them.
SIDES = (300, 6000)
RATIOS = (Fraction(2, 5), Fraction(5, 2))
LARGEST = 30_000_000
# The limit is ours to name, with the rule that is broken.
_ANY = 2 * LARGEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """
    A picture as it is sent: ``url`` is its address or itself, ``poster`` what it looks like,
    ``note`` what was made of it that nobody would expect.
    """

    url: str
    poster: Image | None = None
    note: str = ""


def frame(item: object) -> Frame:
    """
    Read one image: whatever `prompt.image_source` knows, or an attachment made before.

    A BMP or TIFF is sent as PNG, a photo upright. One at an address is not fetched, so nothing of
    it is checked here. Blocking, some 100 ms. Raises `SettingsError` saying what to change.
    """
    found = _source(item)
    if found.url:
        return Frame(url=found.url)
    if found.image is not None:
        check_pixels(found.image.width, found.image.height, found.name)
        ready = drawn(found.image, found.name, max_encoded=_ANY)
    else:
        _check_bytes(found.data, found.name)
        ready = picture(found.data, found.name, max_encoded=_ANY)
    _check_bytes(ready.data, found.name)
    _check_sides(ready.width, ready.height, found.name)
    data = base64.b64encode(ready.data).decode()
    notes = ", ".join(filter(None, [found.note, ready.note]))
    return Frame(
        url=f"data:{ready.mime};base64,{data}",
        poster=Image(data=ready.data, mime=ready.mime),
        note=f"{found.name}: {notes}." if notes else "",
    )


def _source(item: object) -> Source:
    if isinstance(item, Attachment):
        found = source(str(item.part["image_url"]["url"]))
        name = item.label.partition(" · ")[0] or found.name
        return Source(name=name, url=found.url, data=found.data, image=found.image)
    if isinstance(item, Response):
        return source(_only(item.images, tr("That response holds")))
    if isinstance(item, list | tuple):
        return source(_only(item, tr("There are")))
    return source(item)


def _only(items: Sequence[object], there: str) -> object:
    if len(items) != 1:
        raise SettingsError(
            tr(
                "A video begins with one image. {there} {count}: choose one, such as .images[0].",
                there=there,
                count=len(items),
            )
        )
    return items[0]


def _check_bytes(data: bytes, name: str) -> None:
    if len(data) >= LARGEST:
        raise SettingsError(
            tr(
                "{name} has {count:.1f} MB, and a video begins with less than {largest} MB: "
                "make it smaller, or save it as JPEG.",
                name=name,
                count=len(data) / 1000000.0,
                largest=LARGEST // 10**6,
            )
        )


def _check_sides(width: int, height: int, name: str) -> None:
    low, high = SIDES
    if not (low < min(width, height) and max(width, height) < high):
        change = tr("larger") if min(width, height) <= low else tr("smaller")
        raise SettingsError(
            tr(
                "{name} is {width} × {height} pixels, and both sides of what a video begins "
                "with are between {low} and {high}: make it {change}.",
                name=name,
                width=width,
                height=height,
                low=low,
                high=high,
                change=change,
            )
        )
    ratio = Fraction(width, height)
    if not RATIOS[0] < ratio < RATIOS[1]:
        change = tr("its sides") if ratio >= RATIOS[1] else tr("its top or bottom")
        raise SettingsError(
            tr(
                "{name} is {width} × {height} pixels, width by height {float:.2f}; it must be "
                "between {float2} and {float3}: cut off some of {change}.",
                name=name,
                width=width,
                height=height,
                float=float(ratio),
                float2=float(RATIOS[0]),
                float3=float(RATIOS[1]),
                change=change,
            )
        )
