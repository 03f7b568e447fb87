"""Tables as rows, and answers joined to them."""

from __future__ import annotations

import math
from collections import namedtuple
from typing import Any

import pandas as pd
import polars as pl
import pytest

from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.runs.tables import Table, free_name


def test_a_frame_of_pandas_keeps_its_index_and_types() -> None:
    frame = pd.DataFrame({"a": [1, 2], "b": [0.5, math.nan]}, index=["x", "y"])
    frame["when"] = pd.to_datetime(["2026-01-01", "2026-01-02"])
    found = Table(frame).joined({"answer": ["p", None]})
    assert list(found.index) == ["x", "y"]
    assert found[["a", "b", "when"]].equals(frame)
    assert found["answer"][0:1].tolist() == ["p"]
    assert found["answer"].isna().tolist() == [False, True]
    assert "answer" not in frame


def test_rows_of_a_frame_are_plain_values_by_column() -> None:
    rows = list(Table(pd.DataFrame({"a": [1, 2], "b": ["p", "q"]})))
    assert rows == [{"a": 1, "b": "p"}, {"a": 2, "b": "q"}]
    assert type(rows[0]["a"]) is int


def test_a_frame_of_polars_stays_one() -> None:
    frame = pl.DataFrame({"a": [1, 2]})
    found = Table(frame).to_frame({"answer": ["p", None], "value": [{"x": 1}, None]})
    assert isinstance(found, pl.DataFrame)
    assert found.columns == ["a", "answer", "value"]
    assert found.schema["a"] == frame.schema["a"]
    assert list(Table(frame)) == [{"a": 1}, {"a": 2}]


def test_columns_of_one_name_are_told_apart_and_both_stay() -> None:
    frame = pd.DataFrame([[1, 2, 3]], columns=["a", "a", "评论"])
    table = Table(frame)
    assert list(table) == [{"a": 1, "a_2": 2, "评论": 3}]
    assert table.twice == {"a"}
    assert list(table.joined({"answer": ["p"]}).columns) == ["a", "a", "评论", "answer"]


def test_a_column_of_several_levels_is_called_by_all() -> None:
    frame = pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([("text", "x")]))
    assert list(Table(frame)) == [{"text_x": 1}]


@pytest.mark.parametrize(
    ("given", "rows"),
    [
        ([{"a": 1}, {"b": 2}], [{"a": 1}, {"b": 2}]),
        (({"a": n} for n in range(2)), [{"a": 0}, {"a": 1}]),
        (["p", "q"], [{"value": "p"}, {"value": "q"}]),
        (pd.Series(["p"], name="text"), [{"text": "p"}]),
        (pd.Series(["p"]), [{"value": "p"}]),
        ([namedtuple("Pair", "a b")(1, 2)], [{"a": 1, "b": 2}]),
        ([], []),
    ],
)
def test_whatever_gives_rows_is_a_table(given: Any, rows: list[dict[str, Any]]) -> None:
    assert list(Table(given)) == rows


def test_a_list_of_dicts_stays_one_and_becomes_a_frame_where_that_is_asked_for() -> None:
    table = Table([{"a": 1}, {"b": 2}])
    assert table.joined({"answer": ["p", "q"]}) == [
        {"a": 1, "answer": "p"},
        {"b": 2, "answer": "q"},
    ]
    found = table.to_frame({"answer": ["p", "q"]})
    assert list(found.columns) == ["a", "b", "answer"]


def test_a_source_without_length_is_read_once_and_remembered() -> None:
    table = Table({"a": n} for n in range(3))
    rows = iter(table)
    next(rows)
    next(rows)
    assert table.height is None
    assert table.joined({"answer": ["p", "q"]}) == [
        {"a": 0, "answer": "p"},
        {"a": 1, "answer": "q"},
    ]
    assert table.row(1) == {"a": 1}


def test_fewer_answers_than_rows_give_the_first_rows() -> None:
    assert list(Table(pd.DataFrame({"a": [1, 2, 3]})).joined({"answer": ["p"]})["a"]) == [1]
    assert Table(pl.DataFrame({"a": [1, 2]})).joined({"answer": ["p"]}).height == 1


@pytest.mark.parametrize("given", ["text", b"bytes", 5, None, {"a": [1]}])
def test_what_is_no_table_is_refused_by_its_kind(given: Any) -> None:
    with pytest.raises(SettingsError, match=type(given).__name__):
        Table(given)


def test_a_lazy_frame_is_refused_with_what_to_do() -> None:
    with pytest.raises(SettingsError, match=r"df\.collect\(\)"):
        Table(pl.LazyFrame({"a": [1]}), name="df")


def test_a_name_that_is_taken_gets_the_next_number() -> None:
    assert free_name("answer", ["answer", "answer_2"]) == "answer_3"
    assert free_name("answer", ["a"]) == "answer"
