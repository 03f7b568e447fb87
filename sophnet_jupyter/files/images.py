"""Checks of an image before it is shown: that it is complete, and not too large to decode."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from ..language import tr

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

# A file of 50 kB can say that it is 12,000 pixels square, and takes 600 MB to draw.
PIXELS = 40_000_000
FRAMES = 500
# Going through the frames draws them, so each may be this many times smaller.
MOVING = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageInfo:
    """The size of a checked image in pixels, and its format (``PNG``)."""

    width: int
    height: int
    format: str


def check(content: Path | bytes, *, pixels: int = PIXELS, frames: int = FRAMES) -> ImageInfo:
    """
    Decode the first frame and count the others, without drawing anything.

    Takes PNG, JPEG, WEBP and GIF. Blocking: 10 to 300 ms, and 4 bytes of memory a pixel. Raises
    `ValueError` with words that go on from ``it``.
    """
    if isinstance(content, bytes):
        return _checked(BytesIO(content), pixels, frames)
    with content.open("rb") as file:
        return _checked(file, pixels, frames)


def _checked(file: BinaryIO, pixels: int, frames: int) -> ImageInfo:
    image = _opened(file)
    width, height = image.size
    try:
        _check_size(width, height, pixels)
        # The frames first: going to them would throw away what was drawn.
        if _moves(image):
            _check_size(width, height, pixels // MOVING)
            _count(image, frames)
        image.load()
    except _TooMuch:
        raise
    except Exception:
        # Whatever a reader stumbles over, the file is to blame.
        raise ValueError(tr("is a broken picture")) from None
    finally:
        image.close()
    return ImageInfo(width=width, height=height, format=str(image.format))


class _TooMuch(ValueError):
    """The image has more pixels or frames than we accept."""


def _check_size(width: int, height: int, pixels: int) -> None:
    if width * height > pixels:
        raise _TooMuch(
            tr(
                "is {width:,} × {height:,} pixels large, and {most} million are taken",
                width=width,
                height=height,
                most=pixels // 1_000_000,
            )
        )


def _moves(image: ImageFile) -> bool:
    """True where there is a second frame; some decoders would read all frames to tell."""
    try:
        image.seek(1)
    except EOFError:
        return False
    image.seek(0)
    return True


def _opened(file: BinaryIO) -> ImageFile:
    # Each format's own class, since Image.open() tries formats nobody sends, and warns about large
    # ones on the way: we have a limit of our own, and it is lower.
    from PIL.GifImagePlugin import GifImageFile
    from PIL.JpegImagePlugin import JpegImageFile
    from PIL.PngImagePlugin import PngImageFile
    from PIL.WebPImagePlugin import WebPImageFile

    starts: list[tuple[bytes, type[ImageFile]]] = [
        (b"\x89PNG", PngImageFile),
        (b"\xff\xd8\xff", JpegImageFile),
        (b"GIF8", GifImageFile),
        (b"RIFF", WebPImageFile),
    ]
    head = file.read(4)
    file.seek(0)
    for start, reader in starts:
        if head.startswith(start):
            try:
                return reader(file)
            except Exception:
                raise ValueError(tr("is a broken picture")) from None
    raise ValueError(tr("is no picture of a kind that is shown (PNG, JPEG, WEBP, GIF)"))


def _count(image: ImageFile, frames: int) -> None:
    """Count frames one by one up to the limit: the total would make Pillow read all of them."""
    try:
        image.seek(frames)
    except EOFError:
        image.seek(0)
        return
    raise _TooMuch(tr("has more than {frames} frames", frames=frames))
