from __future__ import annotations

import base64
import io
import struct
import zlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import PIL.Image
import PIL.TiffImagePlugin
import pytest
from IPython.display import Image as DisplayImage

from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.prompt.images.attach import (
    Attachment,
    attach,
    attach_pages,
    attached,
    with_images,
)
from sophnet_jupyter.response import Response
from sophnet_jupyter.values.image import Image


def encoded(image: PIL.Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def opened(attachment: Attachment) -> PIL.Image.Image:
    url = attachment.part["image_url"]["url"]
    return PIL.Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2])))


def sent(attachment: Attachment) -> bytes:
    return base64.b64decode(attachment.part["image_url"]["url"].partition(",")[2])


def mime(attachment: Attachment) -> str:
    url: str = attachment.part["image_url"]["url"]
    return url[5 : url.index(";")]


RED = PIL.Image.new("RGB", (40, 20), "red")
PNG = encoded(RED)


def noise(side: int, kind: str = "PNG") -> bytes:
    values = np.random.default_rng(0).integers(0, 256, (side, side, 3), dtype="uint8")
    return encoded(PIL.Image.fromarray(values), kind)


def huge_png(width: int, height: int) -> bytes:
    """A PNG whose header promises more pixels than it has."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b""))


def test_a_file_is_sent_byte_for_byte(tmp_path: Path) -> None:
    path = tmp_path / "红 狐.png"
    path.write_bytes(PNG)
    [one] = attach(path, detail="high")
    assert sent(one) == PNG
    assert one.part["image_url"]["detail"] == "high"
    assert one.label == "红 狐.png · 40×20 · 1 kB"


@pytest.mark.parametrize(("kind", "name"), [("JPEG", "jpeg"), ("WEBP", "webp"), ("GIF", "gif")])
def test_formats_that_models_take_stay_as_they_are(kind: str, name: str) -> None:
    data = encoded(RED, kind)
    [one] = attach(data)
    assert (mime(one), sent(one)) == (f"image/{name}", data)


@pytest.mark.parametrize("kind", ["BMP", "TIFF"])
def test_other_formats_are_sent_as_png(kind: str) -> None:
    [one] = attach(encoded(RED, kind))
    assert mime(one) == "image/png"
    assert opened(one).getpixel((0, 0)) == (255, 0, 0)


def test_an_address_is_passed_on_and_not_fetched() -> None:
    [one] = attach("https://example.org/a/cat%20one.png?size=2")
    assert one.part["image_url"] == {"url": "https://example.org/a/cat%20one.png?size=2"}
    assert (one.thumbnail, one.label) == (b"", "cat one.png at example.org")


def test_a_data_uri_is_checked_and_named_by_what_it_is() -> None:
    [one] = attach("data:image/jpeg;base64," + base64.b64encode(PNG).decode())
    assert mime(one) == "image/png"


@pytest.mark.parametrize(
    "text", ["cat.png", "", "ftp://example.org/a.png", "https://", "file:///etc/passwd"]
)
def test_a_text_attaches_no_file(text: str) -> None:
    with pytest.raises(SettingsError, match="pass Path"):
        attach(text)


def test_an_address_with_a_password_is_refused_without_repeating_it() -> None:
    with pytest.raises(SettingsError) as caught:
        attach("https://me:hunter2@example.org/a.png")
    assert "hunter2" not in str(caught.value)


def test_a_photo_is_turned_upright() -> None:
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    [one] = attach(encoded(RED, "JPEG", exif=exif))
    assert opened(one).size == (20, 40)
    assert mime(one) == "image/jpeg"
    assert opened(one).getexif().get(0x0112, 1) == 1


def test_a_picture_is_shrunk_only_when_it_is_larger() -> None:
    [small], [same] = attach(PNG, max_side=10), attach(PNG, max_side=40)
    assert opened(small).size == (10, 5)
    assert sent(same) == PNG


def test_transparency_is_kept() -> None:
    [one] = attach(encoded(PIL.Image.new("RGBA", (40, 20), (255, 0, 0, 128))), max_side=20)
    assert opened(one).mode == "RGBA"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "YCbCr", "HSV", "I;16", "F"])
def test_pillow_images_of_every_mode_can_be_sent(mode: str) -> None:
    [one] = attach(PIL.Image.new(mode, (200, 20)))
    assert opened(one).size == (200, 20)
    assert PIL.Image.open(io.BytesIO(one.thumbnail)).size == (160, 16)


@pytest.mark.parametrize("mode", ["CMYK", "L"])
def test_jpegs_of_every_mode_can_be_sent(mode: str) -> None:
    [one] = attach(encoded(PIL.Image.new(mode, (20, 20)), "JPEG"))
    assert PIL.Image.open(io.BytesIO(one.thumbnail)).format == "PNG"


def test_arrays_become_what_they_show() -> None:
    levels = np.zeros((4, 6, 3))
    levels[..., 1] = 1.0
    for array in (levels, (levels * 255).astype("uint8"), (levels * 255).astype("int64")):
        assert opened(attach(array)[0]).getpixel((5, 3)) == (0, 255, 0)
    assert opened(attach(levels[:, :, 0])[0]).mode == "L"
    assert opened(attach(levels[:, :, :1])[0]).mode == "L"
    assert opened(attach(np.ones((2, 2, 4)))[0]).mode == "RGBA"
    assert opened(attach(np.ones((2, 2), dtype=bool))[0]).getpixel((0, 0)) == 255
    assert opened(attach(levels[::2, ::-1])[0]).size == (6, 2)


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.zeros(3), "must be H×W"),
        (np.zeros((2, 2, 2)), "2×2×2"),
        (np.zeros((0, 5)), "no pixels"),
        (np.full((2, 2), 255.0), "go from 255 to 255"),
        (np.full((2, 2), np.nan), "between 0 and 1"),
        (np.full((2, 2), 300), "between 0 and 255"),
        (np.zeros((2, 2), dtype=complex), "uint8"),
        (np.broadcast_to(np.zeros(1, "uint8"), (7000, 7000)), "40 megapixels"),
    ],
)
def test_an_array_that_is_no_image_says_why(array: Any, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        attach(array)


def test_a_figure_or_its_axes_are_drawn() -> None:
    def savefig(file: Any, *, format: str, bbox_inches: str) -> None:  # noqa: A002
        assert (format, bbox_inches) == ("png", "tight")
        file.write(PNG)

    figure = SimpleNamespace(savefig=savefig)
    assert sent(attach(figure)[0]) == PNG
    assert sent(attach(SimpleNamespace(figure=figure))[0]) == PNG


def test_what_jupyter_would_draw_can_be_sent() -> None:
    class Plot:
        def _repr_png_(self) -> bytes:
            return PNG

    jpeg = encoded(RED, "JPEG")
    assert sent(attach(Plot())[0]) == PNG
    assert sent(attach(DisplayImage(PNG))[0]) == PNG
    assert sent(attach(DisplayImage(jpeg))[0]) == jpeg
    assert sent(attach(DisplayImage(encoded(RED, "GIF")))[0]) == encoded(RED, "GIF")
    linked = DisplayImage(url="https://example.org/x.png")
    assert attach(linked)[0].part["image_url"]["url"] == "https://example.org/x.png"


def test_an_object_that_fails_to_draw_itself_is_one_sentence() -> None:
    class Broken:
        def _repr_png_(self) -> bytes:
            raise ZeroDivisionError("no\naxes")

    with pytest.raises(SettingsError, match="ZeroDivisionError: no axes"):
        attach(Broken())


def test_a_response_brings_all_its_images() -> None:
    urls = ["https://example.org/1.png", "https://example.org/2.png"]
    response = Response(images=tuple(Image(url=url) for url in urls))
    assert [one.label for one in attach([response, PNG])] == [
        "1.png at example.org",
        "2.png at example.org",
        "the image · 40×20 · 1 kB",
    ]
    with pytest.raises(SettingsError, match="no images"):
        attach(Response())


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"hello", "not an image"),
        (b"%PDF-1.7", "a PDF"),
        (b"<svg xmlns=''/>", "an SVG"),
        (noise(20)[:-200], "damaged"),
        (encoded(RED, "JPEG")[:300], "damaged"),
        (PNG[:12] + b"junk" * 9, "damaged"),
        (b"RIFF\x04\x00\x00\x00WEBP", "damaged"),
        (huge_png(8000, 6000), "8000×6000"),
        (huge_png(12_000, 9_000), "40 megapixels"),
        (huge_png(60_000, 60_000), "40 megapixels"),
    ],
)
def test_bytes_that_are_no_image_say_what_is_wrong(data: bytes, said: str) -> None:
    with pytest.raises(SettingsError, match=said) as caught:
        attach(data)
    assert str(caught.value).count("\n") == 0


def test_files_that_cannot_be_read_say_why(tmp_path: Path) -> None:
    for path, said in [
        (tmp_path / "none.png", "There is no file"),
        (tmp_path, "a folder"),
        (Path("/dev/zero"), "no ordinary file"),
        (tmp_path / "a\0b", "cannot be read"),
    ]:
        with pytest.raises(SettingsError, match=said):
            attach(path)


def test_a_picture_that_is_too_large_says_how_to_shrink_it() -> None:
    data = noise(100)
    with pytest.raises(SettingsError, match=r"bytes encoded, the limit is .* bytes.*max_side=2048"):
        attach(data, max_encoded=20_000)
    assert attach(data, max_encoded=20_000, max_side=50)


def test_pixels_too_large_as_png_are_sent_as_jpeg() -> None:
    image = PIL.Image.open(io.BytesIO(noise(100)))
    [one] = attach(image, max_encoded=30_000)
    assert mime(one) == "image/jpeg"


@pytest.mark.parametrize("item", [None, 3, object(), {"url": "x"}])
def test_what_is_no_image_is_refused_by_its_type(item: object) -> None:
    with pytest.raises(SettingsError, match=rf"A {type(item).__name__} is no image"):
        attach(item)


def test_an_attachment_can_be_used_again() -> None:
    [one] = attach(PNG)
    assert attach(one) == [one]
    [closer] = attach(one, detail="low")
    assert closer.part["image_url"]["detail"] == "low"
    assert closer.thumbnail == one.thumbnail


def scan(pages: int, *, reduced: bool = False) -> bytes:
    """A TIFF with so many pages, each of its own size, and a smaller copy of the first."""
    images = [PIL.Image.new("L", (40 + page, 20), 255) for page in range(pages)]
    if reduced:
        copy = PIL.Image.new("L", (8, 4), 255)
        tags = PIL.TiffImagePlugin.ImageFileDirectory_v2()
        tags[254] = 1
        copy.encoderinfo = {"tiffinfo": tags}
        images.append(copy)
    return encoded(images[0], "TIFF", save_all=True, append_images=images[1:])


def test_each_page_of_a_tiff_is_a_picture_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "scan.tif"
    path.write_bytes(scan(3, reduced=True))
    found = attach([path, PNG], pages=True)
    assert [opened(one).size for one in found] == [(40, 20), (41, 20), (42, 20), (40, 20)]
    assert [one.label.partition(" · ")[0] for one in found] == [
        "scan.tif, page 1 of 3",
        "scan.tif, page 2 of 3",
        "scan.tif, page 3 of 3",
        "the image",
    ]
    assert not any(one.note for one in found)
    [alone] = attach(scan(1), pages=True)
    assert alone.label.startswith("the image · 40×20")
    [first] = attach(path)
    assert first.note == "page 1 of 4"
    with pytest.raises(SettingsError, match="has 21 pages; up to 20"):
        attach(scan(21), pages=True)


def test_pages_are_all_sent_where_so_many_pictures_are_taken() -> None:
    def sizes(images: object) -> list[tuple[int, int]]:
        return [opened(one).size for one in attach_pages(images, most=3)]

    assert sizes(scan(2)) == [(40, 20), (41, 20)]
    assert sizes([scan(2, reduced=True), scan(1)]) == [(40, 20), (41, 20), (40, 20)]
    assert sizes([scan(2), scan(2)]) == [(40, 20), (40, 20)]
    assert sizes([*attach(scan(1)), scan(2)]) == [(40, 20), (40, 20), (41, 20)]
    [first] = attach_pages(scan(4), most=3)
    assert first.note == "page 1 of 4"


def test_a_tiff_that_breaks_off_keeps_the_pages_before_it() -> None:
    whole = scan(3)
    assert len(attach(whole[: len(whole) * 2 // 3], pages=True)) < 3


@pytest.mark.anyio
async def test_pictures_are_read_beside_the_loop() -> None:
    assert [sent(one) for one in await attached([PNG, PNG])] == [PNG, PNG]


def test_pictures_stand_behind_the_words_of_the_last_question() -> None:
    [one] = attach("https://example.org/1.png")
    talk = [
        {"role": "user", "content": "first"},
        {"role": "assistant", "content": "yes?"},
        {"role": "user", "content": "what is this?"},
        {"role": "assistant", "content": "wait"},
    ]
    asked = with_images(talk, [one])
    assert asked[2]["content"] == [{"type": "text", "text": "what is this?"}, one.part]
    assert (asked[0], talk[2]["content"]) == (talk[0], "what is this?")
    again = with_images(asked, [one])
    assert [part["type"] for part in again[2]["content"]] == ["text", "image_url", "image_url"]
    with pytest.raises(SettingsError):
        with_images([{"role": "system", "content": "x"}], [one])
