"""Groups that stand apart: measured, told, and taken out when somebody wants it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sophnet_jupyter import errors
from sophnet_jupyter.explore.kernels.scripts import script

pytestmark = pytest.mark.anyio


@pytest.fixture
def islands() -> tuple[pd.DataFrame, np.ndarray]:
    """60 rows of three topics in two languages, each language far from the other."""
    random = np.random.default_rng(0)
    topics, shift = random.standard_normal((3, 24)), 6 * random.standard_normal(24)
    rows = []
    for language, words in (("en", "rain soup goal"), ("zh", "下雨 做汤 进球")):
        for topic, word in enumerate(words.split()):
            for number in range(10):
                vector = 3 * topics[topic] + random.standard_normal(24) * 0.3
                vector = vector + (shift if language == "zh" else -shift)
                rows.append((language, topic, f"{word} {number}", vector))
    table = pd.DataFrame(rows, columns=["lang", "topic", "text", "v"])
    return table.drop(columns="v"), np.stack(table.v.tolist()).astype(np.float32)


@pytest.mark.parametrize(
    ("text", "is_in"),
    [
        ("plain words", "Latin"),
        ("天气很好 OK", "Han"),
        ("今日は天気", "Kana"),
        ("Привет", "Cyrillic"),
        ("안녕하세요", "Hangul"),
        ("12 :-)", ""),
        ("", ""),
    ],
)
def test_a_text_is_in_the_script_of_most_of_it(text: str, is_in: str) -> None:
    assert script(text) == is_in


async def test_languages_that_are_islands_are_measured_by_their_column(client, islands):
    table, vectors = islands
    ex = await client.explore(table, "text", vectors=vectors)
    assert ex.gap.by == "lang"
    assert ex.gap.large
    assert not ex.gap.centered
    assert ex.gap.share < 0.05
    assert ex.gap.groups == {"en": 30, "zh": 30}
    assert "lang" in ex.gap.sentence
    without = await client.explore(table[["text"]], "text", vectors=vectors)
    assert without.gap.by == "script"


async def test_the_switch_places_the_rows_anew_and_back_and_keeps_names(client, islands, seen):
    table, vectors = islands
    ex = await client.explore(table, "text", vectors=vectors, color="topic")
    before = ex.map
    ex.rename(0, "mine")
    await ex.center("lang")
    assert ex.state == "ready"
    assert ex.gap.centered
    assert ex.gap.share > 0.3
    assert ex.options.center == "lang"
    near = ex.neighbors(0, 10)
    assert (near.lang == "zh").any()
    assert (near.topic == 0).all()
    await ex.center(None)
    assert np.allclose(ex.map, before)
    assert not ex.gap.centered
    assert seen() == []
    with pytest.raises(errors.SettingsError, match="no column"):
        await ex.center("nothing")
    assert ex.options.center is None


async def test_rows_of_one_script_have_no_gap(client, texts):
    ex = await client.explore(texts, "text")
    assert ex.gap is None


async def test_a_map_on_the_places_of_another_one_is_not_centered(client, texts, tmp_path):
    first = await client.explore(texts, "text")
    path = first.to_parquet(tmp_path / "a.parquet")
    again = await client.explore(texts, "text", like=path)
    with pytest.raises(errors.SettingsError, match="keeps the places"):
        await again.center("topic")
    opened = await client.explore(path)
    await opened.center("topic")
    assert np.isfinite(opened.map).all()


async def test_pins_go_along_when_groups_are_taken_out(client, texts):
    ex = await client.explore(texts, "text")
    pin = await ex.pin("rain")
    await ex.center("topic")
    assert list(ex.pins) == ["rain"]
    assert not np.allclose(ex.pins["rain"].vector, pin.vector)


async def test_hits_are_ranked_among_texts_and_among_images(client, tmp_path):
    from PIL import Image

    paths = []
    for number, color in enumerate(("red", "blue", "green", "yellow")):
        path = tmp_path / f"{number}.png"
        Image.new("RGB", (32, 32), color).save(path)
        paths.append(str(path))
    words = ["red", "blue", "green", "yellow"]
    table = pd.DataFrame({"title": words * 2, "path": [None] * 4 + paths})
    ex = await client.explore(table, "title", "path")
    found = await ex.search("red", 4)
    assert sorted(found.kind) == ["image", "image", "text", "text"]
    assert found["rank"].tolist() == [1, 1, 2, 2]
    by_image = await ex.search(paths[1], 2)
    assert set(by_image.kind) == {"text", "image"}
    assert ex.gap.by == "kind"
    assert ex.image_positions.tolist() == [4, 5, 6, 7]


async def test_a_map_of_texts_by_another_model_refuses_an_image(client, texts):
    from PIL import Image

    ex = await client.explore(texts, "text")
    with pytest.raises(errors.SettingsError, match="takes no images"):
        await ex.search(Image.new("RGB", (8, 8)))


async def test_a_saved_file_is_searched_by_the_model_it_was_made_with(
    client, texts, tmp_path, seen
):
    ex = await client.explore(texts, "text", model="bge-m3")
    again = await client.explore(ex.to_parquet(tmp_path / "a.parquet"))
    await again.search("rain")
    assert seen()[-1]["body"]["model"] == "bge-m3"
