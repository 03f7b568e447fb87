"""An image to be read: whatever a notebook has of it, as bytes in a format of the service."""

from __future__ import annotations

import asyncio
import base64
import os
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from pathlib import Path

from ....errors import DownloadFailed, SettingsError
from ....files.kinds import Kind
from ....files.names import is_elsewhere
from ....language import tr
from ....prompt.images.pixels import EncodedImage, drawn, picture
from ....prompt.images.sources import Source, from_base64, pages_in, sources
from ....wire.files.download import Downloader

# What `Documents` reads and this does not.
DOCUMENTS = (".pdf", ".docx", ".doc", ".xlsx", ".pptx", ".txt")
WANTED: tuple[Kind, ...] = ("image",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """An image with its name, upright: boxes refer to these pixels. ``note`` is the label's."""

    name: str
    picture: EncodedImage
    note: str = ""

    @property
    def uri(self) -> str:
        data = base64.b64encode(self.picture.data).decode()
        return f"data:{self.picture.mime};base64,{data}"


async def scans(image: object, downloads: Downloader, name: str = "") -> AsyncGenerator[Scan, None]:
    """
    The images in one argument: a path, a URL, bytes, an array, a figure, a response, …; of a TIFF
    each page, one after the other, since all together may take much memory.

    An address is fetched here and not by the service, so that the page can be shown beside its
    text. ``name`` is for what brings none.

    Raises `SettingsError` for what is no picture, and for an address that is not reached.
    """
    for source in await asyncio.to_thread(_sources, image):
        whole = source
        if source.url:
            data = await _fetched(source, downloads)
            whole = replace(source, url="", data=data)
        if name and whole.unnamed:
            whole = replace(whole, name=name)
        for page in await asyncio.to_thread(pages_in, whole):
            ready = await asyncio.to_thread(_ready, page)
            notes = ", ".join(filter(None, [page.note, ready.note]))
            yield Scan(name=page.name, picture=ready, note=notes)


def _sources(image: object) -> list[Source]:
    if isinstance(image, str) and not is_elsewhere(image) and not from_base64(image):
        image = Path(image)
    if isinstance(image, os.PathLike):
        path = Path(image)
        if path.suffix.lower() in DOCUMENTS:
            raise SettingsError(
                tr(
                    "{name} is a document and no picture: documents.parse reads it, or %parse.",
                    name=path.name,
                )
            )
    return sources(image)


def _ready(source: Source) -> EncodedImage:
    if source.image is not None:
        return drawn(source.image, source.name)
    return picture(source.data, source.name, page=source.page)


async def _fetched(source: Source, downloads: Downloader) -> bytes:
    try:
        found = await downloads.fetch(source.url, kinds=WANTED)
    except DownloadFailed as error:
        where = error.host or tr("that address")
        raise SettingsError(
            tr(
                "The picture at {where} was not fetched: it {reason}. Check the address, or "
                "save the picture and name its file.",
                where=where,
                reason=error.reason.rstrip("."),
            )
        ) from None
    assert found.data is not None
    return found.data
