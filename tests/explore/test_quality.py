"""The measures of a map, against their definitions."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sophnet_jupyter import explore
from sophnet_jupyter.explore.kernels import quality

from . import measured


def by_definition(high: np.ndarray, low: np.ndarray, k: int) -> float:
    count = len(high)

    def order(rows: np.ndarray) -> np.ndarray:
        apart = np.linalg.norm(rows[:, None] - rows[None], axis=2)
        np.fill_diagonal(apart, np.inf)
        return np.argsort(apart, axis=1, kind="stable")

    rank, near = np.argsort(order(high), axis=1), order(low)[:, :k]
    penalty = sum(max(0, rank[row, other] + 1 - k) for row in range(count) for other in near[row])
    return 1 - penalty * 2 / (count * k * (2 * count - 3 * k - 1))


@pytest.mark.parametrize("k", [1, 5, 15])
def test_trustworthiness_is_venna_and_kaskis(k: int) -> None:
    random = np.random.default_rng(3)
    high = random.standard_normal((120, 10))
    low = high[:, :2] + 0.3 * random.standard_normal((120, 2))
    assert explore.trustworthiness(high, low, k) == pytest.approx(
        by_definition(high, low, k), abs=2e-3
    )


def test_a_map_of_itself_is_believed_wholly() -> None:
    rows = np.random.default_rng(0).standard_normal((300, 2))
    assert explore.trustworthiness(rows, rows) == pytest.approx(1)
    assert explore.kept(rows, rows) == pytest.approx(1)


def test_a_map_by_chance_is_worth_nothing() -> None:
    rows, _ = measured.blobs(500, groups=60)
    chance = np.random.default_rng(1).standard_normal((500, 2))
    assert explore.trustworthiness(rows, chance) < 0.6
    assert explore.kept(rows, chance) < 0.1


def test_some_rows_by_chance_tell_the_same_as_all(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = measured.texts()
    points = explore.pca(rows, 2)
    whole = explore.trustworthiness(rows, points)
    monkeypatch.setattr(quality, "EACH", 100)
    monkeypatch.setattr(quality, "SOME", 500)
    assert explore.trustworthiness(rows, points) == pytest.approx(whole, abs=0.02)


def test_too_few_rows_have_no_measure() -> None:
    assert math.isnan(explore.trustworthiness(np.eye(4), np.zeros((4, 2))))
    assert math.isnan(explore.kept(np.zeros((0, 3)), np.zeros((0, 2))))


def test_rows_without_a_place_are_left_out() -> None:
    rows = np.random.default_rng(0).standard_normal((100, 2))
    points = rows.copy()
    points[3] = np.nan
    assert explore.kept(rows, points, 5) == pytest.approx(1)


def test_centering_takes_a_language_out_and_leaves_the_topic() -> None:
    rows, topic = measured.blobs(400, groups=5)
    language = np.arange(400) % 2
    accent = np.random.default_rng(9).standard_normal(32)
    spoken = rows + language[:, None] * accent
    apart, _ = explore.neighbors(spoken, 10)
    together, _ = explore.neighbors(explore.centered(spoken, language), 10)
    assert (language[apart] != language[:, None]).mean() < 0.05
    assert (language[together] != language[:, None]).mean() > 0.4
    assert (topic[together] == topic[:, None]).mean() > 0.95


def test_missing_groups_are_one_group() -> None:
    found = explore.centered([[1.0], [3], [5], [9]], ["a", None, float("nan"), "a"])
    assert found.ravel().tolist() == [-4, -1, 1, 4]
