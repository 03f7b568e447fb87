"""Tables that nobody would wish for: few rows, equal rows, odd numbers, odd texts, odd pictures."""

from __future__ import annotations

import asyncio
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from sophnet_jupyter import errors

pytestmark = pytest.mark.anyio

RANDOM = np.random.default_rng(0)
MANY = RANDOM.standard_normal((40, 8)).astype(np.float32)


def changed(rows: np.ndarray, place: object, value: float) -> np.ndarray:
    rows = rows.copy()
    rows[place] = value
    return rows


@pytest.mark.parametrize(
    ("rows", "placed"),
    [
        (MANY[:1], 1),
        (MANY[:2], 2),
        (MANY[:5], 5),
        (np.ones((30, 8), np.float32), 30),
        (np.repeat(MANY[:20], 2, axis=0), 40),
        (np.concatenate([np.ones((20, 8), np.float32), MANY[:20]]), 40),
        (changed(MANY, (slice(None), 3), 7.0), 40),
        (changed(MANY, 4, 1e6), 40),
        (changed(MANY, 4, np.nan), 39),
        (changed(MANY, (4, 2), np.inf), 39),
        (np.zeros((10, 8), np.float32), None),
        (MANY.astype(np.float16), 40),
        ((MANY * 20).astype(np.int8), 40),
        (MANY[:, :1], 40),
    ],
    ids=[
        "one row", "two", "five", "all equal", "twins", "half equal", "a constant column",
        "one of a million", "nan", "inf", "all zero", "float16", "int8", "one dimension",
    ],
)  # fmt: skip
async def test_vectors_of_any_kind_have_a_map_or_a_reason(client, rows, placed):
    ex = await client.explore(rows)
    count = int(np.isfinite(ex.map).all(axis=1).sum())
    assert count == (len(rows) - len(ex.missing) if placed is None else placed)
    # All that a panel would ask of it.
    _ = ex.coloring, ex.clusters, ex.quality, ex.gap, ex.outliers(3), ex.duplicates()
    if count:
        assert ex.to_png()[:4] == b"\x89PNG"
        ex.color("trust")
        _ = ex.coloring
        assert len(ex.to_frame()) == len(rows)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ([], "nothing to explore|no row|Which column"),
        (pd.DataFrame({"t": [None, " "]}), "nothing to explore|Which column"),
        (pd.DataFrame({"v": [[1.0, 2.0], [1.0]]}), "lengths|Which column"),
        (pd.DataFrame(), "Which column|nothing"),
    ],
    ids=["no row", "no text", "ragged", "no column"],
)
async def test_what_holds_nothing_is_one_sentence(client, data, says):
    with pytest.raises(errors.SettingsError, match=says):
        await client.explore(data)


async def test_ragged_vectors_are_refused_by_name(client):
    table = pd.DataFrame({"t": ["a", "b"], "v": [[1.0, 2.0], [1.0]]})
    with pytest.raises(errors.SettingsError, match="lengths"):
        client.explore(table, "t", vectors="v")


async def test_lists_in_a_column_are_vectors(client):
    table = pd.DataFrame({"t": [f"row {n}" for n in range(40)], "v": MANY.tolist()})
    ex = await client.explore(table, "t", vectors="v")
    assert np.allclose(ex.vectors, MANY)


@pytest.mark.parametrize(
    "index",
    [[7] * 40, pd.MultiIndex.from_product([range(4), range(10)]), [f"r{n}" for n in range(40)]],
    ids=["equal labels", "two levels", "words"],
)
async def test_any_index_is_kept_and_rows_are_told_apart_by_their_place(client, index):
    table = pd.DataFrame({"t": [f"row {n}" for n in range(40)]}, index=index)
    ex = await client.explore(table, "t", vectors=MANY)
    ex.select(at=[3])
    assert ex.selected.t.tolist() == ["row 3"]
    assert ex.to_frame().index.equals(table.index)
    assert ex.neighbors(3, 2, at=True).index.isin(table.index).all()


async def test_columns_may_be_called_as_ours_are(client):
    columns = {"x": [f"row {n}" for n in range(40)], "cluster": "a", "相似度": 1, "rank": "z"}
    table = pd.DataFrame(columns | {"label": "b", "vector": "c", "similarity": 2})
    ex = await client.explore(table, "x", vectors=MANY, color="cluster")
    assert ex.coloring.categories[0][0] == "a"
    ex.color("相似度")
    assert ex.neighbors(0, 2)["rank"].tolist() == [1, 2]
    assert ex.to_frame()["cluster"].dtype.kind == "i"
    assert ex.frame is table


@pytest.mark.parametrize(
    "values",
    [
        [f"c{n}" for n in range(10_000)],
        pd.date_range("2026-01-01", periods=10_000, freq="h"),
        [np.nan if n % 3 else n for n in range(10_000)],
        [None if n % 2 else "yes" for n in range(10_000)],
        [n % 3 for n in range(10_000)],
    ],
    ids=["10,000 values", "dates", "numbers with nan", "words with none", "few numbers"],
)
async def test_any_column_colors(client, values):
    points = RANDOM.standard_normal((10_000, 2)).astype(np.float32)
    table = pd.DataFrame({"t": "row", "c": values})
    ex = await client.explore(table, "t", vectors=points, projection=points, color="c")
    coloring = ex.coloring
    assert len(coloring.categories) <= 20
    assert coloring.codes is not None or np.isfinite(coloring.values).any()


async def test_odd_texts_are_sent_shown_and_kept_as_text(client, tmp_path):
    odd = [
        "</script><script>alert(1)</script>",
        "right\u202eto left",
        "bell\x07\x00",
        "half \ud83d",
    ]
    texts = [*odd, *(f"row {n}" for n in range(12))]
    assert len((await client.explore(texts, dimensions=64)).missing) == 0
    table = pd.DataFrame({"t": pd.Series(texts, dtype=object)})
    ex = await client.explore(table, "t", dimensions=64)
    assert len(ex.missing) == 0
    page = ex.to_html(tmp_path / "map.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "<script>alert" not in ex._repr_mimebundle_()["text/html"]
    assert "\u202e" not in ex._repr_mimebundle_()["text/plain"]
    ex.rename(0, odd[0])
    assert "<script" not in ex.to_svg()
    assert ex.to_frame().t[0] == odd[0]


async def test_odd_pictures_are_read_or_named_with_a_reason(client, tmp_path):
    def saved(kind: str, **how: object) -> bytes:
        out = BytesIO()
        Image.new(kind, (30, 20), 1).save(out, **how)
        return out.getvalue()

    frames = [Image.new("P", (20, 20), n) for n in range(3)]
    out = BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    pictures = [
        saved("RGB", format="PNG"),
        saved("CMYK", format="JPEG"),
        out.getvalue(),
        b"no picture at all",
        saved("RGB", format="PNG")[:40],
        "https://127.0.0.1/private.png",
        "https://169.254.169.254/latest.png",
    ]
    ex = await client.explore(pd.DataFrame({"p": pictures}), image="p")
    reasons = dict(zip(ex.missing.row, ex.missing.reason, strict=True))
    assert {3, 4} <= set(reasons)
    assert not {0, 1, 2} & set(reasons)


async def test_a_text_of_a_megabyte_costs_its_row_at_most(client):
    ex = await client.explore(["fox", "long " * 200_000, "hen", "owl"], dimensions=64)
    assert ex.state == "ready"
    assert np.isfinite(ex.map[[0, 2, 3]]).all()


async def test_a_million_rows_without_text_are_one_sentence(client):
    table = pd.DataFrame({"t": [None] * 1_000_000})
    with pytest.raises(errors.SettingsError, match="no row has a text"):
        await client.explore(table, "t")


async def test_a_seed_may_be_none(client, texts):
    ex = await client.explore(texts, "text", seed=None)
    assert np.isfinite(ex.map).all()


async def test_two_explorations_of_one_table_at_once_do_not_disturb_each_other(client, texts):
    one, other = client.explore(texts, "text"), client.explore(texts, "text", seed=1)
    await asyncio.gather(one._whole(), other._whole())
    assert np.array_equal(one.vectors, other.vectors)
    assert not np.array_equal(one.map, other.map)


@pytest.mark.parametrize(
    "values",
    [
        pd.Series(["a", None, "b"] * 6, dtype="string"),
        pd.Series([1, None, 3] * 6, dtype="Int64"),
        pd.Series([True, None, False] * 6, dtype="boolean"),
        pd.Series([["a"], {"b": 1}, pd.NA, np.ones(2), pd.NaT, 1.5] * 3, dtype=object),
    ],
    ids=["string", "Int64", "boolean", "object"],
)
async def test_what_is_missing_in_a_column_of_any_kind_has_no_color(client, values):
    table = pd.DataFrame({"text": [f"row {n}" for n in range(18)], "kind": values})
    vectors = np.random.default_rng(0).standard_normal((18, 4))
    ex = await client.explore(table, "text", vectors=vectors, color="kind")
    drawn = ex.coloring
    numbers = drawn.values if drawn.codes is None else np.where(drawn.codes < 0, np.nan, 1)
    assert np.array_equal(np.isnan(numbers), values.isna().to_numpy())
    assert ex.to_svg()
    assert set(ex.mislabeled("kind").columns) >= {"suggested", "share"}
    centered = await client.explore(table, "text", vectors=vectors, center="kind")
    assert np.isfinite(centered.map).all()


async def test_a_table_that_parquet_cannot_hold_is_told_in_a_sentence(client, tmp_path):
    table = pd.DataFrame({"text": ["a", "b", "c"], "mixed": ["a", 1, ["l"]]})
    ex = await client.explore(table, "text", vectors=np.eye(3))
    with pytest.raises(errors.SettingsError, match="Parquet cannot hold"):
        ex.to_parquet(tmp_path / "a.parquet")
    assert not list(tmp_path.glob("*.parquet"))
