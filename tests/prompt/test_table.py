from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sophnet_jupyter.prompt.table import LONGEST, TABLE_ROWS, table_text

SALES = pd.DataFrame({"city": ["A", "A", "B"], "year": [1, 2, 1], "sold": [10, 20, 30]})


def of(value: Any) -> tuple[list[str], str]:
    found = table_text(value)
    assert found
    return found[0].strip().splitlines(), found[1]


@pytest.mark.parametrize(
    ("frame", "lines"),
    [
        (SALES.groupby("city").sum(), ["| city | year | sold |", "| A | 3 | 30 |"]),
        (SALES.describe(), ["|  | year | sold |", "| mean | 1.3333333333333333 | 20.0 |"]),
        (
            pd.DataFrame({"v": [1]}, index=pd.date_range("2024-03-01", periods=1)),
            ["|  | v |", "| 2024-03-01 00:00:00 | 1 |"],
        ),
        (SALES.set_index(["city", "year"]), ["| city | year | sold |", "| A | 2 | 20 |"]),
        (SALES[SALES.sold > 10], ["|  | city | year | sold |", "| 2 | B | 1 | 30 |"]),
        (SALES.set_axis(["x", "y", "z"]), ["|  | city | year | sold |", "| z | B | 1 | 30 |"]),
        (
            SALES.groupby("city").agg({"sold": ["min", "max"]}),
            ["| city | sold / min | sold / max |", "| A | 10 | 20 |"],
        ),
    ],
)
def test_the_labels_of_rows_and_columns_are_kept(frame: Any, lines: list[str]) -> None:
    assert set(lines) <= set(of(frame)[0])


@pytest.mark.parametrize("frame", [SALES, SALES.set_axis([0, 1, 2]), SALES.head(1)])
def test_plain_numbers_before_rows_are_left_out(frame: Any) -> None:
    assert of(frame)[0][0] == "| city | year | sold |"


def test_whole_numbers_stay_whole_beside_others() -> None:
    frame = pd.DataFrame({"id": [2**53 + 1], "price": [5], "x": [0.5]}, index=[7])
    assert of(frame)[0][-1] == "| 7 | 9007199254740993 | 5 | 0.5 |"


LONG = np.arange(5000)


@pytest.mark.parametrize(
    ("value", "size"),
    [
        (pd.Series(range(500)), "20 of 500 rows"),
        (pd.Series(range(500), index=[f"k{n}" for n in range(500)]), "20 of 500 rows"),
        (LONG, "20 of 5,000 rows"),
        (LONG.reshape(50, 100), "20 of 50 rows, 12 of 100 columns"),
        (np.zeros((30, 40, 50)), "20 of 30 rows, 12 of 40 columns"),
        (pd.Index(range(300)), "20 of 300 rows"),
        (pd.Categorical(["a"] * 300), "20 of 300 rows"),
        (pd.date_range("2024-01-01", periods=400), "20 of 400 rows"),
    ],
    ids=lambda value: str(type(value).__name__),
)
def test_series_and_arrays_are_bounded_like_frames(value: Any, size: str) -> None:
    lines, said = of(value)
    assert said == size
    assert f"(shown: {size}" in lines[-1]
    assert "..." not in "".join(lines)
    assert len("".join(lines)) <= LONGEST + 100


@pytest.mark.parametrize("value", [np.array([1, 2, 3]), np.array([[1, 2], [3, 4]])])
def test_a_small_array_is_written_as_numpy_writes_it(value: Any) -> None:
    assert table_text(value) == (str(value), f"{len(value)} of {len(value)} rows")


def test_a_series_keeps_its_name_and_its_labels() -> None:
    lines, size = of(SALES.groupby("city")["sold"].sum())
    assert lines == ["| city | sold |", "|---|---|", "| A | 30 |", "| B | 30 |"]
    assert size == "2 of 2 rows"


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"a": SALES, "b": SALES.head(1)}, "a 3 of 3 rows, b 1 of 1 rows"),
        ({"a": SALES, "n": 5}, "a 3 of 3 rows"),
        ([SALES], "0 3 of 3 rows"),
        ({"a": {"b": LONG}}, "a b 20 of 5,000 rows"),
    ],
)
def test_frames_in_a_dict_or_a_list_are_tables_each(value: Any, size: str) -> None:
    lines, said = of(value)
    assert said == size
    assert "..." not in "".join(lines)


def test_many_frames_are_bounded_too() -> None:
    large = pd.DataFrame({f"c{n}": ["x" * 500] * 1000 for n in range(40)})
    lines, size = of({f"k{n}": large for n in range(100)})
    assert len("\n".join(lines)) < 3 * LONGEST
    assert "of 100 entries" in size
    assert "of 100 entries" in lines[-1]


class Schema:
    def names(self) -> list[str]:
        return ["a", "b"]


def polars(name: str, **has: Any) -> Any:
    """What a class of polars, which need not be installed, can do."""
    return type(name, (), {"__module__": "polars.frame", **has})()


def test_a_frame_without_rows_yet_is_a_sentence() -> None:
    lazy = polars("LazyFrame", collect_schema=lambda self: Schema())
    text, _ = table_text(lazy) or ("", "")
    assert text.startswith("(a LazyFrame with the columns a, b;")


def test_a_frame_of_polars_is_read_by_its_columns() -> None:
    has: dict[str, Any] = {
        "columns": ["n", "x"],
        "head": lambda self, rows: self,
        "to_series": lambda self, place: [[1, 2], [0.5, 1.5]][place],
        "__len__": lambda self: 2,
    }
    assert of(polars("DataFrame", **has))[0][2:] == ["| 1 | 0.5 |", "| 2 | 1.5 |"]


@pytest.mark.parametrize("value", ["text", 5, None, [1, 2], {"a": 1}, np.float64(2), pd.DataFrame])
def test_what_is_no_table_is_none(value: object) -> None:
    assert table_text(value) is None


def test_rows_are_those_of_a_frame() -> None:
    assert len(of(pd.DataFrame({"a": range(99)}))[0]) == TABLE_ROWS + 3
