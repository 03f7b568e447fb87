from __future__ import annotations

import asyncio
import io
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from sophnet_jupyter.events import Shown
from sophnet_jupyter.prompt.tools.call import run
from sophnet_jupyter.prompt.tools.result import COLUMNS, ROWS, shown
from sophnet_jupyter.prompt.tools.tools import as_tool
from sophnet_jupyter.response import Response

KEY = "sk-canary-0123456789"


class Drawing:
    def _repr_png_(self) -> bytes:
        file = io.BytesIO()
        Image.new("RGB", (2000, 1000), "green").save(file, "PNG")
        return file.getvalue()


class Written:
    def __init__(self, **said: Any) -> None:
        for method, text in said.items():
            setattr(self, f"_repr_{method}_", lambda text=text: text)


def of(value: object) -> Shown:
    found = shown(value, lambda text: text.replace(KEY, "‹key›"))
    assert found
    return found


@pytest.mark.parametrize(
    "made", [Drawing(), Image.new("RGB", (900, 30), "red")], ids=["own", "PIL"]
)
def test_a_picture_is_shown_as_one_of_a_bounded_size(made: Any) -> None:
    image = Image.open(io.BytesIO(of(made).image))
    assert max(image.size) == 640


def test_a_table_is_shown_by_its_first_rows_and_without_the_key() -> None:
    frame = pd.DataFrame({f"c{n}": [n, *[0] * 99] for n in range(30)})
    found = of(frame)
    assert (len(found.rows), len(found.rows[0])) == (ROWS, COLUMNS)
    assert found.size == "100 rows, 30 columns"
    assert found.rows[0]["c2"] == 2
    assert of(pd.DataFrame({"a": [1 / 3]})).rows == ({"a": 0.333333},)
    assert of(pd.DataFrame({"a": [f"my {KEY}"]})).rows == ({"a": "my ‹key›"},)


def test_markdown_and_formulas_are_shown_and_html_is_not() -> None:
    assert of(Written(markdown="**bold**", html="<b>bold</b>")).markdown == "**bold**"
    assert of(Written(latex="$x^2$")).markdown == "$x^2$"
    assert shown(Written(html="<img src=x onerror=alert(1)>")) is None


@pytest.mark.parametrize(
    "value", [pd.DataFrame(), "text", 5, None, [1, 2], {"a": 1}, Drawing, Response()], ids=str
)
def test_what_is_text_is_not_shown_twice(value: object) -> None:
    assert shown(value) is None


def test_a_model_is_told_the_words_of_markdown() -> None:
    def get() -> Any:
        return Written(markdown="**21 °C**")

    assert asyncio.run(run(as_tool(get), "get", "{}", timeout=5)).text == "**21 °C**"


def test_a_result_that_fails_to_draw_itself_is_still_told() -> None:
    class Broken:
        def __repr__(self) -> str:
            return "broken"

        def _repr_markdown_(self) -> str:
            raise RuntimeError("no")

    def get() -> Any:
        return Broken()

    outcome = asyncio.run(run(as_tool(get), "get", "{}", timeout=5))
    assert (outcome.text, outcome.error, outcome.shown) == ("broken", False, None)


def test_a_table_keeps_what_its_cells_are() -> None:
    frame = pd.DataFrame(
        {"zip": ["007"], "n": [1234567890], "x": [0.5], "big": [1234567.89], "f": [None]}
    )
    frame["small"] = pd.Series([9], dtype="uint8")
    frame["day"] = pd.Series([np.datetime64("2024-01-02")], dtype=object)
    [row] = of(frame).rows
    assert (
        repr(list(row.values())) == "['007', 1234567890, 0.5, 1234567.89, 'None', 9, '2024-01-02']"
    )
    twice = pd.DataFrame([[1, 2]], columns=["a", "a"])
    assert of(twice).rows == ({"a": 1, "a 2": 2},)


SALES = pd.DataFrame({"city": ["A", "A", "B"], "id": [2**53 + 1, 2, 3], "price": [5, 6, 7]})


@pytest.mark.parametrize(
    ("value", "row"),
    [
        (SALES.groupby("city").sum(), {"city": "A", "id": 2**53 + 3, "price": 11}),
        (SALES.set_index(["city", "id"]), {"city": "A", "id": 2**53 + 1, "price": 5}),
        (SALES.set_axis(["x", "y", "z"])[["price"]], {" ": "x", "price": 5}),
        (SALES.groupby("city")["price"].sum(), {"city": "A", "price": 11}),
        (
            SALES.groupby("city").agg({"price": ["min", "max"]}),
            {"city": "A", "price / min": 5, "price / max": 6},
        ),
        (SALES, {"city": "A", "id": 2**53 + 1, "price": 5}),
    ],
)
def test_a_card_keeps_the_labels_and_whole_numbers(value: Any, row: dict[str, Any]) -> None:
    assert repr(of(value).rows[0]) == repr(row)


def test_a_model_is_told_the_labels_and_how_many_rows_there_are() -> None:
    def get() -> Any:
        return pd.DataFrame({"n": range(500)}, index=[f"k{n}" for n in range(500)])

    told = asyncio.run(run(as_tool(get), "get", "{}", timeout=5)).text
    assert "| k19 | 19 |" in told
    assert told.endswith("(shown: 20 of 500 rows)")


def test_a_model_is_told_each_of_several_tables() -> None:
    def get() -> Any:
        return {"first": pd.DataFrame({"n": range(500)}), "second": SALES}

    told = asyncio.run(run(as_tool(get), "get", "{}", timeout=5)).text
    assert "(shown: 20 of 500 rows)" in told
    assert "| B | 3 | 7 |" in told
