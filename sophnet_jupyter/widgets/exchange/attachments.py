"""Images and files that go along with a question."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ...errors import SettingsError, sizes
from ...language import tr

LARGEST = 10_000_000
# Of all that wait for one question. Services take fewer; what waits is held in memory.
MOST, LARGEST_TOGETHER = 20, 50_000_000
TYPES = ("image/png", "image/jpeg", "image/webp", "image/gif")
_BEGINNINGS = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PastedImage:
    """An image. ``mime`` is what its bytes say, whatever it was called."""

    name: str
    mime: str
    data: bytes

    @property
    def uri(self) -> str:
        """The image as the address of itself."""
        return f"data:{self.mime};base64,{base64.b64encode(self.data).decode()}"

    @property
    def label(self) -> str:
        """Its name and size."""
        return _label(self.name, len(self.data))


@dataclass(eq=False, kw_only=True)
class AttachedFile:
    """
    A file whose ``text`` goes along: what is read of a ``document``, a ``recording`` or a ``text``.

    ``content`` is its bytes, or the path of a file that lives as long as ``owner`` does. Before it
    is read, ``text`` is empty.
    """

    name: str
    kind: str
    size: int
    content: bytes | Path
    owner: object = None
    text: str = ""

    @property
    def label(self) -> str:
        """Its name and size."""
        return _label(self.name, self.size)


def attachment(data: bytes, name: str = "") -> PastedImage:
    """Take an image. Raises `SettingsError` if it is too large, or none that services take."""
    called = name or tr("The image")
    if len(data) > LARGEST:
        said, most = sizes(len(data), LARGEST)
        raise SettingsError(
            tr("{name} has {said}; up to {most} can be sent.", name=called, said=said, most=most)
        )
    mime = _mime(data)
    if mime is None:
        raise SettingsError(
            tr("{called} is not an image that can be sent: PNG, JPEG, WebP or GIF.", called=called)
        )
    return PastedImage(name=name or f"image.{mime.removeprefix('image/')}", mime=mime, data=data)


def check_room(waiting: Iterable[PastedImage], image: PastedImage) -> None:
    """Raise `SettingsError` where one more image is too much beside those that wait."""
    sizes = [len(each.data) for each in waiting]
    if len(sizes) >= MOST:
        raise SettingsError(
            tr("{name} was not added: {most} images wait already.", name=image.name, most=MOST)
        )
    if sum(sizes) + len(image.data) > LARGEST_TOGETHER:
        limit = f"{LARGEST_TOGETHER // 10**6} MB"
        raise SettingsError(
            tr(
                "{name} was not added: a question takes {limit} of images.",
                name=image.name,
                limit=limit,
            )
        )


def _label(name: str, size: int) -> str:
    return f"{name}, {size / 1e6:.1f} MB" if size >= 1e5 else f"{name}, {size:,} B"


def _mime(data: bytes) -> str | None:
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((mime for start, mime in _BEGINNINGS.items() if data.startswith(start)), None)
