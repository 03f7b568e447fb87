from __future__ import annotations

import struct
import time
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from sophnet_jupyter.files.images import ImageInfo, check

FORMATS = ["PNG", "JPEG", "WEBP", "GIF"]


def picture(kind: str, size: tuple[int, int] = (64, 48), frames: int = 1, **options: Any) -> bytes:
    images = [Image.effect_noise(size, 50 + n) for n in range(frames)]
    file = BytesIO()
    more = {"save_all": True, "append_images": images[1:]} if frames > 1 else {}
    images[0].save(file, kind, **more, **options)
    return file.getvalue()


def png_of_size(width: int, height: int) -> bytes:
    """A header that promises these pixels, and hardly any data."""

    def block(name: bytes, data: bytes) -> bytes:
        check_sum = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + check_sum

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + block(b"IHDR", head) + block(b"IDAT", data) + block(b"IEND", b"")


@pytest.mark.parametrize("kind", FORMATS)
def test_a_picture_is_known_by_its_size_and_format(kind: str, tmp_path: Path) -> None:
    content = picture(kind)
    (tmp_path / "a").write_bytes(content)
    assert check(content) == ImageInfo(width=64, height=48, format=kind)
    assert check(tmp_path / "a") == check(content)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_frames_are_taken_up_to_a_number(kind: str) -> None:
    moving = picture(kind, frames=5)
    assert check(moving, frames=5).width == 64
    with pytest.raises(ValueError, match="more than 4 frames"):
        check(moving, frames=4)


def test_a_moving_picture_may_be_less_large_than_a_still_one() -> None:
    assert check(picture("GIF", (200, 100)), pixels=20_000).width == 200
    with pytest.raises(ValueError, match="200 × 100 pixels"):
        check(picture("GIF", (200, 100), frames=2), pixels=20_000)


@pytest.mark.parametrize("size", [(12_000, 12_000), (100_000, 100_000), (2**31 - 1, 2**31 - 1)])
def test_a_bomb_is_refused_before_it_is_drawn(size: tuple[int, int]) -> None:
    begun = time.process_time()
    with pytest.raises(ValueError, match="40 million are taken"):
        check(png_of_size(*size))
    assert time.process_time() - begun < 1


@pytest.mark.parametrize("kind", FORMATS)
def test_a_picture_that_was_cut_off_is_broken(kind: str) -> None:
    content = picture(kind)
    for length in (6, 40, len(content) // 2):
        with pytest.raises(ValueError, match="broken"):
            check(content[:length])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<html>",
        b"SIMPLE  =                    T",  # FITS
        b"8BPS\0\1",
        b"%!PS-Adobe-3.0 EPSF-3.0",
    ],
)
def test_what_is_no_picture_is_not_tried(content: bytes) -> None:
    with pytest.raises(ValueError, match="no picture"):
        check(content)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_picture_with_a_wrong_byte_is_drawn_or_refused_and_nothing_else(kind: str) -> None:
    content = picture(kind)
    for place in range(0, len(content), max(1, len(content) // 200)):
        spoiled = bytearray(content)
        spoiled[place] ^= 0x55
        try:
            check(bytes(spoiled))
        except ValueError:
            continue
