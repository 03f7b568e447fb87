"""What a user may call an exploration with by mistake: one sentence each, and nothing changes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest

from sophnet_jupyter import errors

pytestmark = pytest.mark.anyio

COUNT = 40
TABLE = pd.DataFrame(
    {
        "text": [f"row {n} of rain" for n in range(COUNT)],
        "n": range(COUNT),
        "lang": ["en", "zh"] * (COUNT // 2),
    }
)
VECTORS = np.random.default_rng(0).standard_normal((COUNT, 8)).astype(np.float32)


@pytest.fixture
async def ex(client):
    return await client.explore(TABLE, "text", vectors=VECTORS, color="lang")


@pytest.mark.parametrize(
    "call",
    [
        lambda ex: ex.select(at="x"),
        lambda ex: ex.select(at=[1.5]),
        lambda ex: ex.select(at=[None]),
        lambda ex: ex.select(at=np.ones(COUNT, bool)),
        lambda ex: ex.select(at=[[1]]),
        lambda ex: ex.select([True]),
        lambda ex: ex.select({"a": 1}),
        lambda ex: ex.color(np.arange(3)),
        lambda ex: ex.color(pd.Series([1, 2])),
        lambda ex: ex.color(TABLE),
        lambda ex: ex.size(np.arange(3)),
        lambda ex: ex.size("text"),
        lambda ex: ex.color("n", ["red"]),
        lambda ex: ex.color("lang", {"en": "#12"}),
        lambda ex: ex.color("n", []),
        lambda ex: ex.color("lang", "viridis"),
        lambda ex: ex.neighbors(3, 0),
        lambda ex: ex.neighbors(3, 2.5),
        lambda ex: ex.neighbors(3, "3"),
        lambda ex: ex.axis(["a"], "b"),
        lambda ex: ex.unpin(["a"]),
        lambda ex: ex.cluster("x"),
        lambda ex: ex.cluster(0),
        lambda ex: ex.cluster(float("nan")),
        lambda ex: ex.rename("0", "x"),
        lambda ex: ex.rename(99, "x"),
        lambda ex: ex.rename(0, None),
        lambda ex: ex.tag("", [1]),
        lambda ex: ex.tag(None, [1]),
        lambda ex: ex.duplicates("x"),
        lambda ex: ex.duplicates(2),
        lambda ex: ex.outliers(0),
        lambda ex: ex.outliers("x"),
        lambda ex: ex.near_misses("x"),
        lambda ex: ex.near_misses(None),
        lambda ex: ex.near_misses(TABLE),
        lambda ex: ex.to_png(width=0),
        lambda ex: ex.to_png(width=10**6),
        lambda ex: ex.to_png(width="x"),
        lambda ex: ex.to_png(scale=0),
        lambda ex: ex.to_png(scale=1.5),
        lambda ex: ex.to_png(scale=100),
        lambda ex: ex.to_svg(width=-1),
    ],
)
async def test_a_wrong_argument_is_one_sentence_and_changes_nothing(ex, call):
    ex.select(at=[1])
    before = ex.coloring
    with pytest.raises(errors.SettingsError) as caught:
        call(ex)
    assert len(str(caught.value)) < 300
    assert ex.selected_index == [1]
    assert (ex.coloring.title, ex.coloring.categories) == (before.title, before.categories)
    assert ex.state == "ready"


@pytest.mark.parametrize(
    "query",
    [np.zeros(8, np.float32), np.full(8, np.nan, np.float32), VECTORS[0].tolist(), TABLE.iloc[0]],
    ids=["zero", "nan", "a list", "a row"],
)
async def test_what_has_no_direction_and_is_no_row_is_not_searched_for(ex, query):
    for ask in (ex.search, ex.pin):
        with pytest.raises(errors.SettingsError) as caught:
            await ask(query)
        assert len(str(caught.value)) < 300
    assert not ex.pins


@pytest.mark.parametrize(
    "options",
    [
        {"seed": -1},
        {"seed": 1.5},
        {"seed": "x"},
        {"dimensions": 0},
        {"dimensions": "x"},
        {"budget": -5},
        {"budget": "x"},
        {"height": 0},
        {"height": "x"},
        {"height": 10**9},
        {"text": TABLE.text},
        {"like": 5},
        {"like": TABLE},
        {"vectors": "lang"},
        {"center": [1]},
        {"color": np.arange(3)},
    ],
    ids=str,
)
async def test_wrong_options_are_told_before_anything_is_sent(client, options, seen):
    with pytest.raises(errors.SettingsError) as caught:
        client.explore(TABLE, **{"text": "text", **options})
    assert len(str(caught.value)) < 300
    assert seen() == []


async def test_a_list_of_tables_and_others_is_one_sentence(client):
    with pytest.raises(errors.SettingsError):
        await client.explore([{"t": "a"}, 5])


@pytest.mark.parametrize(
    "groups",
    [TABLE.lang, TABLE.lang.to_numpy(), TABLE.lang.tolist(), pl.Series(TABLE.lang.tolist())],
    ids=["pandas", "array", "list", "polars"],
)
async def test_groups_may_be_given_as_any_column_and_taken_out_while_pins_stand(client, ex, groups):
    by_name = await client.explore(TABLE, "text", vectors=VECTORS, center="lang")
    await ex.pin(3)
    await ex.pin(VECTORS[4])
    await ex.center(groups)
    assert ex.state == "ready"
    assert np.allclose(ex._space, by_name._space)
    assert len(ex.pins) == 2
    row = pd.DataFrame({"text": ["a new row"], "n": [1], "lang": ["en"]})
    # Its vector would be the model's, and these are of another one.
    with pytest.raises(errors.SettingsError, match="8"):
        await ex.add(row)
    assert len(ex) == COUNT
    await ex.center(None)
    assert ex.state == "ready"


async def test_sizes_are_also_those_of_clusters_and_trust(ex):
    ex.size("trust")
    assert np.allclose(ex.sizes, ex.quality.per_row)
    ex.size("cluster")
    counts = np.bincount(ex.cluster_labels)
    assert ex.sizes.tolist() == counts[ex.cluster_labels].tolist()
    ex.size([1e300, float("inf"), None, *range(COUNT - 3)])
    assert np.isnan(ex.sizes[:3]).all()
    assert ex.sizes[3:].tolist() == list(range(COUNT - 3))


async def test_rows_of_a_table_of_another_library_may_be_added(client, seen):
    texts = [f"row {n} of rain" for n in range(20)]
    ex = await client.explore(pl.DataFrame({"text": texts}), "text", dimensions=64)
    await ex.add(pd.DataFrame({"text": ["one more row of rain"]}))
    assert len(ex) == 21
    assert isinstance(ex.frame, pl.DataFrame)


@pytest.mark.parametrize("by_name", [True, False])
async def test_a_single_row_is_added_where_its_meaning_is_though_groups_are_taken_out(
    client, by_name, seen
):
    random = np.random.default_rng(0)
    topics, shift = random.standard_normal((3, 24)), 6 * random.standard_normal(24)

    def vector(topic, lang):
        near = 3 * topics[topic] + random.standard_normal(24) * 0.3
        return (near + (shift if lang == "zh" else -shift)).astype(np.float32)

    rows = [(n % 3, ("en", "zh")[n % 2], f"row {n}") for n in range(60)]
    table = pd.DataFrame(rows, columns=["topic", "lang", "text"])
    table["v"] = [vector(topic, lang).tolist() for topic, lang, _ in rows]
    center = "lang" if by_name else table.lang
    ex = await client.explore(table, "text", vectors="v", center=center)
    more = table.iloc[[0]].assign(text="new", v=[vector(0, "en").tolist()])
    await ex.add(more)
    assert ex.cluster_labels[60] in set(ex.cluster_labels[:60][table.topic == 0])
    same = ex.map[:60][table.topic == 0]
    other = ex.map[:60][table.topic != 0]
    assert seen() == []
    apart = np.linalg.norm(same - ex.map[60], axis=1).min()
    assert apart < np.linalg.norm(other - ex.map[60], axis=1).min()


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.assign(x="a"),
        lambda t: t.assign(cluster=10**12),
        lambda t: t.assign(cluster="a"),
        lambda t: t.assign(vector=[[1.0]] * 20 + [[1.0, 2.0]] * 20),
    ],
    ids=["words", "clusters beyond count", "clusters that are words", "ragged"],
)
async def test_a_file_that_somebody_has_changed_is_refused_in_a_sentence(
    client, ex, tmp_path, change
):
    path = ex.to_parquet(tmp_path / "map.parquet")
    changed = tmp_path / "changed.parquet"
    change(pd.read_parquet(path)).to_parquet(changed)
    with pytest.raises(errors.SettingsError):
        await client.explore(changed)
    with pytest.raises(errors.SettingsError):
        client.explore(TABLE, "text", like=changed)


async def test_a_file_may_lack_how_it_was_made_and_be_a_table_in_memory(client, ex, tmp_path):
    frame = pd.read_parquet(ex.to_parquet(tmp_path / "map.parquet")).assign(explored="{")
    like = await client.explore(TABLE, "text", vectors=VECTORS, like=frame)
    assert np.allclose(like.map, ex.map)


async def test_a_map_that_was_opened_again_takes_rows_that_have_no_place_yet(
    client, texts, tmp_path
):
    before = await client.explore(texts, "text", dimensions=64)
    before.tag("good", ["r1"])
    ex = await client.explore(before.to_parquet(tmp_path / "map.parquet"))
    more = pd.DataFrame({"topic": ["?"], "text": ["rain clouds over somewhere"]}, index=["new"])
    await ex.add(more)
    assert len(ex) == 109
    assert np.allclose(ex.map[:108], before.map)
    assert np.isfinite(ex.map[108]).all()
    assert ex.tags == {"good": 1}
    assert ex.to_frame().cluster.iloc[108] >= 0
