"""Who is whose neighbor: exact, with NaN and twins, and by cells above 20,000 rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sophnet_jupyter import explore
from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.explore.kernels import neighbors as module

from . import measured


def brute(rows: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    rows = rows.astype(np.float64)
    apart = np.linalg.norm(rows[:, None] - rows[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    order = np.argsort(apart, axis=1, kind="stable")[:, : min(k, len(rows) - 1)]
    return order, np.take_along_axis(apart, order, axis=1)


@pytest.mark.parametrize("count", [2, 3, 16, 17, 600])
def test_the_neighbors_are_those_of_all_distances(count: int) -> None:
    rows = np.random.default_rng(count).standard_normal((count, 7)).astype(np.float32)
    indices, distances = explore.neighbors(rows, 15)
    wanted, apart = brute(rows, 15)
    assert np.array_equal(indices, wanted)
    assert np.allclose(distances, apart, atol=1e-3)


@pytest.mark.parametrize("count", [0, 1])
def test_a_row_alone_has_no_neighbors(count: int) -> None:
    indices, distances = explore.neighbors(np.ones((count, 3)), 15)
    assert indices.shape == distances.shape == (count, 0)


def test_a_row_with_nan_has_no_neighbors_and_is_nobodys() -> None:
    rows = np.random.default_rng(1).standard_normal((50, 4)).astype(np.float32)
    rows[7, 2] = np.nan
    indices, distances = explore.neighbors(rows, 5)
    assert (indices[7] == -1).all()
    assert np.isnan(distances[7]).all()
    assert not (np.delete(indices, 7, axis=0) == 7).any()


@pytest.mark.parametrize("count", [5, 700])
def test_equal_rows_are_each_others_neighbors_and_never_their_own(count: int) -> None:
    indices, distances = explore.neighbors(np.ones((count, 8)), 4)
    assert not (indices == np.arange(count)[:, None]).any()
    assert np.allclose(distances, 0, atol=1e-3)
    assert all(len(set(line)) == 4 for line in indices.tolist())


def test_a_large_common_offset_hides_no_neighbor() -> None:
    rows = np.random.default_rng(2).standard_normal((300, 5)).astype(np.float32)
    assert np.mean(explore.neighbors(rows + 3000, 5)[0] == brute(rows + 3000, 5)[0]) > 0.9


def test_cells_find_most_neighbors_of_real_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    exact, _ = explore.neighbors(measured.texts(), 15)
    monkeypatch.setattr(module, "EXACT", 100)
    found, distances = explore.neighbors(measured.texts(), 15)
    same = [len(set(a) & set(b)) / 15 for a, b in zip(exact, found, strict=True)]
    assert np.mean(same) > 0.9
    assert not (found == np.arange(len(found))[:, None]).any()
    assert (np.diff(distances, axis=1) >= 0).all()


def test_cells_do_with_rows_that_are_all_equal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "EXACT", 100)
    indices, _ = explore.neighbors(np.ones((900, 6)), 15)
    assert (indices >= 0).all()


def test_what_is_stopped_leaves_rows_without_neighbors() -> None:
    calls: list[int] = []

    def stopped() -> bool:
        calls.append(1)
        return len(calls) > 1

    indices, _ = explore.neighbors(measured.texts(), 3, stopped=stopped)
    assert (indices[0] >= 0).all()
    assert (indices[-1] == -1).all()


@pytest.mark.parametrize("given", [[1, 2, 3], "words", [["a"]], np.zeros((2, 2, 2))])
def test_what_is_no_matrix_is_refused_in_a_sentence(given: Any) -> None:
    with pytest.raises(SettingsError):
        explore.neighbors(given)
