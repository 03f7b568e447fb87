"""What a run adds to its table."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypedDict

import msgspec
import pytest

from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.response import Response
from sophnet_jupyter.runs.columns import added, fields_of
from sophnet_jupyter.runs.rows import Row, pack


class Mood(enum.Enum):
    GOOD = "good"


@dataclass
class Review:
    mood: Mood
    day: date
    tags: list[str]


class Struct(msgspec.Struct):
    mood: str


class Typed(TypedDict):
    mood: str


def answered(value: Any, **facts: Any) -> Row:
    return Row(number=0, ending="complete", packed=pack(Response(text="t", parsed=value)), **facts)


@pytest.mark.parametrize(
    ("schema", "fields"),
    [
        (Review, ["mood", "day", "tags"]),
        (Struct, ["mood"]),
        (Typed, ["mood"]),
        ({"type": "object", "properties": {"a": {}, "b": {}}}, ["a", "b"]),
        (list[Review], ["parsed"]),
        (int, ["parsed"]),
        (None, []),
    ],
)
def test_the_fields_of_a_schema_are_columns(schema: object, fields: list[str]) -> None:
    assert fields_of(schema) == fields


def test_a_schema_that_json_cannot_express_is_refused() -> None:
    with pytest.raises(SettingsError):
        fields_of(object)


def test_fields_are_plain_values_and_dates_stay_dates() -> None:
    row = answered(Review(Mood.GOOD, date(2026, 1, 2), ["x"]))
    columns, _ = added([row], fields=fields_of(Review))
    assert (columns["mood"], columns["day"]) == (["good"], [date(2026, 1, 2)])
    assert columns["tags"] == [["x"]]


def test_a_column_of_the_table_keeps_its_name_and_ours_gets_a_number() -> None:
    columns, renamed = added([answered({"error": 1})], fields=["error"], taken=["answer"])
    assert renamed == {"answer": "answer_2", "error": "error_2"}
    assert (columns["error"], columns["error_2"], columns["answer_2"]) == ([1], [""], ["t"])


def test_a_row_that_waits_has_nothing_but_an_empty_ending() -> None:
    columns, _ = added([Row(number=0)], fields=["a"])
    assert columns["ending"] == [""]
    assert [columns[name] for name in ("a", "answer", "seconds", "cost")] == [[None]] * 4


def test_an_answer_that_was_there_has_taken_no_tokens() -> None:
    row = replace(answered(None), cached=True)
    columns, _ = added([row])
    assert (columns["tokens_in"], columns["cached"]) == ([0], [True])
