"""An image of an answer, with its prompt and settings."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from ..errors import SettingsError
from ..files.names import at_home
from ..files.saving import is_folder, save_bytes, save_new, stem
from ..language import mark, tr

if TYPE_CHECKING:
    import PIL.Image


_BROKEN = mark("That picture is broken, or of a kind that is not shown (PNG, JPEG, WEBP, GIF).")


class BrokenImage(SettingsError, ValueError):
    """Its bytes are no picture that can be drawn: to those who draw it, a value like others."""


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """
    An image that a service has made.

    ``data`` are its bytes, looked at and found to be a whole PNG, JPEG, WEBP or GIF of the type
    ``mime``; empty where it was not fetched, and only its address ``url`` is known, which may
    expire within a day. ``index`` is its place among those that were asked for together, ``asked``
    are the settings that were sent with the prompt, such as ``size``.
    """

    url: str = ""
    data: bytes = b""
    mime: str = ""
    index: int = 0
    prompt: str = ""
    seed: int | None = None
    task_id: str = ""
    asked: Mapping[str, Any] = {}

    @property
    def size(self) -> tuple[int, int]:
        """
        Width and height in pixels. Reads the head of the file, which takes some 50 µs.

        Raises `SettingsError` where it was not fetched, or is broken.
        """
        with self._opened() as image:
            return image.size

    def open(self) -> PIL.Image.Image:
        """The picture as Pillow has it. Raises `SettingsError` as `size` does."""
        image = self._opened()
        try:
            image.load()
        except Exception:
            raise BrokenImage(tr(_BROKEN)) from None
        return image

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write it to a file or a folder; see `Response.save`."""

        return save_images([self], path)[0]

    def __repr__(self) -> str:
        # Without the address: who holds it can fetch the picture.
        seed = "" if self.seed is None else f" · seed {self.seed}"
        if not self.data:
            return f"<Image, not fetched{seed}>"
        try:
            width, height = self.size
        except SettingsError:
            return f"<Image, broken · {len(self.data) / 1000:,.0f} kB{seed}>"
        kind = self.mime.rpartition("/")[2].upper()
        return f"<Image {width}×{height} {kind} · {len(self.data) / 1000:,.0f} kB{seed}>"

    def _repr_png_(self) -> bytes | None:
        if not self.data or self.mime == "image/jpeg":
            return None
        return self.data if self.mime == "image/png" else self.encoded("PNG")

    def _repr_jpeg_(self) -> bytes | None:
        return self.data if self.mime == "image/jpeg" else None

    def encoded(self, kind: str) -> bytes:
        """Its bytes in another format of Pillow: ``PNG``, ``JPEG``, ``WEBP``, ``GIF``."""
        image = self.open()
        if kind == "JPEG" and image.mode not in ("RGB", "L"):
            image = image.convert("RGB")
        file = io.BytesIO()
        image.save(file, kind)
        return file.getvalue()

    def _opened(self) -> PIL.Image.Image:
        if not self.data:
            raise SettingsError(tr("That picture was not fetched; only its address is known."))
        import PIL.Image

        try:
            return PIL.Image.open(io.BytesIO(self.data), formats=("PNG", "JPEG", "WEBP", "GIF"))
        except Exception:
            # Whatever a reader stumbles over, the file is to blame.
            raise BrokenImage(tr(_BROKEN)) from None


_FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP", ".gif": "GIF"}
_SUFFIXES = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp", "image/gif": ".gif"}


# What it was called before.
Picture = Image


def save_images(pictures: Sequence[Image], path: str | os.PathLike[str]) -> list[Path]:
    """
    Write pictures to a folder, or to a file: several become ``fox-1.png``, ``fox-2.png``.

    The suffix decides the format. Raises `SettingsError`.
    """
    target = at_home(path)
    if is_folder(path):
        return [
            save_new(
                picture.data,
                target,
                stem(picture.prompt, picture.seed, "image"),
                suffix(picture),
                readable=True,
            )
            for picture in pictures
        ]
    saved = []
    for number, picture in enumerate(pictures, 1):
        name = f"{target.stem}-{number}" if len(pictures) > 1 else target.stem
        ending = target.suffix or suffix(picture)
        data = picture.data if ending == suffix(picture) else picture.encoded(_format(ending))
        saved.append(save_bytes(data, target.with_name(name + ending)))
    return saved


def suffix(picture: Image) -> str:
    """What the name of its file ends with. Raises `SettingsError` if it was not fetched."""
    if not picture.data:
        raise SettingsError(tr("That picture was not fetched; only its address is known."))
    return _SUFFIXES.get(picture.mime, ".png")


def _format(ending: str) -> str:
    if ending.lower() not in _FORMATS:
        raise SettingsError(
            tr(
                "{ending} is no format of pictures: {names} are.",
                ending=ending,
                names=", ".join(_FORMATS),
            )
        )
    return _FORMATS[ending.lower()]
