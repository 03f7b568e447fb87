"""The columns of a comparison."""

from __future__ import annotations

import pytest

from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.runs.compare.grid import MOST, grid


def test_every_combination_is_a_column_and_models_stand_side_by_side() -> None:
    made = grid("?", models=["a", "b"], settings={"temperature": [0, 0.7]}, repeat=3)
    assert [(one.number, one.model, dict(one.settings)) for one in made.columns] == [
        (0, "a", {"temperature": 0}),
        (1, "b", {"temperature": 0}),
        (2, "a", {"temperature": 0.7}),
        (3, "b", {"temperature": 0.7}),
    ]
    assert [[one.number for one in row] for row in made.across] == [[0, 1], [2, 3]]
    assert len(made.cells) == 12


def test_settings_of_one_model_stand_side_by_side() -> None:
    made = grid("?", models="a", settings={"temperature": [0, 0.7, 1.2]})
    assert [[one.number for one in row] for row in made.across] == [[0, 1, 2]]


def test_prompts_by_name_are_rows() -> None:
    made = grid({"v1": "short?", "v2": "long?"}, models=["a", "b"])
    assert [[one.label for one in row] for row in made.across] == [
        ["a · v1", "b · v1"],
        ["a · v2", "b · v2"],
    ]
    assert made.prompts == {"v1": "short?", "v2": "long?"}


def test_too_many_answers_are_refused_with_their_count() -> None:
    grid("?", models=[str(one) for one in range(MOST)])
    with pytest.raises(SettingsError, match=r"5 models × 5 repetitions are 25 answers.*at most 24"):
        grid("?", models=list("abcde"), repeat=5)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"models": ["a", "a"]}, "models has a twice"),
        ({"models": ["a", ""]}, "named by a text"),
        ({"models": [7]}, "named by a text"),
        ({"settings": {"temperature": []}}, "nothing to compare in temperature"),
        ({"settings": {"temperature": [0, 0]}}, "temperature has 0 twice"),
        ({"repeat": 0}, "repeat is a whole number"),
        ({"repeat": True}, "repeat is a whole number"),
    ],
)
def test_an_axis_that_cannot_be_meant_is_refused(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        grid("?", **wrong)  # type: ignore[arg-type]


def test_one_and_true_are_two_values_and_a_text_is_one() -> None:
    assert len(grid("?", settings={"thinking": [1, True]}).columns) == 2
    assert len(grid("?", settings={"system": "Be brief."}).columns) == 1


def test_no_prompts_are_refused() -> None:
    with pytest.raises(SettingsError, match="nothing to compare in prompts"):
        grid({})
