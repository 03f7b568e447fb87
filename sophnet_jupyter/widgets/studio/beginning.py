"""The image that a studio's form begins with: given, dropped, taken away."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from ...files.disk import in_thread
from ...values.image import Image
from ...views.media import images
from ..uploads.uploads import Upload, Uploads
from .piece import SHOWN

# One byte less is what the service takes.
LARGEST = 30_000_000
ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif")


class Beginning:
    """
    One image, or none. ``tell`` sends to the panel's views, ``check`` raises `SettingsError` for an
    image that the service would refuse.
    """

    def __init__(self, tell: Callable[..., None], check: Callable[[object], object]) -> None:
        self.image: object = None
        self.name, self.thumbnail = "", b""
        self._tell, self._check = tell, check
        self.uploads = Uploads(tell, self._received, limit=LARGEST - 1, accept=ENDINGS)

    def begin_with(self, image: object) -> None:
        """Keep an image from Python. Blocking; raises `SettingsError`."""
        self._check(image)
        self._keep(image, getattr(image, "prompt", "") or type(image).__name__)

    def drop(self) -> None:
        """Begin with none."""
        self._keep(None, "")
        self._tell_it()

    async def _received(self, upload: Upload) -> None:
        await in_thread(self._read, upload)
        self._tell_it()

    def _read(self, upload: Upload) -> None:
        data = upload.read()
        self._check(data)
        self._keep(data, upload.name)

    def _keep(self, image: object, name: str) -> None:
        """Keep an image. Blocking: seconds for a large one."""
        data: Any = image.data if isinstance(image, Image) else image
        thumbnail = b""
        if isinstance(data, bytes):
            # A TIFF or BMP has none, and is sent all the same.
            with suppress(OSError, ValueError):
                thumbnail, _ = images.small(Image(data=data), SHOWN)
        self.image, self.name, self.thumbnail = image, name, thumbnail

    def _tell_it(self) -> None:
        self._tell("image", [self.thumbnail], name=self.name)
