"""A table becomes a map: what is asked, what is kept, what is told, and how it ends."""

from __future__ import annotations

import asyncio
import threading

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from PIL import Image

from sophnet_jupyter import Client, errors, events

pytestmark = pytest.mark.anyio


async def test_a_table_is_embedded_placed_and_grouped(client, texts):
    ex = client.explore(texts, "text", color="topic")
    assert await ex is ex
    assert ex.state == "ready"
    assert ex.vectors.shape == (108, 1024)
    assert np.isfinite(ex.map).all()
    assert ex.frame is texts
    assert len(ex.missing) == 0
    topics = pd.crosstab(texts.topic, ex.cluster_labels)
    assert (topics.max(axis=0) / topics.sum(axis=0) > 0.9).all()
    words = {word for words in ex.clusters["keywords"] for word in words}
    assert {"clouds", "recipe", "late"} <= words


async def test_nothing_is_asked_before_somebody_waits(client, texts, seen):
    ex = client.explore(texts, "text")
    await asyncio.sleep(0.05)
    assert seen() == []
    assert ex.state == "embedding"


async def test_the_events_come_in_order_and_the_last_place_is_the_map(client, texts):
    ex = client.explore(texts, "text")
    came = [event async for event in ex]
    kinds = [type(event).__name__ for event in came]
    assert kinds[0] == "VectorsAsked"
    assert kinds[-1] == "Finished"
    placed = [event for event in came if isinstance(event, events.Placed)]
    last = np.frombuffer(placed[-1].points, np.float32).reshape(-1, 2)
    assert np.array_equal(last, ex.map)
    assert placed[-1].epoch == placed[-1].of
    # Who comes late gets the same in short.
    late = [type(event).__name__ async for event in ex]
    assert late == ["VectorsAsked", "VectorsReady", "Placed", "Finished"]


async def test_a_second_exploration_asks_nothing_and_looks_the_same(client, texts, seen):
    first = await client.explore(texts, "text")
    asked = len(seen())
    again = await client.explore(texts, "text")
    assert len(seen()) == asked
    assert np.array_equal(first.map, again.map)
    assert again.cost.asked == 0
    assert again.cost.kept == 108


async def test_equal_rows_are_asked_once_and_rows_without_text_are_missing(client, seen):
    table = pd.DataFrame({"t": ["fox", None, "fox", " ", float("nan"), "hen", 7]}, index=[9] * 7)
    ex = await client.explore(table, "t")
    sent = [text for each in seen() for text in each["body"]["input_texts"]]
    assert sent == ["fox", "hen"]
    assert ex.missing["row"].tolist() == [9, 9, 9, 9]
    assert ex.missing["reason"].tolist() == ["no text", "no text", "no text", "a int, not a text"]
    assert np.array_equal(ex.vectors[0], ex.vectors[2])
    assert np.isnan(ex.map[1]).all()


async def test_a_row_that_is_refused_is_a_value_and_no_error(client):
    ex = await client.explore(["fox", "too " * 9000, "hen", "owl"])
    assert ex.state == "ready"
    assert list(ex.missing["row"]) == [1]
    assert "tokens" in ex.missing["reason"].iloc[0]


async def test_a_rejected_key_is_an_error(sandbox):
    async with Client("wrong", sandbox.url) as client:
        ex = client.explore(["fox", "hen"])
        with pytest.raises(errors.KeyRejected):
            await ex
        assert ex.state == "failed"
        assert "wrong" not in str(ex.error)


async def test_a_budget_leaves_the_rest_unasked_and_says_so(client, texts, seen):
    ex = await client.explore(texts, "text", budget=100)
    assert 0 < len(ex.missing) < 108
    assert "the budget is 100 tokens" in ex.missing["reason"].iloc[0]
    assert any("budget" in notice for notice in ex.notices)


async def test_what_many_rows_will_cost_is_told_before_the_first_request(client, seen):
    told = []
    ex = client.explore([f"row number {n}" for n in range(1100)], dimensions=64)

    def hear(kind, value):
        # It is called while the work stands still: who reads events may be late.
        if kind == "event" and isinstance(value, events.Notice):
            told.append((value.text, len(seen())))
            ex.stop()

    ex.watch(hear)
    with pytest.raises(asyncio.CancelledError):
        await ex
    assert "1,100 to ask in 110 requests" in told[0][0]
    assert told[0][1] == 0
    # And who stops then has paid nothing.
    assert seen() == []


async def test_a_stop_keeps_what_came_and_the_next_run_asks_the_rest(client, seen):
    rows = [f"row number {n}" for n in range(600)]
    ex = client.explore(rows, dimensions=64)
    async for event in ex:
        if isinstance(event, events.VectorsReady):
            ex.stop()
    assert ex.state == "stopped"
    came = int(np.isfinite(ex.vectors[:, 0]).sum())
    assert 0 < came < 600
    told = f"{came} of 600 inputs are kept, and {600 - came} are asked for next time"
    assert told in ex.notices[-1]
    again = client.explore(rows, dimensions=64)
    await again
    assert again.cost.kept >= came
    assert again.state == "ready"


async def test_a_service_that_refuses_for_ever_is_told_of_and_left_by_a_stop(start_sandbox):
    with start_sandbox("--fault", "rate_limit=0.1") as busy:
        async with Client("sandbox", busy.url) as client:
            ex = client.explore(["fox", "hen"], dimensions=64)
            waited = []
            async for event in ex:
                if isinstance(event, events.Progress):
                    waited.append(event.state)
                    ex.stop()
    assert ex.state == "stopped"
    assert "refused and asked again" in waited[0]
    assert "0 of 2 inputs are kept, and 2 are asked for next time" in ex.notices[-1]


@pytest.mark.parametrize("library", [pl.DataFrame, lambda d: pa.table(d), pd.DataFrame])
async def test_frames_of_any_library_come_back_as_they_were(client, library):
    frame = library({"text": ["red fox", "blue hen", "green owl"], "n": [1, 2, 3]})
    ex = await client.explore(frame, "text")
    assert type(ex.frame) is type(frame)
    found = await ex.search("fox", 2)
    assert type(found) is type(frame)
    assert str(found["text"][0]) == "red fox"
    assert type(ex.to_frame()) is type(frame)


async def test_an_array_and_a_response_need_nobody(client, seen):
    array = np.random.default_rng(0).standard_normal((40, 8)).astype(np.float32)
    ex = await client.explore(array)
    assert np.isfinite(ex.map).all()
    response = await client.embeddings.create(["fox", "hen", "owl"], dimensions=64)
    asked = len(seen())
    again = await client.explore(response)
    assert len(seen()) == asked
    assert list(again.frame["input"]) == ["fox", "hen", "owl"]


async def test_images_and_texts_stand_on_one_map(client, tmp_path):
    paths = []
    for name, color in (("red", "red"), ("blue", "blue"), ("broken", None)):
        path = tmp_path / f"{name}.png"
        Image.new("RGB", (32, 32), color).save(path) if color else path.write_bytes(b"none")
        paths.append(str(path))
    table = pd.DataFrame({"title": ["red", "blue", "green", "yellow"], "path": [*paths, None]})
    ex = await client.explore(table, "title", "path", center="kind")
    assert ex.cost.rows == 3
    assert list(ex.missing["row"]) == [2]
    assert ex.thumbnail(0)[:4] == b"\x89PNG"
    assert ex.options.center == "kind"


async def test_a_list_of_images_is_explored(client):
    images = [Image.new("RGB", (20, 20), color) for color in ("red", "blue", "green")]
    ex = await client.explore(images)
    assert np.isfinite(ex.map).all()


async def test_a_projection_may_be_a_function_or_an_array(client, texts):
    own = np.arange(216, dtype=np.float32).reshape(108, 2)
    ex = await client.explore(texts, "text", projection=own)
    assert np.array_equal(ex.map, own)
    ex = await client.explore(texts, "text", projection=lambda vectors: vectors[:, :2])
    assert ex.map.shape == (108, 2)
    wrong = client.explore(texts, "text", projection=own[:5])
    with pytest.raises(errors.SettingsError, match="shape"):
        await wrong


@pytest.mark.parametrize(
    ("data", "options", "says"),
    [
        ("fox", {}, "DataFrame"),
        (7, {}, "int"),
        (pd.DataFrame({"a": ["x"]}), {"text": "b"}, "There is no column 'b'"),
        (pd.DataFrame({"a": ["x"], "b": ["y"]}), {}, "Which column"),
        (["x"], {"color": [1, 2]}, "2 values are not for 1 rows"),
        (["x"], {"center": "lang"}, "no column"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), {}, "names of their own"),
        ("nowhere.parquet", {}, "no file"),
    ],
    ids=str,
)
async def test_what_cannot_be_explored_is_one_sentence_before_anything_is_sent(
    client, data, options, says, seen
):
    with pytest.raises(errors.SettingsError, match=says):
        client.explore(data, **options)
    assert seen() == []


async def test_it_can_be_awaited_from_another_loop_and_thread(client, texts):
    ex = client.explore(texts, "text")
    work = asyncio.ensure_future(ex._whole())
    found = []

    def elsewhere():
        async def wait():
            return await ex

        found.append(asyncio.run(wait()).state)

    await asyncio.sleep(0)
    thread = threading.Thread(target=elsewhere)
    thread.start()
    await work
    await asyncio.to_thread(thread.join)
    assert found == ["ready"]


async def test_quality_is_that_of_the_kernels(client, texts):
    ex = await client.explore(texts, "text")
    assert 0.8 < ex.quality.trust <= 1
    assert ex.quality.per_row.shape == (108,)
    assert ex.quality.kept == pytest.approx(float(ex.quality.per_row.mean()))
