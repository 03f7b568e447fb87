from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from sophnet_jupyter.events import Event, Finished, Notice, Parsed, TextDelta, TextReplaced
from sophnet_jupyter.magics.chat.reading import read
from sophnet_jupyter.magics.chat.table_text import rows
from sophnet_jupyter.response import Response, settle
from sophnet_jupyter.views.answer.formats import AnswerFormat

STOP = Finished(reason="stop")


def after(form: AnswerFormat, *events: Event) -> Response:
    async def arriving() -> AsyncGenerator[Event, None]:
        for event in events:
            yield event

    return asyncio.run(settle(read(arriving(), form)))


def parsed(form: AnswerFormat, text: str) -> Any:
    response = after(form, *[TextDelta(text=letter) for letter in text], STOP)
    assert response.ending == "complete"
    return response.parsed


TABLE = """Here it is:

| City | People | Area |
|:-----|-------:|---|
| **北京** | 21,893,095 | 16.4 |
| `Xi\\|an` | 13 | .5 |

And that is all.
"""


def test_a_markdown_table_becomes_records_with_numbers() -> None:
    assert parsed("table", TABLE) == [
        {"City": "北京", "People": 21893095, "Area": 16.4},
        {"City": "Xi|an", "People": 13, "Area": 0.5},
    ]


def test_a_list_of_objects_is_a_table_too() -> None:
    assert parsed("table", 'So: [{"a": 1}, {"a": 2}]') == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('```json\n{"a": 1}\n```', {"a": 1}),
        ("[1, 2]", [1, 2]),
        ("null", None),
        ("false", False),
    ],
)
def test_json_is_read_wherever_it_stands(text: str, value: Any) -> None:
    response = after("json", TextDelta(text=text), STOP)
    assert response.parsed == value
    assert response.notices == ()


@pytest.mark.parametrize(
    ("form", "text"), [("json", "no"), ("table", "a | b"), ("table", "[1]"), ("code", "x = `1`")]
)
def test_an_answer_without_it_says_so(form: AnswerFormat, text: str) -> None:
    response = after(form, TextDelta(text=text), STOP)
    assert response.parsed is None
    assert len(response.notices) == 1


@pytest.mark.parametrize("form", ["markdown", "text", "code"])
def test_other_formats_add_nothing(form: AnswerFormat) -> None:
    response = after(form, TextDelta(text="```\n[1]\n```"), STOP)
    assert (response.parsed, response.notices) == (None, ())


def test_a_value_that_is_there_already_stays() -> None:
    response = after("json", TextDelta(text="[1]"), Parsed(value="mine"), STOP)
    assert response.parsed == "mine"


def test_a_withdrawn_text_is_not_read() -> None:
    response = after("json", TextDelta(text="[1]"), TextReplaced(text="[2]"), STOP)
    assert response.parsed == [2]


def test_an_answer_that_was_cut_is_not_read() -> None:
    cut = Finished(reason="", ending="incomplete")
    response = after("json", TextDelta(text="no"), Notice(text="cut"), cut)
    assert response.notices == ("cut",)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("a | b\n--|--\n1 | 2", [{"a": 1, "b": 2}]),
        ("| a | a |\n|---|---|\n| 1 | x |", [{"a": 1, "a 2": "x"}]),
        (
            "| | b |\n|---|---|\n| 1 |\n| 2 | 3 | 4 |",
            [{"column 1": 1, "b": ""}, {"column 1": 2, "b": "3"}],
        ),
        ("| a |\n|---|", []),
        ("| a | b |\n|---|\n| 1 | 2 |", []),
        ("a\n---\nb", []),
        ("", []),
    ],
)
def test_tables_are_read_as_models_write_them(table: str, expected: Any) -> None:
    assert rows(table) == expected


def test_numbers_that_say_more_than_their_value_stay_text() -> None:
    [row] = rows("| zip | year |\n|---|---|\n| 2,0 | 12-05 |")
    assert row == {"zip": "2,0", "year": "12-05"}


def test_a_long_hostile_table_takes_no_time() -> None:
    assert rows("|" * 20_000 + "\n" + "|-" * 20_000 + ":\n" + "|" * 20_000) is not None
