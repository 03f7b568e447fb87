from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from sophnet_jupyter.views.answer.parsed import COLUMNS, ROWS, in_words, records, shown


class Size(enum.Enum):
    LARGE = "large"


@dataclass
class City:
    name: str
    people: float
    size: Size = Size.LARGE


class Town(msgspec.Struct):
    name: str


class Model:
    """As a pydantic model tells its fields."""

    model_fields = {"name": None}  # noqa: RUF012 - as pydantic has it

    def __init__(self, name: str) -> None:
        self.name = name


@pytest.mark.parametrize(
    "value",
    [
        [{"name": "Oslo"}],
        [City("Oslo", 0.7)],
        (Town(name="Oslo"),),
        [Model("Oslo")],
        {"cities": [{"name": "Oslo"}]},
    ],
)
def test_a_list_of_records_is_a_table(value: Any) -> None:
    assert records(value)[1][0]["name"] == "Oslo"
    html = shown(value)
    assert "<table" in html
    assert ">Oslo</td>" in html
    assert in_words(value).splitlines()[0].startswith("name")


@pytest.mark.parametrize(
    "value", [[1, 2], {"a": 1}, {"a": [1]}, [{"a": 1}, 2], [], "x", None, [{}]]
)
def test_anything_else_is_json(value: Any) -> None:
    assert shown(value).startswith("<pre")


def test_a_record_alone_is_shown_by_its_fields() -> None:
    assert in_words(City("Oslo", 0.7)) == (
        '{\n  "name": "Oslo",\n  "people": 0.7,\n  "size": "large"\n}'
    )


def test_a_table_is_bounded_in_every_direction() -> None:
    value = [{f"c{n}": "x" * 5_000 for n in range(40)} for _ in range(500)]
    html = shown(value)
    assert html.count("<tr>") == ROWS + 1
    assert html.count("<th ") == COLUMNS
    assert "… 450 more rows and 28 more columns in .parsed" in html
    assert len(html) < 300 * ROWS * COLUMNS
    assert "450 more rows" in in_words(value)


def test_names_and_values_are_words() -> None:
    evil = "<img src=x onerror=alert(1)> \x1b[2J"
    html = shown({evil: [{evil: evil}]})
    assert "<img" not in html
    assert "\x1b" not in html + in_words([{evil: evil}])


def test_columns_of_numbers_stand_to_the_right() -> None:
    html = shown([{"name": "a", "n": 1}, {"name": "b", "n": 20}])
    assert "text-align:right" in html.split("<td")[2]
    assert "text-align:left" in html.split("<td")[1]


def test_a_value_that_json_cannot_hold_is_shown_all_the_same() -> None:
    loop: list[Any] = []
    loop.append(loop)
    assert "[[...]]" in shown(loop)
    assert "{1}" not in shown({"a": {1}})
