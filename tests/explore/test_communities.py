"""Clusters in the full space, and the words that name them."""

from __future__ import annotations

import numpy as np
import pytest

from sophnet_jupyter import explore
from sophnet_jupyter.explore.kernels import communities as module

from . import measured


@pytest.mark.parametrize("one_by_one", [0, 3_000])
def test_groups_that_are_there_are_found(one_by_one: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_ONE_BY_ONE", one_by_one)
    rows, group = measured.blobs(900, groups=7)
    assert measured.agreement(explore.communities(*explore.neighbors(rows)), group) > 0.9


def test_digits_fall_apart_into_digits() -> None:
    pixels, digit = measured.digits()
    found = explore.communities(*explore.neighbors(pixels))
    assert measured.agreement(found, digit) > 0.75


def test_a_higher_resolution_makes_more_clusters() -> None:
    indices, distances = explore.neighbors(measured.texts())
    few = explore.communities(indices, distances, resolution=0.3).max()
    many = explore.communities(indices, distances, resolution=4).max()
    assert many > 2 * few


def test_clusters_are_numbered_by_size_and_the_same_each_time() -> None:
    indices, distances = explore.neighbors(measured.texts())
    found = explore.communities(indices, distances)
    sizes = np.bincount(found)
    assert (np.diff(sizes) <= 0).all()
    assert np.array_equal(found, explore.communities(indices, distances))


def test_a_row_without_neighbors_is_in_no_cluster() -> None:
    rows, _ = measured.blobs(60)
    rows[4] = np.nan
    found = explore.communities(*explore.neighbors(rows, 5))
    assert found[4] == -1
    assert (np.delete(found, 4) >= 0).all()


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_rows_are_clusters_too(count: int) -> None:
    found = explore.communities(*explore.neighbors(np.eye(count, 3)))
    assert found.shape == (count,)


SPORT = [
    "the striker scored in the match",
    "the match ended without a goal",
    "a late goal in the match",
]
FOOD = ["the soup needs more salt", "fry the soup with salt", "a pinch of salt for the soup"]


def test_keywords_are_the_words_that_others_have_not() -> None:
    found = explore.keywords(SPORT * 3 + FOOD * 3, [0] * 9 + [1] * 9, 2)
    assert found[0][0] == "match"
    assert set(found[1]) == {"soup", "salt"}


def test_words_of_all_texts_name_no_cluster() -> None:
    found = explore.keywords(SPORT * 3 + FOOD * 3, [0] * 9 + [1] * 9)
    assert all("the" not in words for words in found)


def test_a_word_counts_once_a_row_and_stands_in_three() -> None:
    texts = ["fox " * 50, "hen one", "hen two", "hen three", "dog", "dog", "dog"]
    assert explore.keywords(texts, [0, 0, 0, 0, 1, 1, 1]) == [["hen"], ["dog"]]


def test_chinese_pieces_that_belong_to_a_longer_one_go_with_it() -> None:
    week = ["星期一开会讨论预算", "星期一要交报告", "我们星期一去上海"]
    rest = ["高汤小火慢炖", "豆腐煎到金黄", "饺子要捏紧"]
    words = explore.keywords(week + rest, [0, 0, 0, 1, 1, 1])[0]
    assert "星期一" in words
    assert not {"星期", "期一"} & set(words)


def test_chinese_pieces_end_with_no_function_word() -> None:
    texts = ["台风的风力很大", "台风的雨很大", "台风的路径变了", "鸡蛋", "豆腐", "面条"]
    assert explore.keywords(texts, [0, 0, 0, 1, 1, 1])[0] == ["台风"]


def test_what_is_no_text_has_no_words() -> None:
    assert explore.keywords([None, float("nan"), 3, ""], [0, 0, 0, 0]) == [[]]
    assert explore.keywords([], []) == []


def test_rows_of_no_cluster_count_as_others() -> None:
    found = explore.keywords(["common fox"] * 3 + ["common"] * 6, [0] * 3 + [-1] * 6)
    assert found == [["fox"]]
