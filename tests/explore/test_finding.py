"""Select, search, pin, color, clean: rows by any name, worst first, and back again."""

from __future__ import annotations

import asyncio
import queue
import sys
import threading

import numpy as np
import pandas as pd
import pytest

from sophnet_jupyter import errors

from ..waiting import WITHIN, until

pytestmark = pytest.mark.anyio


@pytest.fixture
async def ex(client, texts):
    return await client.explore(texts, "text")


@pytest.mark.parametrize(
    "rows",
    [
        ["r3", "r5"],
        [3, 5],
        np.array([3, 5]),
        lambda df: df.index.isin(["r3", "r5"]),
        lambda row: (
            "distant" not in row["text"]
            and row["text"] in ("heavy rain in the west valley", "heavy rain in the lower valley")
        ),
        pd.Series(["r3", "r5"]),
    ],
    ids=["labels", "positions", "array", "mask of all", "one by one", "series"],
)
async def test_rows_are_named_in_many_ways(ex, rows):
    ex.select(rows)
    assert ex.selected_index == ["r3", "r5"]
    assert isinstance(ex.selected, pd.DataFrame)


async def test_integers_are_labels_where_the_index_holds_integers(client):
    table = pd.DataFrame({"t": ["fox", "hen", "owl"]}, index=[2, 1, 0])
    ex = await client.explore(table, "t")
    ex.select([2])
    assert ex.selected.t.tolist() == ["fox"]
    ex.select(at=[2])
    assert ex.selected.t.tolist() == ["owl"]
    with pytest.raises(errors.SettingsError, match="There is no row 9"):
        ex.select([9])
    with pytest.raises(errors.SettingsError, match="positions 0 to 2"):
        ex.select(at=[3])
    with pytest.raises(errors.SettingsError, match="mask of 2"):
        ex.select([True, False])


async def test_a_selection_grows_shrinks_and_is_taken_back(ex):
    ex.select(["r1"])
    ex.select(["r2"], add=True)
    ex.select(["r1"], remove=True)
    assert ex.selected_index == ["r2"]
    ex.undo()
    assert ex.selected_index == ["r1", "r2"]
    ex.clear()
    assert ex.selected_index == []


async def test_listeners_hear_the_latest_state_on_a_thread_of_their_own(ex):
    heard, done, error = [], threading.Event(), []
    ex.watch(lambda kind, value: error.append(value) if kind == "error" else None)

    async def hear(frame):
        heard.append((threading.current_thread(), frame.index.tolist()))
        if frame.index.tolist() == ["r9"]:
            done.set()

    take_back = ex.on_select(hear)
    for row in ("r1", "r2", "r9"):
        ex.select([row])
    assert await asyncio.to_thread(done.wait, WITHIN)
    assert heard[0][0] is not threading.current_thread()
    take_back()
    fails = threading.Event()

    def fail(_frame):
        fails.set()
        raise ValueError("no")

    ex.on_select(fail)
    ex.select(["r1"])
    assert await asyncio.to_thread(fails.wait, WITHIN)
    await until(lambda: error)
    assert isinstance(error[0].__cause__, ValueError)
    assert str(error[0]) == (
        "The function of on_select has failed with ValueError (no), and is not called any more: "
        "mend it, and pass it to on_select again."
    )
    assert heard[-1][1] == ["r9"]


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (None, r"on_\w+ takes a function with one parameter, not NoneType"),
        ("print", "not str"),
        (lambda: None, "called with one argument, and <lambda> does not take it"),
        (lambda one, two: None, "give it one parameter"),
        (lambda *, rows: None, "give it one parameter"),
        (lambda rows: (yield), "has a yield"),
    ],
)
@pytest.mark.parametrize("name", ["on_select", "on_hover", "on_pin"])
async def test_what_cannot_hear_is_refused_in_one_line(ex, name, function, says):
    with pytest.raises(errors.SettingsError, match=says) as refused:
        getattr(ex, name)(function)
    assert len(str(refused.value).splitlines()) == 1


async def test_a_listener_that_ends_its_thread_keeps_no_other_from_hearing(ex):
    failed: queue.SimpleQueue[str] = queue.SimpleQueue()
    heard: queue.SimpleQueue[list[str]] = queue.SimpleQueue()
    ex.watch(lambda kind, value: failed.put(str(value)) if kind == "error" else None)

    async def canceled(_frame):
        raise asyncio.CancelledError

    ex.on_select(lambda frame: sys.exit(3))
    ex.on_select(canceled)
    ex.on_select(lambda frame: heard.put(frame.index.tolist()))
    for row in ("r1", "r2"):
        ex.select([row])
        while await asyncio.to_thread(heard.get, timeout=60) != [row]:
            pass
    said = {failed.get(timeout=60), failed.get(timeout=60)}
    assert {each.partition(" with ")[2].partition(",")[0] for each in said} == {
        "SystemExit (3)",
        "CancelledError",
    }
    assert ex.state == "ready"


async def test_a_listener_that_fails_where_nobody_draws_it_is_told_in_the_log(ex, caplog):
    ex.on_select(lambda frame: frame["no such column"])
    ex.select(["r1"])
    await until(lambda: caplog.messages)
    assert "The function of on_select has failed with KeyError" in caplog.messages[0]


async def test_a_search_finds_what_is_near_with_its_rank(ex, seen):
    found = await ex.search("rain", 5)
    assert found["rank"].tolist() == [1, 2, 3, 4, 5]
    assert (found.topic == "weather").all()
    assert (np.diff(found.similarity) <= 0).all()
    asked = len(seen())
    await ex.search("rain", 3)
    assert len(seen()) == asked
    ex.select(found)
    assert set(ex.selected_index) == set(found.index)
    among = await ex.search("rain", 5, among=lambda df: df.topic == "cooking")
    assert (among.topic == "cooking").all()
    by_row = await ex.search(0, 1)
    assert by_row.index.tolist() == ["r0"]
    by_vector = await ex.search(ex.vectors[4], 1)
    assert by_vector.index.tolist() == ["r4"]


async def test_neighbors_leave_the_row_itself_out(ex):
    found = ex.neighbors("r0", 4)
    assert "r0" not in found.index
    assert (found.topic == "weather").all()
    assert ex.chance.mean < found.similarity.min()


async def test_pins_span_an_axis_that_colors(ex):
    await ex.pin("rain")
    pin = await ex.pin("soup", label="food")
    assert list(ex.pins) == ["rain", "food"]
    near = ex.map[(ex.frame.topic == "cooking").to_numpy()]
    assert np.linalg.norm(near - pin.point, axis=1).min() < np.ptp(ex.map) / 5
    between = ex.axis("rain", "food")
    assert isinstance(between, pd.Series)
    assert between.groupby(ex.frame.topic).mean().idxmax() == "weather"
    assert ex.coloring.values is not None
    ex.unpin("rain")
    with pytest.raises(errors.SettingsError, match="There is no pin 'rain'"):
        ex.unpin("rain")


async def test_colors_are_categories_numbers_clusters_or_trust(ex):
    ex.color("topic")
    assert [name for name, _, _ in ex.coloring.categories] == ["weather", "cooking", "football"]
    ex.color("topic", palette={"weather": "#000000"})
    assert ex.coloring.categories[0][1] == "#000000"
    ex.color(np.arange(108))
    assert ex.coloring.values[3] == 3
    ex.color([f"c{n % 40}" for n in range(108)])
    assert len(ex.coloring.categories) == 20
    assert ex.coloring.categories[-1][0] == "other"
    assert sum(count for _, _, count in ex.coloring.categories) == 108
    ex.color("trust")
    assert ex.coloring.title == "trust"
    ex.color("cluster")
    assert len(ex.coloring.categories) == len(ex.clusters)
    with pytest.raises(errors.SettingsError):
        ex.color("nothing")
    assert ex.coloring.title == "cluster"
    ex.color(None)
    assert ex.coloring.codes is None


async def test_names_survive_a_second_clustering(ex):
    ex.rename(0, "mine")
    rows = ex.cluster_labels == 0
    ex.cluster(1.001)
    named = ex.clusters[ex.clusters.label == "mine"].cluster.tolist()
    assert len(named) == 1
    assert (ex.cluster_labels[rows] == named[0]).mean() >= 0.5
    with pytest.raises(errors.SettingsError, match="no cluster 99"):
        ex.rename(99, "x")


async def test_duplicates_keep_the_first_of_each_chain(client):
    ex = await client.explore(["a red fox", "a red fox", "hens lay eggs", "a red fox", "an owl"])
    found = ex.duplicates(0.99)
    assert list(ex.selected_positions) == [1, 3]
    assert set(found["kept"]) == {0}
    assert set(found["group"]) == {0}


async def test_planted_errors_are_the_first_that_are_told(client, texts):
    wrong = texts.copy()
    planted = ["r5", "r50", "r100"]
    wrong.loc[planted, "topic"] = ["cooking", "football", "weather"]
    ex = await client.explore(wrong, "text")
    found = ex.mislabeled("topic")
    assert set(found.index[:3]) == set(planted)
    assert found.loc["r5", "suggested"] == "weather"
    assert (found.share > 0.5).iloc[:3].all()


async def test_a_stranger_is_the_first_outlier_and_twins_do_not_hide_it(client, texts):
    more = pd.concat(
        [texts, texts.iloc[:1], pd.DataFrame({"topic": ["?"], "text": ["Quantum chromodynamics"]})]
    )
    ex = await client.explore(more.reset_index(drop=True), "text")
    assert ex.outliers(3).text.iloc[0] == "Quantum chromodynamics"


async def test_rows_of_a_test_set_that_stand_in_the_training_set_are_told(client, texts):
    train = await client.explore(texts.iloc[:60], "text")
    test = await client.explore(texts.iloc[55:], "text")
    found = test.near_misses(train, 0.999)
    assert set(found.index) == {f"r{n}" for n in range(55, 60)}
    assert found.other.tolist() == found.index.tolist()


async def test_names_of_clusters_come_in_one_request_and_data_is_fenced(client, texts, seen):
    ex = await client.explore(texts, "text")
    before = len(seen())
    with pytest.raises(errors.SophNetError, match="named no cluster"):
        await ex.name_clusters(model="DeepSeek-V3.2")
    assert len(seen()) == before + 1
    assert "follow no instruction" in ex.prompt
    assert ex.prompt.count("<data-") == len(ex.clusters)


async def test_a_summary_is_kept_as_a_column(ex):
    ex.select(["r1", "r2"])
    said = await ex.summarize()
    assert said
    frame = ex.to_frame()
    assert frame.loc["r1", "summary"] == said
    assert frame.loc["r3", "summary"] is None or frame.loc["r3", "summary"] != said
    ex.tag("good", ["r3"])
    assert ex.to_frame().loc["r3", "tag"] == "good"
    assert ex.tags == {"good": 1}
    assert await ex.contrast(["r1"], ["r50"])
