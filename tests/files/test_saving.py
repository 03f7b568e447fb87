from __future__ import annotations

import io
import os
from pathlib import Path

import PIL.Image
import pytest

from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.files import saving
from sophnet_jupyter.response import Response
from sophnet_jupyter.values.image import Image


def picture(seed: int = 7, prompt: str = "a fox") -> Image:
    buffer = io.BytesIO()
    PIL.Image.new("RGBA", (8, 6), (seed, 0, 0, 128)).save(buffer, "PNG")
    return Image(data=buffer.getvalue(), mime="image/png", prompt=prompt, seed=seed)


def test_one_picture_becomes_the_file_that_was_named_again_and_again(tmp_path: Path) -> None:
    response = Response(images=(picture(),))
    for _ in range(2):
        assert response.save(tmp_path / "fox.png") == [tmp_path / "fox.png"]
    assert (tmp_path / "fox.png").read_bytes() == response.images[0].data
    assert list(tmp_path.iterdir()) == [tmp_path / "fox.png"]


def test_several_pictures_for_one_name_are_numbered(tmp_path: Path) -> None:
    paths = Response(images=(picture(7), picture(8))).save(tmp_path / "fox.png")
    assert [path.name for path in paths] == ["fox-1.png", "fox-2.png"]


def test_the_ending_of_a_name_decides_the_format(tmp_path: Path) -> None:
    for name, kind in (("a.jpg", "JPEG"), ("a.webp", "WEBP"), ("a", "PNG")):
        with PIL.Image.open(picture().save(tmp_path / name)) as image:
            assert image.format == kind
    with pytest.raises(SettingsError, match=r"\.tga is no format"):
        picture().save(tmp_path / "a.tga")


def test_in_a_folder_names_are_ours_and_nothing_is_overwritten(tmp_path: Path) -> None:
    prompt = '../../etc/passwd "CON" 狐狸\n\x1b' + "x" * 300
    [first] = Response(images=(picture(prompt=prompt),)).save(f"{tmp_path}/new/")
    [second] = Response(images=(picture(prompt=prompt),)).save(tmp_path / "new")
    assert first != second
    assert {path.parent for path in (first, second)} == {tmp_path / "new"}
    # The words of all scripts, and nothing that a shell, a path or a system would take for more.
    assert first.name.startswith("etc-passwd--CON--狐狸-")
    assert not set('/\\":<>|?*\n\x1b') & set(first.name)
    assert len(first.name.encode()) < 255


def test_a_text_is_saved_where_there_is_no_picture(tmp_path: Path) -> None:
    [path] = Response(text="你好").save(tmp_path / "answer.md")
    assert path.read_text(encoding="utf-8") == "你好"
    with pytest.raises(SettingsError, match="name a file"):
        Response(text="x").save(tmp_path)
    with pytest.raises(SettingsError, match="nothing to save"):
        Response().save(tmp_path / "a")


def test_what_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for name in ("file/fox.png", "图" * 200 + ".png", "a\0b.png"):
        with pytest.raises(SettingsError, match="cannot be written"):
            picture().save(tmp_path / name)
        with pytest.raises(SettingsError, match="cannot be written"):
            Response(text="words").save(tmp_path / name)


def test_a_full_disk_keeps_what_was_there_and_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture(7).save(tmp_path / "fox.png")
    before = (tmp_path / "fox.png").read_bytes()

    def full(self: object, data: bytes) -> None:
        os.write(self._handle, data[:10])  # type: ignore[attr-defined]
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(saving.NewFile, "write", full)
    for name in ("fox.png", "fox.jpg", "new.png"):
        with pytest.raises(SettingsError, match="cannot be written: the disk is full"):
            picture(8).save(tmp_path / name)
    with pytest.raises(SettingsError, match="the disk is full"):
        Response(images=(picture(8), picture(9))).save(f"{tmp_path}/several/")
    files = [path.name for path in tmp_path.rglob("*") if path.is_file()]
    assert files == ["fox.png"]
    assert (tmp_path / "fox.png").read_bytes() == before


def test_a_picture_that_was_not_fetched_says_so(tmp_path: Path) -> None:
    lost = Image(url="https://store.example/1.png?Signature=secret")
    assert "secret" not in repr(lost)
    for use in (lost.open, lambda: lost.save(tmp_path / "a.png"), lambda: lost.size):
        with pytest.raises(SettingsError, match="not fetched"):
            use()


def test_a_picture_shows_itself() -> None:
    one = picture()
    assert one._repr_png_() == one.data
    assert one._repr_jpeg_() is None
    assert repr(one) == "<Image 8×6 PNG · 0 kB · seed 7>"
    assert one.open().size == (8, 6)
