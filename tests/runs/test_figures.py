"""Intervals, tests and agreement, against published tables."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as some

from sophnet_jupyter.runs import figures


# Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3.
@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilsons_interval_is_newcombes(hits: int, n: int, low: float, high: float) -> None:
    found = figures.wilson(hits, n)
    assert found == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_of_no_rows_every_rate_is_possible() -> None:
    assert figures.wilson(0, 0) == (0, 1)
    assert figures.wilson(7, 7)[1] == 1


# Fagerland, Lydersen and Laake, BMC Medical Research Methodology 13 (2013) 91, table 5.
@pytest.mark.parametrize(
    ("better", "worse", "p"), [(1, 7, 0.0703), (6, 16, 0.0525), (8, 1, 0.0391), (5, 5, 1.0)]
)
def test_mcnemars_exact_test_is_fagerlands(better: int, worse: int, p: float) -> None:
    assert figures.mcnemar(better, worse) == pytest.approx(p, abs=5e-5)
    assert figures.mcnemar(worse, better) == figures.mcnemar(better, worse)


def test_mcnemars_test_takes_many_rows() -> None:
    # By the normal distribution: (500 - 0.5) / 500 is 0.999 of a standard deviation.
    assert figures.mcnemar(125_250, 124_750) == pytest.approx(0.3178, abs=1e-3)
    assert figures.mcnemar(0, 0) == 1


def test_holms_method_is_that_of_his_example() -> None:
    adjusted = figures.holm([0.01, 0.04, 0.03, 0.005])
    assert adjusted == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert figures.holm([]) == []


def test_kappa_is_cohens() -> None:
    pairs = [("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10
    assert figures.kappa([*pairs, *[("no", "no")] * 15]) == pytest.approx(0.4)
    assert math.isnan(figures.kappa([]))
    assert math.isnan(figures.kappa([(True, True)] * 9))


def test_the_bootstrap_agrees_with_students_sleep() -> None:
    # Student, Biometrika 6 (1908) 1-25: ten patients, hours gained by the second drug over the
    # first: mean 1.58, t = 4.06, p = 0.0028.
    gained = [1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4]
    low, high, p = figures.bootstrap(gained)
    assert 0.85 < low < 1.05
    assert 2.2 < high < 2.6
    assert p < 0.01


def test_the_bootstrap_gives_the_same_figures_each_time() -> None:
    values = [random.Random(1).gauss(0.1, 1) for _ in range(50)]
    assert figures.bootstrap(values) == figures.bootstrap(values)


def test_many_rows_are_taken_by_the_normal_distribution_they_come_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draw = random.Random(2)
    values = [draw.gauss(0.08, 1) for _ in range(900)]
    resampled = figures.bootstrap(values)
    monkeypatch.setattr(figures, "MOST_RESAMPLED", 10)
    assert figures.bootstrap(values) == pytest.approx(resampled, abs=0.02)


def test_a_few_rows_are_never_sure() -> None:
    # Resampling three equal numbers only ever gives that number.
    assert figures.bootstrap([0.5, 0.5, 0.5])[2] == 0.25


def test_chance_finds_a_difference_no_more_often_than_it_says() -> None:
    draw = random.Random(3)
    found = [
        figures.difference(
            [float(draw.random() < 0.6) for _ in range(40)],
            [float(draw.random() < 0.6) for _ in range(40)],
        ).p
        for _ in range(40)
    ]
    assert sum(p < 0.05 for p in found) <= 5


def test_rows_without_a_value_are_left_out_of_both_columns() -> None:
    found = figures.difference([1, None, 0, 1], [1, 1, None, 0])
    assert (found.n, found.first, found.second, found.worse) == (2, 2, 1, 1)


def test_repetitions_are_one_row() -> None:
    assert figures.averaged([1, 0, None, 0]) == pytest.approx(1 / 3)
    assert figures.averaged([None]) is None
    assert not figures.difference([1 / 3], [1]).binary


@given(some.lists(some.tuples(some.booleans(), some.booleans()), max_size=60))
def test_a_difference_is_the_same_from_the_other_side(rows: list[tuple[bool, bool]]) -> None:
    one = figures.difference([a for a, _ in rows], [b for _, b in rows])
    other = figures.difference([b for _, b in rows], [a for a, _ in rows])
    assert (one.p, one.better, one.first) == (other.p, other.worse, other.second)
    assert 0 < one.p <= 1


def test_an_estimate_of_nothing_says_so() -> None:
    found = figures.estimate([None, None], rate=True)
    assert found.n == 0
    assert math.isnan(found.value)
