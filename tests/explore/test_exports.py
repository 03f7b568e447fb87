"""What is handed on says nothing that it should not: no key, no folder, no text where none is."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as parquet
import pytest
from PIL import Image

from sophnet_jupyter import Client
from sophnet_jupyter.explore.captions import LONGEST, caption, image_name
from sophnet_jupyter.views.explore.still import bundle

pytestmark = pytest.mark.anyio

KEY = "sk-canary-7Qz41vXw90LmKdPe"
# A word in each place from which it could get into a file.
SECRET = "text label tag category column color summary pin note image".split()
HOSTILE = [
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "]]>&amp;<b>",
    "right\u202eto left\u2066",
    "bell\x07\x00\x1b[31m",
    "half \ud83d",
    "no character \ufffe\uffff",
    "two\nlines\u2028three",
    "=cmd|' /C calc'!A0",
    "x" * 1_000_000,
]


def word(place: str) -> str:
    return f"canary{place}"


@pytest.fixture
async def told(tmp_path: Path):
    """An exploration with a secret word in each place, of images that lie in a secret folder."""
    folder = tmp_path / word("folder")
    folder.mkdir()
    images = []
    for number in range(40):
        path = folder / f"{word('image')}{number}.png"
        Image.new("RGB", (30, 20), (6 * number, 90, 40)).save(path)
        # As its path, as a picture that remembers it, and as a path in a text.
        opened = Image.open(path)
        opened.load()
        images.append((str(path), path, opened)[number % 3] if number % 2 else None)
    rows = [f"{word('row')}{n}" for n in range(40)]
    table = pd.DataFrame(
        {
            word("column"): [
                None if n % 2 else f"{word('text')} {n} of rain and wind" for n in range(40)
            ],
            "category": [word("category") if n % 3 else "b" for n in range(40)],
            "image": pd.Series(images, rows, dtype=object),
        },
        index=rows,
    )
    vectors = np.random.default_rng(0).standard_normal((40, 8)).astype(np.float32)
    async with Client(KEY, "http://127.0.0.1:9/api") as client:
        ex = await client.explore(
            table, word("column"), "image", vectors=vectors, color="category", center="category"
        )
        ex.rename(0, word("label"))
        ex.tag(word("tag"), [f"{word('row')}1"])
        ex._keep_column("summary", np.arange(3), word("summary"))
        ex._notice(word("note"))
        await ex.pin(vectors[0], label=word("pin"))
        yield ex


def written(ex, tmp_path: Path) -> dict[str, bytes]:
    """All that an exploration writes, as bytes that can be read."""
    made = {
        "png": ex.to_png(tmp_path / "map.png"),
        "svg": ex.to_svg(tmp_path / "map.svg").encode(),
        "html": ex.to_html(tmp_path / "map.html").read_bytes(),
        "bare": ex.to_html(tmp_path / "bare.html", include_text=False).read_bytes(),
        "still": repr(bundle(ex)).encode(),
    }
    # A picture has no place in Parquet; what is packed is read, and what stands beside it.
    ex._inputs.table = type(ex._inputs.table)(ex.frame.drop(columns=["image"]))
    table = parquet.read_table(ex.to_parquet(tmp_path / "map.parquet"))
    made["parquet"] = repr((table.to_pylist(), table.schema.metadata)).encode()
    return made


async def test_no_file_of_a_map_holds_a_key_or_says_where_something_lies(told, tmp_path):
    folder = str(tmp_path)
    for name, data in written(told, tmp_path).items():
        text = data.decode("utf-8", "replace")
        assert KEY not in text, name
        assert folder not in text, name
        assert word("folder") not in text, name
        assert str(Path.home()) not in text, name


async def test_a_page_without_texts_holds_not_one_of_them(told, tmp_path):
    made = written(told, tmp_path)
    for place in (*SECRET, "row", "folder"):
        assert word(place).encode() not in made["bare"], place
        assert word(place).encode() not in made["png"], place
    # A search that finds nothing must be one that could find something.
    for place in ("text", "label", "category", "image"):
        assert word(place).encode() in made["html"], place
    held = json.loads(made["bare"].decode().partition('id="data">')[2].partition("</script>")[0])
    assert not {"texts", "images", "title"} & set(held)
    assert held["labels"] == []


async def test_an_image_is_called_by_its_name_on_the_map_and_to_a_model(told):
    images = told.image_positions
    assert len(images) == 20
    assert [told.text_of(row) for row in images] == [f"{word('image')}{n}.png" for n in images]
    assert word("folder") not in told._naming(None)


@pytest.mark.parametrize(
    ("given", "called"),
    [
        ("/home/ana/secret/fox.png", "fox.png"),
        ("C:\\Users\\ana\\fox.png", "fox.png"),
        (Path("~/fox.png"), "fox.png"),
        ("https://ana:pw@host.example/a/fox.png?token=abc#x", "fox.png"),
        ("https://host.example/?token=abc", ""),
        ("https://host.example", ""),
        ("data:image/png;base64,AAAA", ""),
        (b"\x89PNG", ""),
        (Image.new("RGB", (1, 1)), ""),
    ],
)
def test_the_name_of_an_image_is_not_where_it_lies(given, called):
    assert image_name(given) == called


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda text: repr(text)[:24])
async def test_hostile_texts_are_only_text_in_every_file(hostile, tmp_path):
    table = pd.DataFrame(
        {
            "t": pd.Series([hostile, *(f"row {n}" for n in range(29))], dtype=object),
            "c": pd.Series([hostile if n % 2 else "b" for n in range(30)], dtype=object),
        }
    )
    vectors = np.random.default_rng(0).standard_normal((30, 8)).astype(np.float32)
    async with Client("k", "http://127.0.0.1:9") as client:
        ex = await client.explore(table, "t", vectors=vectors, color="c")
        ex.rename(0, hostile)
        ex.tag(hostile, [0, 1])
        assert Image.open(BytesIO(ex.to_png())).size == (1800, 1080)
        drawing = ElementTree.fromstring(ex.to_svg())
        labels = [each.text or "" for each in drawing.iter("{http://www.w3.org/2000/svg}text")]
        assert {each.tag.rpartition("}")[2] for each in drawing.iter()} <= {
            *("svg", "rect", "path", "text")
        }
        assert all(len(label) <= LONGEST for label in labels)
        for bare in (False, True):
            path = ex.to_html(tmp_path / "map.html", include_text=not bare)
            page = path.read_text("utf-8")
            # The script of the page, and what it shows: nothing opens a third.
            assert page.count("<script") == page.count("</script>") == 2
            assert "<!--" not in page
            assert len(page) < 120_000
        again = await client.explore(ex.to_parquet(tmp_path / "map.parquet"))
        assert list(again.tags.values()) == [2]
        assert again.clusters.label.tolist() == ex.clusters.label.tolist()
        assert len(again.frame.t[0]) == len(hostile)


def test_a_caption_is_one_short_line_of_what_can_be_seen():
    for hostile in HOSTILE:
        said = caption(hostile)
        assert said
        assert said.isprintable(), repr(said)
        assert len(said) <= LONGEST
        assert said == " ".join(said.split())
    # What belongs to ordinary writing stays.
    assert caption("👩‍💻 שלום‏ नमस्ते 相似度") == "👩‍💻 שלום‏ नमस्ते 相似度"


async def test_a_page_speaks_the_language_of_whoever_writes_it(tmp_path, monkeypatch):
    monkeypatch.setenv("SOPHNET_LANGUAGE", "zh")
    vectors = np.random.default_rng(0).standard_normal((30, 8)).astype(np.float32)
    async with Client("k", "http://127.0.0.1:9") as client:
        ex = await client.explore(vectors)
    page = ex.to_html(tmp_path / "map.html").read_text("utf-8")
    assert '<html lang="zh">' in page
    assert "<title>30 行的分布图</title>" in page
    for said in ("Save tags", "Similar rows", "Nothing is selected"):
        assert f'"{said}": "' in page
    # And only what it says itself.
    assert "Name by chat" not in page
