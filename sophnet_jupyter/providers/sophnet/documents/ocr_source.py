"""An image to be read: whatever a notebook has of it, as bytes in a format of the service."""

from __future__ import annotations

import asyncio
import base64
import os
from dataclasses import dataclass, replace
from pathlib import Path

from ....errors import DownloadFailed, SettingsError
from ....files.kinds import Kind
from ....files.names import is_elsewhere
from ....prompt.images.pixels import EncodedImage, drawn, picture
from ....prompt.images.sources import Source, from_base64, sources
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


async def scans(image: object, downloads: Downloader, name: str = "") -> list[Scan]:
    """
    The images in one argument: a path, a URL, bytes, an array, a figure, a response, ….

    An address is fetched here and not by the service, so that the page can be shown beside its
    text. ``name`` is for what brings none.

    Raises `SettingsError` for what is no picture, and for an address that is not reached.
    """
    found = []
    for source in await asyncio.to_thread(_sources, image):
        if source.url:
            data = await _fetched(source, downloads)
            source = replace(source, url="", data=data)
        # "the image", "the array": such a one has no name of its own.
        called = name if name and source.name.startswith("the ") else source.name
        ready = await asyncio.to_thread(_ready, source)
        notes = ", ".join(filter(None, [source.note, ready.note]))
        found.append(Scan(name=called, picture=ready, note=notes))
    return found


def _sources(image: object) -> list[Source]:
    if isinstance(image, str) and not is_elsewhere(image) and not from_base64(image):
        image = Path(image)
    if isinstance(image, os.PathLike):
        path = Path(image)
        if path.suffix.lower() in DOCUMENTS:
            raise SettingsError(
                f"{path.name} is a document and no picture: documents.parse reads it, or %parse."
            )
    return sources(image)


def _ready(source: Source) -> EncodedImage:
    if source.image is not None:
        return drawn(source.image, source.name)
    return picture(source.data, source.name)


async def _fetched(source: Source, downloads: Downloader) -> bytes:
    try:
        found = await downloads.fetch(source.url, kinds=WANTED)
    except DownloadFailed as error:
        where = error.host or "that address"
        raise SettingsError(
            f"The picture at {where} was not fetched: it {error.reason.rstrip('.')}. "
            "Check the address, or save the picture and name its file."
        ) from None
    assert found.data is not None
    return found.data
