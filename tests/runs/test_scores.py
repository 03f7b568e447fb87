"""Scores that look at one answer, functions, and likeness."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass
from typing import Any

import numpy
import pandas
import pytest

from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.response import Response
from sophnet_jupyter.runs.scores import scores_of
from sophnet_jupyter.scores import exact, field, fits, function, judge, regex, similar

from ..scoring import case, marked, values


@dataclass
class Bill:
    price: float
    label: str = ""


class Label(enum.Enum):
    GOOD = "good"


@pytest.mark.parametrize(
    ("got", "expected", "same"),
    [
        ("Ａ", "A", True),
        ("  positive\n", "Positive", True),
        ("好的，谢谢！", "好的,谢谢!", True),
        ("a  b", "a b", True),
        ("ab", "a b", False),
        ("3.0", 3, True),
        ("1,234", numpy.int64(1234), True),
        ("three", 3, False),
        ("True", True, True),
        ('```json\n{"a": 1}\n```', {"a": 1}, True),
        ("no JSON", [1], False),
    ],
)
def test_exact_folds_what_no_reader_would_call_another_answer(
    got: str, expected: object, same: bool
) -> None:
    assert values(exact(), [case(got, expected)]) == [same]


def test_each_folding_can_be_switched_off() -> None:
    assert values(exact(width=False), [case("Ａ", "A")]) == [False]
    assert values(exact(case=False), [case("a", "A")]) == [False]
    assert values(exact(space=False), [case("a ", "a")]) == [False]


@pytest.mark.parametrize("nothing", [None, math.nan, pandas.NA, pandas.NaT, "", "  "])
def test_a_row_that_expects_nothing_does_not_count(nothing: object) -> None:
    assert values(exact(), [case("a", nothing)]) == [None]


def test_of_an_answer_by_a_schema_the_expected_column_is_compared() -> None:
    assert values(exact(), [case("{…}", "good", parsed=Bill(1, "Good"))]) == [True]
    assert values(exact(), [case("{…}", "good", parsed=Label.GOOD)]) == [True]


def test_a_field_may_be_off_by_so_much_and_no_more() -> None:
    bills = [case('{"price": 0.3}', row={"price": price}) for price in (0.31, "0.29", 0.32)]
    assert values(field("price", within=0.01), bills) == [True, True, False]


def test_a_field_is_found_inside_and_in_the_expected_value() -> None:
    inner = case('{"a": {"b": [{"c": "X"}]}}', {"a": {"b": [{"c": "x"}]}})
    assert values(field("a.b.0.c"), [inner]) == [True]
    assert values(field("price"), [case("", 2, parsed=Bill(2))]) == [True]
    assert values(field("price", expect="wahr"), [case('{"price": 2}', row={"wahr": 3})]) == [False]


def test_a_missing_field_is_wrong_and_says_so() -> None:
    found = marked(field("price"), [case("no JSON", 2), case("{}", 2), case("[1]", 2)])
    assert {(mark.value, mark.why) for mark in found.marks} == {(False, "the answer has no price")}


def test_no_private_part_or_method_of_an_answer_is_a_field() -> None:
    parsed = Bill(1)
    assert values(field("__class__"), [case("", 1, parsed=parsed)]) == [False]
    assert values(field("price.is_integer"), [case("", 1, parsed=parsed)]) == [False]


def test_a_pattern_is_looked_for_and_refused_where_it_is_none() -> None:
    assert values(regex(r"^\d{4}"), [case("2026"), case("in 2026")]) == [True, False]
    assert values(regex("b$"), [case("a" * 10_001 + "b")]) == [False]
    with pytest.raises(SettingsError, match="no regular expression"):
        regex("(")


def test_an_answer_fits_a_schema_or_says_where_it_does_not() -> None:
    found = marked(fits(Bill), [case('{"price": 1}'), case('{"price": "x"}'), case("")])
    assert [mark.value for mark in found.marks] == [True, False, False]
    assert "$.price" in found.marks[1].why


def test_a_function_gets_the_row_and_the_response() -> None:
    def short(row: dict[str, Any], answer: Response) -> tuple[bool, str]:
        return len(str(answer)) < row["most"], f"{len(answer.text)} letters"

    async def length(row: dict[str, Any], answer: Response) -> float:
        return len(answer.text)

    one = case("abc", row={"most": 3})
    assert marked(function(short), [one]).marks[0].why == "3 letters"
    assert values(function(short), [one]) == [False]
    assert values(function(length), [one]) == [3.0]


@pytest.mark.parametrize("given", [numpy.bool_(True), numpy.float32(1), True, 1])
def test_a_function_may_give_what_numpy_gives(given: Any) -> None:
    assert values(function(lambda row, answer: given), [case("a")]) == [1]


@pytest.mark.parametrize("given", ["yes", [1], math.nan, {}])
def test_what_is_neither_bool_nor_number_marks_its_row(given: object) -> None:
    mark = marked(function(lambda row, answer: given), [case("a")]).marks[0]
    assert (mark.value, mark.lost) == (None, "raised")


def test_a_function_that_raises_marks_its_row_and_no_other() -> None:
    def odd(row: dict[str, Any], answer: Response) -> bool:
        return bool(row["a"])

    async def later(row: dict[str, Any], answer: Response) -> bool:
        return bool(row["a"])

    for call in (odd, later):
        first, second = marked(function(call), [case("x"), case("x", row={"a": 1})]).marks
        assert (first.value, first.why, first.lost) == (None, "KeyError: 'a'", "raised")
        assert second.value is True


def _vector(text: str) -> list[float]:
    # All texts lie near to each other, as those of real models do.
    return {"": [1.0, 0, 0]}.get(text) or [10.0, *(float(ord(one) % 7) for one in text[:2])]


def test_likeness_is_1_for_equal_texts() -> None:
    texts = ["ab", "ba", "cd", "dc", "ef", "fe", "gh", "hg"]
    equal = marked(similar(), [case(text, text) for text in texts], embed=_vector)
    assert [mark.value for mark in equal.marks] == pytest.approx([1.0] * 8)


def test_unrelated_is_what_answers_are_to_texts_that_other_rows_expect() -> None:
    pairs = [("ab", "cd"), ("ba", "cd"), ("ef", "gh"), ("ab", "fe")]
    unit = {text: numpy.array(_vector(text)) for pair in pairs for text in pair}
    unit = {text: vector / numpy.linalg.norm(vector) for text, vector in unit.items()}
    others = [
        unit[answer] @ unit[expected]
        for answer, own in pairs
        for _, expected in pairs
        if expected != own
    ]
    found = marked(similar(), [case(*pair) for pair in pairs], embed=_vector)
    base = numpy.mean(others)
    assert found.notes == [f"similar: 0 is a cosine of {base:.2f}, that of unrelated rows here."]
    cosine = unit["ef"] @ unit["gh"]
    assert found.marks[2].value == pytest.approx((cosine - base) / (1 - base))


def test_likeness_with_a_threshold_is_a_rate() -> None:
    cases = [case(text, text) for text in "abcdefgh"] + [case("", "a"), case("a", None)]
    assert values(similar(at_least=0.5), cases, embed=_vector) == [True] * 8 + [False, None]


def test_likeness_says_nothing_where_all_rows_expect_the_same() -> None:
    found = marked(similar(), [case("a", "b")] * 8, embed=_vector)
    assert found.marks[0].value is None
    assert "no two rows expect different texts" in found.notes[0]


def test_likeness_refuses_fewer_than_eight_rows() -> None:
    with pytest.raises(SettingsError, match="needs 8 of them: here are 7"):
        similar().check(7, 1, "label")


def test_scores_have_names_of_their_own() -> None:
    assert [one.name for one in scores_of([], "label")] == ["exact"]
    assert [one.name for one in scores_of([field("a.b"), lambda r, a: 1], "")] == [
        "a_b",
        "function",
    ]
    with pytest.raises(SettingsError, match="Two scores are called 'judge'"):
        scores_of([judge("A?"), judge("B?")], "")


@pytest.mark.parametrize(
    ("given", "said"),
    [([], "nothing to score by"), ([3], "3 is no score"), ([exact], r"takes exact\(…\)")],
)
def test_what_is_no_score_is_refused(given: list[Any], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        scores_of(given, "")
