"""Files of an exploration, and the same map every week."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from sophnet_jupyter import Client, Explorer, errors
from sophnet_jupyter.explore.export import png
from sophnet_jupyter.views.explore import still

pytestmark = pytest.mark.anyio


@pytest.fixture
async def ex(client, texts):
    return await client.explore(texts, "text", color="cluster")


async def test_a_saved_file_opens_as_it_was(client, ex, tmp_path, seen):
    ex.rename(0, "mine")
    ex.tag("good", ["r1"])
    path = ex.to_parquet(tmp_path / "week.parquet")
    asked = len(seen())
    again = await client.explore(path)
    assert len(seen()) == asked
    assert np.allclose(again.map, ex.map)
    assert again.clusters.label.tolist() == ex.clusters.label.tolist()
    assert again.tags == {"good": 1}
    assert list(tmp_path.glob("*week*")) == [path]


async def test_whoever_reads_a_map_of_the_sandbox_is_told_so_also_in_its_files(
    sandbox, texts, tmp_path, monkeypatch
):
    monkeypatch.setenv("SOPHNET_SANDBOX_URL", sandbox.root)
    async with Client() as client:
        ex = await client.explore(texts, "text")
        again = await client.explore(ex.to_parquet(tmp_path / "map.parquet"))
        page = ex.to_html(tmp_path / "map.html").read_text()
        own = await client.explore(texts, "text", vectors=ex.vectors)
    for one in (ex, again):
        drawn = still.bundle(one)
        assert "sandbox</span> " in drawn["text/html"]
        assert drawn["text/plain"].startswith("[sandbox] 108 rows")
        assert Explorer(one).sandbox
    assert '"facts":"sandbox · 108 rows' in page
    # Vectors that were brought along are not its own.
    assert "sandbox" not in still.bundle(own)["text/html"]
    assert not Explorer(own).sandbox


async def test_known_rows_keep_their_places_next_week(client, texts, tmp_path):
    before = await client.explore(texts.iloc[:100], "text")
    path = before.to_parquet(tmp_path / "47.parquet")
    strange = [f"quantum chromodynamics lattice {n}" for n in range(12)]
    more = pd.DataFrame({"topic": "new", "text": strange}, index=[f"n{n}" for n in range(12)])
    now = await client.explore(pd.concat([texts.iloc[10:], more]), "text", like=path)
    assert np.allclose(now.map[:90], before.map[10:100])
    grown = now.changes.set_index("cluster")
    assert grown.what.iloc[-1] == "came"
    assert grown.now.iloc[-1] >= 12
    assert grown.before.sum() == 100
    edge = now.map[98:]
    assert edge[:, 0].min() > now.map[:98, 0].max()
    now.color("new")
    assert {name for name, _, _ in now.coloring.categories} == {"before", "new"}


async def test_rows_that_are_added_move_nothing(ex, texts):
    before = ex.map
    more = pd.DataFrame({"topic": ["?"], "text": ["rain clouds over somewhere"]}, index=["new"])
    await ex.add(more)
    assert len(ex) == 109
    assert np.array_equal(ex.map[:108], before)
    near = ex.neighbors("new", 3)
    assert (near.topic == "weather").all()
    assert ex.cluster_labels[108] == ex.cluster_labels[texts.index.get_loc(near.index[0])]
    with pytest.raises(errors.SettingsError, match="lack topic"):
        await ex.add(pd.DataFrame({"text": ["x"]}))


async def test_a_frame_has_places_and_clusters_and_keeps_its_index(ex, texts):
    frame = ex.to_frame()
    assert frame.index.tolist() == texts.index.tolist()
    assert {"topic", "text", "x", "y", "cluster", "label"} <= set(frame.columns)
    assert np.allclose(frame[["x", "y"]], ex.map)


async def test_the_picture_has_the_colors_of_the_map_and_is_small(ex):
    data = ex.to_png(width=600, scale=1)
    image = Image.open(BytesIO(data)).convert("RGB")
    assert image.size == (600, 360)
    assert len(data) < 300_000
    colors = {color for _, color in image.getcolors(1 << 20)}
    for _, color, _ in ex.coloring.categories:
        wanted = tuple(int(color[at : at + 2], 16) for at in (1, 3, 5))
        assert (
            min(max(abs(a - b) for a, b in zip(wanted, each, strict=True)) for each in colors) < 24
        )


async def test_what_is_not_selected_is_gray(ex):
    ex.select(at=range(5))
    image = Image.open(BytesIO(ex.to_png(width=400, scale=1, labels=False))).convert("RGB")
    counts = {color: n for n, color in image.getcolors(1 << 20)}
    grays = [n for color, n in counts.items() if min(color) > 190 and max(color) < 212]
    assert sum(grays) > 500


async def test_many_rows_are_drawn_as_density(client):
    points = np.random.default_rng(0).standard_normal((30_000, 2)).astype(np.float32)
    ex = await client.explore(points, projection=points)
    ex._given_clusters = np.zeros(30_000, np.int64)
    assert len(ex.to_png(width=500, scale=1, labels=False)) < 300_000


async def test_svg_has_its_labels_as_text_that_is_only_text(ex):
    ex.rename(0, "<script>&\x07 天气")
    text = ex.to_svg()
    assert "&lt;script&gt;&amp; 天气</text>" in text
    assert "<script" not in text


async def test_letters_without_a_font_are_left_out_and_told(ex, monkeypatch):
    monkeypatch.setattr(png, "font_for", lambda text, size: None)
    ex.to_png()
    assert "to_svg keeps such labels" in ex.notices[-1]


async def test_before_there_is_a_map_nothing_is_saved(client, texts, tmp_path):
    ex = client.explore(texts, "text")
    for save in (ex.to_png, ex.to_svg, ex.to_frame, lambda: ex.to_parquet(tmp_path / "x.parquet")):
        with pytest.raises(errors.SettingsError, match="no map yet"):
            save()


async def test_another_models_file_is_refused_by_its_dimensions(client, texts, ex, tmp_path):
    path = ex.to_parquet(tmp_path / "a.parquet")
    other = client.explore(texts, "text", like=path, dimensions=64)
    with pytest.raises(errors.SettingsError, match="1024 dimensions"):
        await other
