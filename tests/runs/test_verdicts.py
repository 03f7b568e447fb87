"""Figures as sentences."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from sophnet_jupyter.runs.verdicts import few, probability, verdicts


def _columns(better: int, worse: int, both: int, neither: int) -> dict[str, Sequence[float]]:
    rows = [(0, 1)] * better + [(1, 0)] * worse + [(1, 1)] * both + [(0, 0)] * neither
    return {"v1": [one for one, _ in rows], "v2": [other for _, other in rows]}


def _said(columns: dict[str, Sequence[float]]) -> list[str]:
    return [sentence for sentence, _, _ in verdicts(columns)]


def test_the_better_prompt_is_named_with_the_rows_in_which_it_is_worse() -> None:
    better = ["v2 is better in 8 rows, worse in 1 (p = 0.04)."]
    assert _said(_columns(8, 1, 30, 11)) == better


def test_what_can_be_chance_is_said_to_be_chance() -> None:
    chance = ["v2: 31 of 50 against 29: that can be chance (p = 0.75)."]
    assert _said(_columns(6, 4, 25, 15)) == chance


def test_the_better_one_may_be_the_first() -> None:
    assert _said(_columns(1, 8, 30, 11)) == ["v1 is better in 8 rows, worse in 1 (p = 0.04)."]


def test_columns_that_never_differ_are_equal() -> None:
    assert _said(_columns(0, 0, 3, 2)) == ["v1 and v2 are equal in all 5 rows."]


def test_numbers_are_compared_by_their_means() -> None:
    higher = {"a": [0.1 + 0.01 * (i % 3) for i in range(30)], "b": [0.5] * 30}
    assert _said(higher)[0].startswith("b is higher by 0.39 on average (0.38")


def test_three_prompts_are_told_with_the_one_they_are_compared_with_and_by_holm() -> None:
    columns = {**_columns(9, 1, 30, 10), "v3": [1.0] * 50}
    first, second, third = verdicts(columns)
    assert first[0] == "v2 is better than v1 in 9 rows, worse in 1 (p = 0.02 by Holm)."
    assert "v3 is better than v1" in second[0]
    assert "v3 is better than v2" in third[0]
    assert first[2] == pytest.approx(first[1].p)


def test_columns_without_a_common_row_are_not_compared() -> None:
    assert _said({"a": [], "b": []}) == ["a and b: no row has a value for both."]


def test_few_rows_are_told_first() -> None:
    assert few(19).startswith("Only 19 rows")
    assert few(1).startswith("Only 1 row:")
    assert few(20) == ""


@pytest.mark.parametrize(
    ("p", "said"),
    [(0.0391, "p = 0.04"), (0.0496, "p = 0.050"), (0.052, "p = 0.052"), (0.0004, "p < 0.001")],
)
def test_no_rounding_moves_a_probability_over_the_border(p: float, said: str) -> None:
    assert probability(p) == said
