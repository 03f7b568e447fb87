"""Pictures as cameras, microscopes, scanners and telephones make them."""

from __future__ import annotations

import base64
import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.prompt.images import pixels
from sophnet_jupyter.prompt.images.attach import Attachment, attach
from sophnet_jupyter.providers.dify.file_kinds import is_path
from sophnet_jupyter.providers.sophnet.documents.ocr_source import _sources
from sophnet_jupyter.providers.sophnet.embeddings.request import images_of
from sophnet_jupyter.providers.sophnet.images.request import request as image_request
from sophnet_jupyter.providers.sophnet.videos.request import request as video_request
from sophnet_jupyter.values.image import Image

RAMP = np.tile(np.linspace(0, 4095, 200), (60, 1))


def encoded(image: PIL.Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def opened(attachment: Attachment) -> PIL.Image.Image:
    url = attachment.part["image_url"]["url"]
    return PIL.Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2])))


DEEP = {
    "I;16": PIL.Image.fromarray(RAMP.astype("uint16")),
    "I;16B": PIL.Image.frombytes("I;16B", (200, 60), RAMP.astype(">u2").tobytes()),
    "I": PIL.Image.fromarray(RAMP.astype("int32") - 2000),
    "F": PIL.Image.fromarray(RAMP.astype("float32") / 4095),
    "F with gaps": PIL.Image.fromarray(np.where(RAMP == 0, np.nan, RAMP).astype("float32")),
    "F without end": PIL.Image.fromarray(np.where(RAMP == 0, -np.inf, RAMP).astype("float32")),
    "a PNG": encoded(PIL.Image.fromarray(RAMP.astype("uint16"))),
    "a TIFF": encoded(PIL.Image.fromarray(RAMP.astype("float32")), "TIFF"),
    "a TIFF of 16 bits": encoded(PIL.Image.fromarray(RAMP.astype("uint16")), "TIFF"),
    "an array": RAMP.astype("uint16"),
    "an array in color": np.stack([RAMP] * 3, axis=2).astype("uint16"),
}


@pytest.mark.parametrize("side", [None, 50, 160])
@pytest.mark.parametrize("name", DEEP)
def test_deep_greys_are_scaled_to_what_is_in_them(name: str, side: int | None) -> None:
    [one] = attach(DEEP[name], max_side=side)
    grey = np.asarray(opened(one).convert("L"))[5]
    assert grey[0] <= 5
    assert grey[-1] >= 250
    assert 110 < grey[len(grey) // 2] < 145
    assert "scaled from" in one.label
    assert np.asarray(PIL.Image.open(io.BytesIO(one.thumbnail)).convert("L")).std() > 50


def test_eight_bits_are_not_scaled() -> None:
    [one] = attach(PIL.Image.new("L", (40, 20), 200))
    assert (opened(one).getpixel((0, 0)), "scaled" in one.label) == (200, False)
    [flat] = attach(PIL.Image.fromarray(np.full((20, 20), 900, "uint16")))
    assert 0 < opened(flat).getpixel((0, 0)) < 255


@pytest.mark.parametrize("mode", ["LAB", "La", "RGBa", "RGBX", "PA", "I;16L"])
def test_rare_modes_can_be_sent(mode: str) -> None:
    assert opened(attach(PIL.Image.new(mode, (30, 20)))[0]).size == (30, 20)


def closed() -> PIL.Image.Image:
    image = PIL.Image.open(io.BytesIO(encoded(PIL.Image.new("RGB", (40, 20)))))
    image.close()
    return image


def cut(kind: str) -> PIL.Image.Image:
    noise = np.random.default_rng(0).integers(0, 256, (60, 60, 3), dtype="uint8")
    data = encoded(PIL.Image.fromarray(noise), kind)
    return PIL.Image.open(io.BytesIO(data[: len(data) // 2]))


@pytest.mark.parametrize(
    "image",
    [
        closed(),
        cut("PNG"),
        cut("JPEG"),
        cut("TIFF"),
        PIL.Image.fromarray(np.full((9, 9), np.nan, "float32")),
    ],
    ids=["closed", "PNG", "JPEG", "TIFF", "nothing but gaps"],
)
def test_a_picture_that_cannot_be_read_any_more_is_one_sentence(image: Any) -> None:
    with pytest.raises(SettingsError, match=r"the image (is damaged|has no pixel)") as caught:
        attach(image)
    assert "0x" not in str(caught.value)


def with_exif(data: bytes) -> bytes:
    chunk = b"eXIf" + data
    body = struct.pack(">I", len(data)) + chunk + struct.pack(">I", zlib.crc32(chunk))
    png = encoded(PIL.Image.new("RGB", (40, 20), "red"))
    return png[:33] + body + png[33:]


@pytest.mark.parametrize(
    "junk", [b"junk", b"", b"II*\x00\xff\xff\xff\xff", b"MM\x00*" + b"\xff" * 40]
)
def test_a_damaged_exif_spoils_no_picture(junk: bytes) -> None:
    data = with_exif(junk)
    assert opened(attach(data)[0]).size == (40, 20)
    assert opened(attach(data, max_side=10)[0]).size == (10, 5)
    assert opened(attach(PIL.Image.open(io.BytesIO(data)))[0]).size == (40, 20)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "HEIC.*save it as JPEG"),
        (b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic", "HEIC.*pillow-heif"),
        (b"\x00\x00\x00\x0cjP  \r\n\x87\n" + bytes(40), "JPEG 2000.*save it as PNG"),
        (b"\xff\x0a" + bytes(40), "JPEG XL"),
        (b"8BPS" + bytes(40), "Photoshop"),
        (b"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00avif", "AVIF|damaged"),
    ],
)
def test_pictures_that_are_not_taken_are_named(data: bytes, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        attach(data)


@pytest.mark.skipif("AVIF" not in PIL.Image.registered_extensions().values(), reason="no AVIF")
def test_avif_is_sent_as_png() -> None:
    [one] = attach(encoded(PIL.Image.new("RGB", (40, 20), "red"), "AVIF"))
    assert one.part["image_url"]["url"].startswith("data:image/png")


def moving(kind: str) -> bytes:
    pages = [PIL.Image.new("RGB", (40, 20), color) for color in ("red", "green", "blue")]
    return encoded(pages[0], kind, save_all=True, append_images=pages[1:], duration=100)


@pytest.mark.parametrize(
    ("kind", "word"), [("GIF", "frame"), ("WEBP", "frame"), ("PNG", "frame"), ("TIFF", "page")]
)
def test_of_several_frames_the_first_is_sent_and_named(kind: str, word: str) -> None:
    [one] = attach(moving(kind))
    assert f"{word} 1 of 3" in one.label
    assert opened(one).convert("RGB").getpixel((5, 5))[0] > 200
    assert getattr(opened(one), "n_frames", 1) == 1
    image = PIL.Image.open(io.BytesIO(moving(kind)))
    image.seek(2)
    [other] = attach(image)
    assert f"{word} 3 of 3" in other.label
    assert opened(other).convert("RGB").getpixel((5, 5))[2] > 200
    assert "of" not in attach(encoded(PIL.Image.new("RGB", (40, 20)), kind))[0].label


@pytest.mark.parametrize("kind", ["GIF", "TIFF"])
def test_what_was_drawn_into_a_frame_is_sent(kind: str) -> None:
    image = PIL.Image.open(io.BytesIO(moving(kind)))
    image.seek(1)
    image.load()
    image.paste(image.getpixel((0, 0)) and 0, (0, 0, 10, 10))  # type: ignore[arg-type]
    drawn = image.convert("RGB").getpixel((2, 2))
    for _ in range(2):
        [one] = attach(image)
        assert "2 of 3" in one.label
        assert opened(one).convert("RGB").getpixel((2, 2)) == drawn


def test_a_transparent_picture_that_is_too_large_is_laid_on_a_ground_it_is_seen_on() -> None:
    noise = np.random.default_rng(0).integers(0, 90, (100, 100, 4), dtype="uint8")
    noise[..., 3] = 0
    noise[:50, ..., 3] = 255
    [dark] = attach(PIL.Image.fromarray(noise), max_encoded=30_000)
    assert "without its transparency" in dark.label
    assert opened(dark).getpixel((50, 90))[0] > 240
    white = noise.copy()
    white[..., :3] = 255 - noise[..., :3] // 30
    [light] = attach(PIL.Image.fromarray(white), max_encoded=30_000)
    shown = np.asarray(opened(light).convert("L")) if "JPEG" in str(opened(light).format) else None
    assert pixels.flat(PIL.Image.fromarray(white)).getpixel((50, 90))[0] < 60
    assert shown is None or shown.std() > 50


PICTURE = encoded(PIL.Image.new("RGB", (400, 320), "red"))


def _chat(item: object) -> list[str]:
    return [one.part["image_url"]["url"] for one in attach(item)]


def _image(item: object) -> list[str]:
    return list(image_request("x", images=item)["input"]["images"])


def _video(item: object) -> list[str]:
    [_, part] = video_request("x", image=item).body["content"]
    return [part["image_url"]["url"]]


def _vectors(item: object) -> list[str]:
    return list(images_of(item).sent)


def _read(item: object) -> list[str]:
    return [base64.b64encode(one.data).decode() for one in _sources(item)]


TAKERS = [_chat, _image, _video, _vectors, _read]


@pytest.mark.parametrize("take", TAKERS)
def test_the_path_of_a_file_that_is_there_is_a_picture_everywhere(
    take: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "photo.png").write_bytes(PICTURE)
    monkeypatch.chdir(tmp_path)
    [sent] = take("photo.png")
    assert base64.b64decode(sent.rpartition(",")[2]) == PICTURE


@pytest.mark.parametrize("take", TAKERS)
@pytest.mark.parametrize("broken", ["", "\n", "\r\n "])
@pytest.mark.parametrize("head", ["", "data:image/png;base64,"])
def test_base64_is_a_picture_everywhere_on_however_many_lines(
    take: Any, broken: str, head: str
) -> None:
    text = base64.b64encode(PICTURE).decode()
    lines = broken.join(text[at : at + 76] for at in range(0, len(text), 76))
    [sent] = take(f"{head}{lines}{broken}")
    assert base64.b64decode(sent.rpartition(",")[2]) == PICTURE


def test_base64_names_no_file_of_an_app() -> None:
    text = base64.b64encode(PICTURE).decode()
    assert not is_path(text)
    assert not is_path(f"data:image/png;base64,{text}")
    assert is_path("photo.png")


def test_an_address_that_a_service_gives_reads_no_file(tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(PICTURE)
    with pytest.raises(SettingsError, match="text"):
        attach(Image(url=str(path)))


def test_a_video_says_which_frame_it_begins_with() -> None:
    pages = [PIL.Image.new("RGB", (400, 320), color) for color in ("red", "green")]
    data = encoded(pages[0], "GIF", save_all=True, append_images=pages[1:])
    assert video_request("x", image=data).notes == ("the image: frame 1 of 2.",)
    assert video_request("x", image=PICTURE).notes == ()
