from __future__ import annotations

import math
import re
from html import unescape
from itertools import pairwise

import numpy as np
import pytest

from sophnet_jupyter.events import VectorsAsked, VectorsReady
from sophnet_jupyter.response import Response, fold
from sophnet_jupyter.views import answer
from sophnet_jupyter.views.vectors import heat_map, vectors
from sophnet_jupyter.views.vectors.heat_map import MapItem


def response(rows, texts=(), images=(), thumbnails=()):
    asked = VectorsAsked(texts=tuple(texts), images=tuple(images), thumbnails=tuple(thumbnails))
    matrix = np.asarray(rows, dtype=np.float32)
    places = tuple((place,) for place in range(len(matrix)))
    ready = VectorsReady(places=places, dimensions=matrix.shape[1], data=matrix.tobytes())
    return fold(fold(Response(), asked), ready)


def cells(html):
    """The words of each row's cells, in the order in which they stand."""
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", html.replace("\n", ""))
    strip = re.compile("<[^>]*>")
    return [
        [unescape(strip.sub("", cell)) for cell in re.findall(r"<t[hd][^>]*>.*?</t[hd]>", row)]
        for row in rows
    ]


def grounds(html):
    return [float(one) for one in re.findall(r"<td[^>]*rgba\(31,119,201,([\d.]+)\)", html)]


def test_every_value_stands_in_its_cell_and_its_names_in_the_title():
    html = heat_map.heat_map(
        [MapItem(number=0, label="fox"), MapItem(number=1, label="hen")], [[1, 0.25], [0.25, 1]]
    )
    head, first, second = cells(html)
    assert head == ["", "0", "1"]
    assert [cell.split("\u2002")[-1] for cell in first] == ["fox", "1.00", "0.25"]
    assert [cell.split("\u2002")[-1] for cell in second] == ["hen", "0.25", "1.00"]
    assert 'title="0 fox ~ 1 hen: 0.2500"' in html


def test_the_nearer_two_are_the_stronger_is_their_ground_whatever_the_model_calls_near():
    near = [[1, 0.8, 0.7], [0.8, 1, 0.75], [0.7, 0.75, 1]]
    items = [MapItem(number=n, label="x") for n in range(3)]
    strong = grounds(heat_map.heat_map(items, near))
    assert strong[1] == max(strong) > strong[5] > strong[2] == min(strong)
    assert heat_map.strength(0.7, 0.7, 0.8) == 0
    assert heat_map.strength(0.8, 0.7, 0.8) == 1
    assert heat_map.strength(math.inf, 0.7, 0.8) == 1


def test_many_are_put_beside_what_they_are_near_to_and_keep_their_numbers():
    groups = [0, 1, 0, 1, 0, 1]
    near = [[1.0 if a == b else 0.1 for b in groups] for a in groups]
    order = heat_map.arranged(near)
    assert sorted(order) == list(range(6))
    turns = sum(groups[a] != groups[b] for a, b in pairwise(order))
    assert turns == 1
    html = heat_map.heat_map([MapItem(number=n, label=f"row {n}") for n in range(6)], near)
    assert cells(html)[0][1:] == [str(n) for n in order]
    assert "neighbours put together" in html
    assert heat_map.arranged(near[:3]) == [0, 1, 2]


def test_a_vector_that_is_missing_is_a_dash_and_no_nan():
    found = response([[1, 0], [math.nan, math.nan], [0, 1]], texts=["a", "b", "c"])
    html = vectors.html(found)
    assert cells(html)[2][2] == "–"
    assert "nan" not in html.lower()
    everything = response([[math.nan, math.nan]] * 6, texts="abcdef")
    assert "nan" not in vectors.html(everything).lower()


@pytest.mark.parametrize("label", ["<script>alert(1)</script>", 'x" onmouseover="x', "a\x1b[2Jb"])
def test_no_text_gets_out_of_its_cell(label):
    html = vectors.html(response([[1, 0], [0, 1]], texts=[label, "hen"]))
    assert "<script" not in html
    assert "\x1b" not in html
    assert not re.search(r'title="[^"]*"[^>]*onmouseover', html)
    assert "\x1b" not in vectors.lines(response([[1, 0], [0, 1]], texts=[label, "hen"]))


def test_the_words_say_the_same_as_the_table():
    lines = vectors.lines(response([[1, 0], [0.6, 0.8]], texts=["fox", "hen"])).splitlines()
    assert lines[0] == "2 texts × 2 dimensions"
    assert re.fullmatch(r"0 +1\.00 +0\.60 +fox", lines[2])
    assert re.fullmatch(r"1 +0\.60 +1\.00 +hen", lines[3])


def test_many_are_a_summary_with_the_nearest_pairs_of_different_texts():
    rows = np.eye(40, dtype=np.float32)
    rows[7] = rows[3] + 0.1 * rows[7]
    rows[5] = rows[4]
    texts = [f"text {n}" for n in range(40)]
    texts[5] = texts[4]
    found = response(rows, texts=texts)
    pairs = vectors.nearest(found)
    assert (pairs[0].one, pairs[0].other) == (3, 7)
    assert (4, 5) not in [(pair.one, pair.other) for pair in pairs]
    html = vectors.html(found)
    assert "40 texts × 40 dimensions" in html
    assert ".similarity()" in html
    assert html.count("<td") == 15
    assert len(html) < 20_000


def test_a_summary_stays_small_however_many_and_long_the_texts_are():
    found = response(np.ones((5_000, 2)), texts=["x" * 5_000] * 5_000)
    assert len(vectors.html(found)) < 2_000
    long = response(np.ones((24, 2)), texts=[f"{n}" + "y" * 9_000 for n in range(24)])
    assert len(vectors.html(long)) < 400_000


def test_one_vector_shows_how_it_begins():
    said = vectors.lines(response([[0.5, -0.25, *[0] * 9]], texts=["fox"]))
    assert "[0.5000, -0.2500, 0.0000" in said


def test_pictures_are_known_by_their_thumbnails():
    html = vectors.html(
        response([[1, 0], [0, 1]], texts=["fox"], images=["p"], thumbnails=[b"\x89PNG"])
    )
    assert html.count("<img") == 1
    assert "1 text and 1 image × 2 dimensions" in html


def test_without_numpy_the_answer_says_what_to_install(monkeypatch):
    import sys

    found = response([[1, 0], [0, 1]], texts=["fox", "hen"])
    monkeypatch.setitem(sys.modules, "numpy", None)
    shown = answer.bundle(found)
    for words in shown.values():
        assert "sophnet-jupyter[explore]" in words


def test_an_answer_without_vectors_shows_none():
    assert vectors.html(Response(text="hi")) == vectors.lines(Response(text="hi")) == ""
