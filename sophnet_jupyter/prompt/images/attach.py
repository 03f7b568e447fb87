"""Pictures beside a question: whatever a notebook has, as parts of a message."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from ...errors import SettingsError, quoted
from ...language import tr
from .pixels import MAX_ENCODED, drawn, picture
from .sources import Source, pages_in, sources

# Of a scan in a question. Services take few; OCR reads any number, one after the other.
MOST_PAGES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """
    One picture, ready to be sent and to be shown.

    ``part`` is the service's form, ``thumbnail`` a PNG of at most 160 pixels a side (empty for an
    address, which we do not fetch), ``note`` what was made of it that nobody would expect:
    ``frame 1 of 12``; ``label`` one line such as ``cat.png · 640×480 · 83 kB``, with what
    was made of it: ``frame 1 of 12``. ``name`` is what it is called in the label, ``unnamed`` says
    that this is our word for it, and ``size`` is ``640×480``, empty for an address.
    """

    part: Mapping[str, Any]
    thumbnail: bytes = b""
    label: str = ""
    note: str = ""
    name: str = ""
    unnamed: bool = False
    size: str = ""

    @property
    def host(self) -> str:
        """The machine that has it, where it is an address."""
        url = str(self.part["image_url"]["url"])
        return "" if url.startswith("data:") else urlsplit(url).hostname or ""

    def called(self, name: str) -> Attachment:
        """The same under another name."""
        _, _, rest = self.label.partition(self.name)
        return replace(self, name=name, label=f"{name}{rest}", unnamed=False)

    def __repr__(self) -> str:
        return f"<Attachment {quoted(self.label)}>"


def attach(
    images: object,
    *,
    detail: str | None = None,
    max_side: int | None = None,
    max_encoded: int = MAX_ENCODED,
    pages: bool = False,
) -> list[Attachment]:
    """
    Read one picture or several: what `sources` knows, or attachments made before.

    ``detail`` is the service's word for how closely to look (``low``, ``high``, ``auto``).
    ``max_side`` shrinks to that many pixels; ``max_encoded`` is the limit of each in base64
    characters. With ``pages`` each page of a TIFF is a picture. Reads files and decodes; use
    `attached` on an event loop.

    Raises `SettingsError` for the first that cannot be sent.
    """
    found: list[Attachment] = []
    for item in _several(images, max_side):
        if isinstance(item, Attachment):
            found.append(_closer(item, detail))
        else:
            several_pages = sources(item, pages=pages)
            _check_pages(several_pages)
            found += [_one(one, detail, max_side, max_encoded) for one in several_pages]
    return found


def attach_pages(images: object, *, most: int, max_side: int | None = None) -> list[Attachment]:
    """
    Like `attach`, for a service that takes ``most`` pictures: each page of a TIFF is one where all
    of them fit, else its first page is, which its note says. Raises `SettingsError`.
    """
    read: list[list[Any]] = [
        [item] if isinstance(item, Attachment) else sources(item)
        for item in _several(images, max_side)
    ]
    paged = [[page for one in part for page in _pages(one)] for part in read]
    chosen = paged if sum(map(len, paged)) <= most else read
    return [
        one if isinstance(one, Attachment) else _one(one, None, max_side, MAX_ENCODED)
        for part in chosen
        for one in part
    ]


def _several(images: object, max_side: int | None) -> Iterable[object]:
    if max_side is not None and (not isinstance(max_side, int) or max_side < 1):
        raise SettingsError(
            tr("max_side is a number of pixels, not {max_side}.", max_side=max_side)
        )
    return images if isinstance(images, list | tuple | set | frozenset) else [images]


def _pages(one: Source | Attachment) -> Sequence[Source | Attachment]:
    return [one] if isinstance(one, Attachment) else pages_in(one)


def _check_pages(found: Sequence[Source]) -> None:
    count = sum(one.page is not None for one in found)
    if count > MOST_PAGES:
        name = found[0].whole
        raise SettingsError(
            tr(
                "{name} has {count:,} pages; up to {most} go with a question. %ocr reads "
                "them all, and its text fits a prompt.",
                name=name,
                count=count,
                most=MOST_PAGES,
            )
        )


async def attached(
    images: object,
    *,
    detail: str | None = None,
    max_side: int | None = None,
    max_encoded: int = MAX_ENCODED,
) -> list[Attachment]:
    """`attach`, in a thread. Raises `SettingsError`."""
    return await asyncio.to_thread(
        attach, images, detail=detail, max_side=max_side, max_encoded=max_encoded
    )


def with_images(
    messages: Sequence[Mapping[str, Any]], attachments: Iterable[Attachment]
) -> list[Mapping[str, Any]]:
    """The messages, with the pictures behind the words of the user's last one."""
    parts = [dict(attachment.part) for attachment in attachments]
    found = list(messages)
    if not parts:
        return found
    for place in reversed(range(len(found))):
        if found[place].get("role") == "user":
            words = found[place].get("content") or []
            before = [{"type": "text", "text": words}] if isinstance(words, str) else list(words)
            found[place] = {**found[place], "content": [*before, *parts]}
            return found
    raise SettingsError(tr("Images need a message of the user to stand in."))


def _one(source: Source, detail: str | None, max_side: int | None, max_encoded: int) -> Attachment:
    if source.url:
        return Attachment(part=_part(source.url, detail), label=source.name, name=source.name)
    if source.image is not None:
        ready = drawn(source.image, source.name, max_side=max_side, max_encoded=max_encoded)
    else:
        ready = picture(
            source.data,
            source.name,
            max_side=max_side,
            max_encoded=max_encoded,
            page=source.page,
        )
    url = f"data:{ready.mime};base64,{base64.b64encode(ready.data).decode()}"
    size = f"{max(1, round(len(ready.data) / 1000)):,} kB"
    note = ", ".join(filter(None, [source.note, ready.note]))
    pixels = f"{ready.width}×{ready.height}"
    facts = [source.name, pixels, size, note]
    return Attachment(
        part=_part(url, detail),
        thumbnail=ready.thumbnail,
        label=" · ".join(filter(None, facts)),
        note=note,
        name=source.name,
        unnamed=source.unnamed,
        size=pixels,
    )


def _part(url: str, detail: str | None) -> dict[str, Any]:
    closeness = {"detail": detail} if detail else {}
    return {"type": "image_url", "image_url": {"url": url, **closeness}}


def _closer(attachment: Attachment, detail: str | None) -> Attachment:
    if not detail:
        return attachment
    return replace(attachment, part=_part(attachment.part["image_url"]["url"], detail))
