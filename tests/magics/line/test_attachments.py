from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import PIL.Image
import pytest
from IPython.core.error import UsageError
from IPython.display import Image as Display

from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.magics.line.attachments import Attachments
from sophnet_jupyter.magics.line.interpolate import interpolate
from sophnet_jupyter.prompt.images.objects import is_picture
from sophnet_jupyter.response import Response
from sophnet_jupyter.values.image import Image
from sophnet_jupyter.views.media.thumbnails import BYTES


def png(width: int = 40, height: int = 30) -> bytes:
    buffer = io.BytesIO()
    PIL.Image.new("RGB", (width, height), "teal").save(buffer, "PNG")
    return buffer.getvalue()


class Figure:
    """As matplotlib's: it draws itself into a file."""

    __module__ = "matplotlib.figure"

    def savefig(self, file: Any, **options: Any) -> None:
        file.write(png(64, 48))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("b.png", "a.png", "c.PNG"):
        (tmp_path / name).write_bytes(png())
    (tmp_path / "notes.txt").write_text("no picture")
    return tmp_path


def filled(prompt: str, **names: Any) -> tuple[str, list[str], Attachments]:
    pictures = Attachments()
    text, inserted = interpolate(prompt, names, {}, pictures.field)
    return text, inserted, pictures


def added(*words: str, **names: Any) -> list[str]:
    pictures = Attachments()
    pictures.add(words, names)
    return [one.label for one in pictures.items]


PICTURES = {
    "a Pillow image": PIL.Image.new("RGB", (640, 480)),
    "an array of colours": np.zeros((20, 30, 3), "uint8"),
    "an array of floats": np.ones((20, 30, 4)),
    "an array of greys": np.zeros((20, 30), "uint8"),
    "a figure": Figure(),
    "axes of a figure": type("Axes", (), {"__module__": "matplotlib.axes", "figure": Figure()})(),
    "IPython's image": Display(data=png()),
    "a picture that was made": Image(data=png(), mime="image/png"),
    "a response with pictures": Response(images=(Image(data=png(), mime="image/png"),)),
}
WORDS = {
    "a path as text": "a.png",
    "an address": "https://example.org/a.png",
    "a data URI": "data:image/png;base64,AAAA",
    "bytes": png(),
    "a small matrix": np.eye(3),
    "a table of numbers": np.zeros((100, 30)),
    "a row of numbers": np.zeros(100),
    "a data frame": pd.DataFrame({"a": [1]}),
    "a response without pictures": Response(text="hi"),
    "another file": Path("notes.txt"),
    "a file that is not there": Path("nowhere.png"),
    "a module that draws figures": __import__("types"),
    "an object with a figure": SimpleNamespace(figure=3),
    "a class": PIL.Image.Image,
}


@pytest.mark.parametrize("value", PICTURES.values(), ids=PICTURES)
def test_a_picture_in_braces_is_attached_and_numbered(value: Any) -> None:
    text, [said], pictures = filled("Describe {it}.", it=value)
    assert text == "Describe [image 1]."
    assert said.startswith("{it} image ")
    assert len(pictures.items) == 1


@pytest.mark.parametrize("value", WORDS.values(), ids=WORDS)
def test_whatever_is_no_picture_is_put_in_as_words(value: Any, folder: Path) -> None:
    assert not is_picture(value)
    text, _, pictures = filled("{it}", it=value)
    assert "[image" not in text
    assert pictures.items == []


def test_a_path_to_a_picture_is_attached(folder: Path) -> None:
    assert filled("{p}", p=Path("a.png"))[0] == "[image 1]"


def test_the_footer_says_how_large_a_picture_is() -> None:
    assert filled("{img}", img=PIL.Image.new("RGB", (640, 480)))[1] == ["{img} image 640×480"]


def test_the_same_picture_is_sent_once() -> None:
    one, other = PIL.Image.new("RGB", (20, 20)), PIL.Image.new("RGB", (30, 30))
    text, inserted, pictures = filled("{a} {b} {a}", a=one, b=other)
    assert text == "[image 1] [image 2] [image 1]"
    assert len(inserted) == len(pictures.items) == 2


def test_a_response_of_several_pictures_has_a_number_for_each() -> None:
    picture = Image(data=png(), mime="image/png")
    text, _, _ = filled("{made}", made=Response(images=(picture, picture)))
    assert text == "[image 1] [image 2]"


def test_a_picture_that_cannot_be_sent_is_an_error_and_not_left_out() -> None:
    with pytest.raises(SettingsError, match="pixels"):
        filled("{it}", it=PIL.Image.new("RGB", (0, 0)))


@pytest.mark.parametrize(
    ("words", "labels"),
    [
        (["https://example.org/cat.png"], ["cat.png at example.org"]),
        (["img"], ["img · 40×30 · 1 kB"]),
        (["holder.img"], ["holder.img · 40×30 · 1 kB"]),
        (["several"], ["several · 40×30 · 1 kB"] * 2),
        (["a.png"], ["a.png · 40×30 · 1 kB"]),
        (["name"], ["a.png · 40×30 · 1 kB"]),
        (["*.png"], ["a.png · 40×30 · 1 kB", "b.png · 40×30 · 1 kB"]),
        (["a.png", "img"], ["a.png · 40×30 · 1 kB", "img · 40×30 · 1 kB"]),
    ],
)
def test_image_takes_addresses_variables_paths_and_patterns(
    words: list[str], labels: list[str], folder: Path
) -> None:
    image = PIL.Image.new("RGB", (40, 30))
    names = {"img": image, "several": [image, image], "name": "a.png"}
    assert added(*words, holder=SimpleNamespace(img=image), **names) == labels


def test_a_variable_goes_before_a_file_of_its_name(folder: Path) -> None:
    (folder / "img").write_bytes(png(10, 10))
    assert added("img", img=PIL.Image.new("RGB", (40, 30))) == ["img · 40×30 · 1 kB"]


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("nowhere.png", "no file"),
        ("*.webp", "no picture"),
        ("n", "no image"),
        ("none", "none: that is empty"),
    ],
)
def test_what_is_no_picture_is_said_by_name(word: str, said: str, folder: Path) -> None:
    with pytest.raises((UsageError, SettingsError), match=said):
        added(word, n=7, none=[])


def test_options_reach_every_picture() -> None:
    pictures = Attachments(detail="low", max_side=20)
    pictures.add(["img"], {"img": PIL.Image.new("RGB", (200, 100))})
    [one] = pictures.items
    assert "20×10" in one.label
    assert one.part["image_url"]["detail"] == "low"


def test_what_is_shown_of_a_photograph_is_a_few_kilobytes() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (600, 800, 3), "uint8")
    pictures = Attachments()
    pictures.add(["photo"], {"photo": noise})
    assert 0 < len(pictures.shown[0].thumbnail) <= BYTES


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("kind", PICTURES)
def test_a_picture_without_a_name_has_that_of_the_notebook_in_any_language(
    language: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOPHNET_LANGUAGE", language)
    [label] = added("shot", shot=PICTURES[kind])
    assert label.startswith("shot · ")


@pytest.mark.parametrize(
    ("language", "said"), [("en", "at example.org"), ("zh", "来自 example.org")]
)
def test_an_address_is_told_by_its_host_in_any_language(
    language: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOPHNET_LANGUAGE", language)
    _, sizes = Attachments()._attach("https://example.org/a at b.png", "it")
    assert said in sizes
