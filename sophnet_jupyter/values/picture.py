"""One picture of an answer, with what it was made from."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from ..errors import SettingsError

if TYPE_CHECKING:
    from PIL import Image


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """
    A picture that a service has made.

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
        """Width and height in pixels. Reads the head of the file, which takes some 50 µs."""
        with self._opened() as image:
            return image.size

    def open(self) -> Image.Image:
        """The picture as Pillow has it. Raises `SettingsError` where it was not fetched."""
        image = self._opened()
        image.load()
        return image

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write it to a file or a folder; see `Response.save`."""
        from ..files.saving import save_pictures

        return save_pictures([self], path)[0]

    def __repr__(self) -> str:
        # Without the address: who holds it can fetch the picture.
        seed = "" if self.seed is None else f" · seed {self.seed}"
        if not self.data:
            return f"<Picture, not fetched{seed}>"
        width, height = self.size
        kind = self.mime.rpartition("/")[2].upper()
        return f"<Picture {width}×{height} {kind} · {len(self.data) / 1000:,.0f} kB{seed}>"

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

    def _opened(self) -> Image.Image:
        if not self.data:
            raise SettingsError("That picture was not fetched; only its address is known.")
        from PIL import Image

        return Image.open(io.BytesIO(self.data), formats=("PNG", "JPEG", "WEBP", "GIF"))
