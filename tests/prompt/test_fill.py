from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sophnet_jupyter.prompt.fill import MOST_LEFT, fill
from sophnet_jupyter.response import Response

FRAME = pd.DataFrame(
    {"count": [1, 2], "size": ["S", "L"], "review": ["fine", "poor"], "T": ["x", "y"]}
)


class Caller:
    def __call__(self) -> None: ...


NAMES: dict[str, Any] = {
    "df": FRAME,
    "sub": type("GeoDataFrame", (pd.DataFrame,), {})({"count": [8]}),
    "row": FRAME.iloc[1],
    "review": "fine",
    "reviews": {"first": "good"},
    "city": "Beijing",
    "price": 9,
    "x": 5,
    "i": 6,
    "n": 7,
    "answer": Response(text="earlier"),
    "f": len,
    "Kind": int,
    "caller": Caller(),
    "module": ModuleType("module"),
    "thing": object(),
    "each": (one for one in [1]),
}


@pytest.mark.parametrize("field", ["{df.count}", "{df.size}", "{df.T}"])
def test_a_column_comes_before_what_the_frame_itself_is_called_so(field: str) -> None:
    column = FRAME[field[4:-1]]
    text = fill(field, NAMES).text
    assert all(f"| {value} |" in text for value in column)


def test_a_class_that_derives_from_a_frame_has_its_columns_first_too() -> None:
    assert "| 8 |" in fill("{sub.count}", NAMES).text


@pytest.mark.parametrize(
    ("field", "said"), [("{row.count}", "2"), ("{row.size}", "L"), ("{row[T]}", "y")]
)
def test_a_row_of_a_frame_answers_by_its_columns(field: str, said: str) -> None:
    assert fill(field, NAMES).text == said


def test_what_is_no_column_is_the_frames_own() -> None:
    assert fill("{df.shape}", NAMES).text == "(2, 4)"


def test_where_nobody_reads_how_much_was_put_in_the_fields_alone_are_told() -> None:
    found = fill("{city} {city} {n}", {"city": "Oslo", "n": 7}, sized=False)
    assert (found.text, found.inserted) == ("Oslo Oslo 7", ["{city}", "{n}"])


@pytest.mark.parametrize(
    "field",
    [
        *("{df.query}", "{df.sum}", "{row.sum}", "{f}", "{Kind}", "{caller}", "{city.upper}"),
        *("{reviews.items}", "{module}", "{thing}", "{each}", "{answer.save}"),
    ],
)
def test_what_says_nothing_stays_as_written_and_is_told(field: str) -> None:
    found = fill(f"Look at {field}.", NAMES)
    assert found.text == f"Look at {field}."
    assert not found.inserted
    assert found.left[0].startswith(field)


@pytest.mark.parametrize(
    ("prompt", "left"),
    [
        ("Summarise {reviw}.", "{reviw} (review?)"),
        ("总结{reviw}的要点", "{reviw} (review?)"),
        ("<text>{reviw}</text>", "{reviw} (review?)"),
        ("Look at {Review}", "{Review} (review?)"),
        ("{df.reviw}", "{df.reviw} (df.review?)"),
        ("{df[reviw]}", "{df[reviw]} (df[review]?)"),
        ('{reviews["frist"]}', '{reviews["frist"]} (reviews["first"]?)'),
        ("{reviw.upper}", "{reviw.upper} (review.upper?)"),
        ("Dear {nobody},", "{nobody}"),
    ],
)
def test_a_field_that_resolves_to_nothing_is_told_with_the_name_that_is_near(
    prompt: str, left: str
) -> None:
    found = fill(prompt, NAMES)
    assert (found.text, found.left) == (prompt, [left])


@pytest.mark.parametrize(
    "prompt",
    [
        '{"a": {reviw}}',
        '{"a": "{reviw}"}',
        "`{reviw}`",
        "```python\nprint(f'{reviw}')\n```",
        "~~~\n{reviw}\n~~~",
        'print(f"{reviw}")',
        "if (x) {return}",
        "import {useState} from 'react'",
        "const {reviw} = props",
        "() => {reviw}",
        "GET /users/{id}/posts",
        "{{reviw}}",
        "$a + {reviw}$",
        r"\frac{reviw}{y}",
        "{}",
        "{ reviw }",
    ],
)
def test_code_json_and_formulas_are_no_such_case(prompt: str) -> None:
    found = fill(prompt, NAMES)
    assert (found.text, found.left) == (prompt, [])


def test_only_some_of_many_fields_are_told() -> None:
    prompt = " ".join(f"{{nobody{number}}}" for number in range(300))
    assert len(fill(prompt, NAMES).left) == MOST_LEFT


@pytest.mark.parametrize(
    "prompt",
    [
        r"\frac{x}{i}",
        r"\frac{1}{x}",
        r"\frac{\sqrt{x}}{n}",
        r"\sqrt[3]{x}",
        "x_{i}",
        "e^{x}",
        "a_{i}^{n}",
        "${x}$",
        "$${x}$$",
        r"$\sum_{i}^{n} x$",
        r"\mathbb{x}",
        r"$\frac {x} {n}$",
        r"\operatorname*{x}",
        r"\begin{x}",
    ],
)
def test_latex_is_left_alone(prompt: str) -> None:
    found = fill(prompt, NAMES)
    assert (found.text, found.inserted, found.left) == (prompt, [], [])


@pytest.mark.parametrize(
    ("prompt", "text"),
    [
        ("{city}{city}", "BeijingBeijing"),
        ("{nobody}{city}", "{nobody}Beijing"),
        ("$x = {x}$", "$x = 5$"),
        (r"C:\data\{city}", r"C:\data\Beijing"),
        (r"is \alpha less than {x}?", r"is \alpha less than 5?"),
        ("[{x}]({city})", "[5](Beijing)"),
    ],
)
def test_braces_beside_latex_are_variables(prompt: str, text: str) -> None:
    assert fill(prompt, NAMES).text == text


@pytest.mark.parametrize("prompt", ["report_{city}.csv", "It costs ${price}."])
def test_what_may_be_no_latex_after_all_is_told(prompt: str) -> None:
    found = fill(prompt, NAMES)
    assert found.text == prompt
    assert found.left[0].endswith("(LaTeX?)")


def test_what_attach_raises_comes_through() -> None:
    def attach(field: str, value: Any) -> None:
        raise ValueError(field)

    with pytest.raises(ValueError, match="city"):
        fill("{city}", NAMES, attach=attach)


def test_a_number_of_numpy_is_its_digits() -> None:
    assert fill("{x} {y}", {"x": np.float64(0.5), "y": np.int8(3)}).text == "0.5 3"
