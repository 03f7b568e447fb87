"""The notebook's table with its real vectors: what was planted in it is found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

pytestmark = pytest.mark.anyio

NOTES = Path(__file__).parents[2] / "notebooks" / "files"
VECTORS = Path(__file__).parent / "data" / "notes.npz"


@pytest.fixture
async def ex(client):
    """Centered, since the model puts each language on an island."""
    table = pd.read_csv(NOTES / "notes.csv")
    return await client.explore(table, "text", vectors=np.load(VECTORS)["vectors"], center="lang")


async def test_the_twins_are_the_duplicates_and_no_row_else(ex):
    assert ex.duplicates().planted.tolist() == ["twin"] * 6


async def test_the_wrong_labels_are_the_first_of_those_that_are_outvoted(ex):
    assert ex.mislabeled("topic").planted.tolist()[:5] == ["label"] * 5


async def test_the_strangers_are_among_the_first_outliers(ex):
    assert ex.outliers(6).planted.tolist().count("stranger") == 4


async def test_rows_without_a_text_are_missing_and_no_more(ex):
    assert ex.frame.planted[ex.missing.row].tolist() == ["blank"] * 3


async def test_languages_are_islands_until_they_are_taken_out(ex):
    assert ex.gap.share > 0.4
    await ex.center(None)
    assert ex.gap.large
    assert ex.gap.by == "lang"
    assert ex.gap.share < 0.1


async def test_the_table_is_that_of_its_generator(monkeypatch):
    import runpy

    monkeypatch.chdir(NOTES)
    made = pd.DataFrame(runpy.run_path("make_notes.py")["notes"]())
    kept = pd.read_csv("notes.csv", keep_default_na=False)
    pd.testing.assert_frame_equal(made, kept, check_dtype=False)


async def test_the_drawings_are_images_with_captions(client):
    table = pd.read_parquet(NOTES / "notes.parquet")
    drawings = table[table.topic == "drawings"]
    assert len(drawings) == 60
    ex = await client.explore(drawings, image="image")
    assert len(ex.missing) == 0
    assert ex.thumbnail(0)[:4] == b"\x89PNG"
    assert ex.text_of(0) == f"image {drawings.index[0]}"
