"""The map: how good it is on real vectors, the same each time, and whole in odd cases."""

from __future__ import annotations

import numpy as np
import pytest

from sophnet_jupyter import explore

from . import measured


def nearest_digit(points: np.ndarray, digit: np.ndarray) -> float:
    indices, _ = explore.neighbors(points, 10)
    votes = [np.bincount(line).argmax() for line in digit[indices]]
    return float(np.mean(votes == digit))


def test_digits_are_placed_as_well_as_by_umap() -> None:
    pixels, digit = measured.digits()
    points = explore.neighbor_map(pixels)
    assert explore.trustworthiness(pixels, points) >= 0.985
    assert nearest_digit(points, digit) >= 0.97


def test_real_texts_are_placed_better_than_by_their_main_directions() -> None:
    rows = measured.texts()
    points, flat = explore.neighbor_map(rows), explore.pca(rows, 2)
    assert explore.trustworthiness(rows, points) >= explore.trustworthiness(rows, flat) + 0.1
    assert explore.kept(rows, points) >= 2 * explore.kept(rows, flat)


def test_the_same_seed_makes_the_same_map() -> None:
    rows, _ = measured.blobs(400)
    one, again, other = (explore.neighbor_map(rows, epochs=10, seed=seed) for seed in (0, 0, 1))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5, 16])
def test_few_rows_have_a_map_too(count: int) -> None:
    points = explore.neighbor_map(np.eye(count, 9, dtype=np.float32))
    assert points.shape == (count, 2)
    assert points.dtype == np.float32
    assert np.isfinite(points).all()


@pytest.mark.parametrize("rows", [np.ones((40, 4)), np.zeros((40, 4)), np.ones((40, 1))])
def test_rows_without_difference_have_a_map(rows: np.ndarray) -> None:
    assert np.isfinite(explore.neighbor_map(rows)).all()


def test_a_row_with_nan_has_no_place_and_moves_nobody() -> None:
    rows, _ = measured.blobs(200)
    with_gap = np.insert(rows, 50, np.nan, axis=0)
    points = explore.neighbor_map(with_gap, epochs=10)
    assert np.isnan(points[50]).all()
    without = explore.neighbor_map(rows, epochs=10)
    assert np.array_equal(np.delete(points, 50, axis=0), without)


def test_frames_begin_with_the_main_directions_and_end_with_the_map() -> None:
    rows, _ = measured.blobs(150)
    frames: list[tuple[np.ndarray, int, int]] = []
    points = explore.neighbor_map(rows, epochs=20, on_frame=lambda *each: frames.append(each))
    assert [(epoch, of) for _, epoch, of in frames] == [(n, 20) for n in range(21)]
    flat = explore.pca(rows, 2)
    assert np.corrcoef(frames[0][0][:, 0], flat[:, 0])[0, 1] > 0.99
    assert np.array_equal(frames[-1][0], points)


def test_a_stop_ends_the_layout_there() -> None:
    rows, _ = measured.blobs(150)
    seen: list[int] = []
    points = explore.neighbor_map(
        rows,
        epochs=50,
        on_frame=lambda _points, epoch, _of: seen.append(epoch),
        stopped=lambda: len(seen) > 5,
    )
    assert max(seen) < 10
    assert np.isfinite(points).all()


def test_the_main_directions_are_those_of_the_covariance() -> None:
    rows = np.random.default_rng(0).standard_normal((500, 6)) * [9, 5, 1, 1, 1, 1]
    found = explore.pca(rows, 2)
    _, _, directions = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
    wanted = (rows - rows.mean(axis=0)) @ directions[:2].T
    for place in range(2):
        assert abs(np.corrcoef(found[:, place], wanted[:, place])[0, 1]) > 0.999


def test_missing_directions_are_zero() -> None:
    assert (explore.pca(np.arange(4.0)[:, None], 2)[:, 1] == 0).all()


def test_new_rows_are_placed_among_their_own_group() -> None:
    rows, group = measured.blobs(600)
    points = explore.neighbor_map(rows[:500], epochs=60)
    placed = explore.place(rows[500:], rows[:500], points)
    centers = np.array([points[group[:500] == n].mean(axis=0) for n in range(6)])
    nearest = np.linalg.norm(placed[:, None] - centers, axis=2).argmin(axis=1)
    assert (nearest == group[500:]).mean() > 0.97


def test_a_row_between_two_islands_is_put_on_one_of_them() -> None:
    rows = np.array([[1.0, 0], [1, 0.01], [1, 0.02], [0, 1], [0.01, 1]])
    points = np.array([[-50.0, 0], [-50, 1], [-51, 0], [50, 0], [51, 0]])
    placed = explore.place([[0.9, 0.5]], rows, points)
    assert abs(placed[0, 0]) > 45


def test_a_row_that_is_there_already_is_placed_at_its_own_place() -> None:
    rows, _ = measured.blobs(100)
    points = explore.neighbor_map(rows, epochs=30)
    apart = np.linalg.norm(explore.place(rows[:10], rows, points) - points[:10], axis=1)
    assert np.median(apart) < 0.1 * np.ptp(points)
