"""Other dimensions, other models, and all against all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sophnet_jupyter import errors

pytestmark = pytest.mark.anyio


@pytest.fixture
async def ex(client, texts):
    return await client.explore(texts, "text")


async def test_two_models_are_compared_row_by_row_with_one_selection(ex):
    found = await ex.compare(dimensions=64)
    assert found.other.vectors.shape == (108, 64)
    assert 0 < found.mean < 1
    assert found.most_different.common.is_monotonic_increasing
    assert ex.coloring.values is not None
    ex.select(at=[3, 4])
    assert found.other.selected_positions.tolist() == [3, 4]
    found.other.clear()
    assert ex.selected_index == []


async def test_two_models_are_shown_side_by_side_with_where_they_differ(ex):
    found = await ex.compare(dimensions=64)
    drawn = found._repr_mimebundle_()
    assert drawn["text/html"].count("<img") == 2
    assert "64 dimensions of text-embeddings" in drawn["text/html"]
    assert drawn["text/html"].count("<tr>") == 21
    assert "neighbors under both" in drawn["text/plain"]


async def test_the_doctor_says_how_many_dimensions_are_enough(ex):
    advice = await ex.doctor()
    table = advice.table.set_index("dimensions")
    assert table.recall[1024] == 1
    assert table.recall[advice.dimensions] >= 0.9
    assert advice.sample == 108
    # Lexical vectors of few dimensions are others than long ones cut.
    assert not advice.cut
    assert f"{advice.dimensions} dimensions" in repr(advice)


async def test_short_vectors_that_are_long_ones_cut_need_no_further_request(
    start_sandbox, texts, monkeypatch
):
    from sophnet_jupyter import Client

    with start_sandbox("--vectors", "meaning") as sandbox:
        async with Client("sandbox", sandbox.url) as client:
            ex = await client.explore(texts.iloc[:40], "text")
            sandbox.forget()
            advice = await ex.doctor()
            assert advice.cut
            assert sum(len(body["input_texts"]) for body in sandbox.posted() if body) == 3


async def test_too_few_rows_have_no_doctor(client):
    ex = await client.explore(["fox", "hen", "owl"])
    with pytest.raises(errors.SettingsError, match="too few"):
        await ex.doctor()


async def test_a_heat_map_puts_near_rows_together(ex):
    shown = ex.heatmap(lambda df: df.topic != "weather")
    topics = ex.frame.topic.to_numpy()[shown.rows]
    assert (topics[1:] != topics[:-1]).sum() <= 6
    assert np.allclose(np.diag(shown.cosines), 1, atol=1e-4)
    html = shown._repr_mimebundle_()["text/html"]
    assert "data:image/png" in html
    few = ex.heatmap(["r1", "r2", "r90"])
    assert few._repr_mimebundle_()["text/html"].count("<td") == 9
    with pytest.raises(errors.SettingsError, match="2 to 200 rows"):
        ex.heatmap(["r1"])


async def test_what_is_nearly_nothing_is_no_minus_nothing(ex):
    few = replace(ex.heatmap(["r1", "r2", "r90"]), chance=-0.001)
    shown = few._repr_mimebundle_()
    assert "have 0.00." in shown["text/plain"]
    assert "-0.00" not in shown["text/html"]
