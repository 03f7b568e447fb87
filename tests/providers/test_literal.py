"""Printed Python data is read, and nothing else is."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sophnet_jupyter.providers.literal import MAX_DEPTH, NotLiteral, parse

LETTERS = st.text(st.characters(exclude_categories=["Cs"]))
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | LETTERS | st.floats(-1e300, 1e300),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(LETTERS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(PLAIN)
def test_what_python_prints_is_read_back(value: object) -> None:
    assert parse(repr(value)) == value
    assert parse(ascii(value)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (" { } ", {}),
        ("[1, 2,]", [1, 2]),
        ("(1,)", [1]),
        (r"'it\'s \"so\"'", 'it\'s "so"'),
        (r'"\x41\u4f60\U0001f600\101\0\n"', "A你😀A\0\n"),
        (r"'\ud83d\ude00'", "😀"),
        (r"'\ud83d'", "�"),
        ("{'a': -1.5e3, 'b': .5, 'c': +2}", {"a": -1500.0, "b": 0.5, "c": 2}),
    ],
)
def test_every_spelling_is_read(text: str, value: object) -> None:
    assert parse(text) == value


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "'a", "'a\\", "'a\nb'", "{'a' 1}", "{'a': 1", "[1 2]", "{1: 2}", "[,]"),
        *("__import__('os')", "open", "b'a'", "f'a'", "1+1", "Nones", "null", "nan", "{'a': x}"),
        *(r"'\q'", r"'\x4'", r"'\u12g4'", r"'\U00110000'", r"'\N{DIGIT ONE}'", "'a' 'b'"),
        *("1 2", "{'a': 1} ;", "[" * 100_000, "{'a':" * 5_000, "9" * 5_000),
    ],
)
def test_all_else_is_refused(text: str) -> None:
    with pytest.raises(NotLiteral):
        parse(text)


def test_depth_is_bounded() -> None:
    assert parse("[" * MAX_DEPTH + "]" * MAX_DEPTH) is not None
    with pytest.raises(NotLiteral, match="deeper"):
        parse("[" * (MAX_DEPTH + 2) + "]" * (MAX_DEPTH + 2))


def test_a_megabyte_takes_linear_time() -> None:
    def seconds(count: int) -> float:
        text = repr({"a": ["it's\n"] * count})
        begin = time.process_time()
        parse(text)
        return time.process_time() - begin

    assert seconds(80_000) < 16 * max(seconds(10_000), 0.005)
