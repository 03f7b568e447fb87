"""What a strict reader refuses is read leniently, and no half of a letter gets through."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sophnet_jupyter.providers.service_json import BROKEN, Halves, decode, decode_piece


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": NaN, "b": [Infinity, -Infinity, 1e999]}', {"a": None, "b": [None, None, None]}),
        ('{"a": "one\ttwo\nthree"}', {"a": "one\ttwo\nthree"}),
        ('\ufeff{"a": 1}', {"a": 1}),
        (r'{"a": "\ud83d\ude00"}', {"a": "😀"}),
        (r'{"a": "\ud83d"}', {"a": "\ufffd"}),
        (r'{"a": "\ude00!", "\ud83d": "b"}', {"a": "\ufffd!", "\ufffd": "b"}),
        (r'{"a": ["\ud83d\n\ude00", {"b": "\ud83d"}]}', {"a": ["\ufffd\n\ufffd", {"b": "\ufffd"}]}),
    ],
)
def test_what_encoders_write_is_read(text: str, value: object) -> None:
    assert decode(text) == value


@pytest.mark.parametrize("text", ["", "{", "<html>", "nan", "{'a': 1}", "[" * 100_000, "1" * 5_000])
def test_what_is_no_json_is_an_error_of_one_kind(text: str) -> None:
    try:
        value = decode(text)
    except BROKEN:
        return
    assert isinstance(value, int)


def test_a_piece_keeps_the_halves_of_its_texts_only() -> None:
    piece = decode_piece(r'{"content": "a\ud83d", "title": "b\ud83d"}')
    assert piece == {"content": "a\ud83d", "title": "b\ufffd"}


def test_halves_are_joined_over_pieces_or_told_as_lost() -> None:
    halves = Halves()
    assert [halves.whole("a\ud83d"), halves.whole("\ude00b"), halves.rest()] == ["a", "😀b", ""]
    assert [halves.whole("a\ud83d"), halves.whole("b"), halves.rest()] == ["a", "\ufffdb", ""]
    assert [halves.whole("a\ud83d"), halves.rest()] == ["a", "\ufffd"]
    assert halves.whole("\ude00") == "\ufffd"


@given(st.text(st.characters(min_codepoint=0xD7F0, max_codepoint=0x1F650)), st.data())
def test_a_text_cut_between_any_two_code_units_comes_out_whole(
    text: str, data: st.DataObject
) -> None:
    units = text.encode("utf-16-le", "surrogatepass")
    cuts = data.draw(st.lists(st.integers(0, len(units) // 2)).map(sorted))
    places = [0, *(2 * cut for cut in cuts), len(units)]
    halves, said = Halves(), ""
    for begin, end in pairwise(places):
        said += halves.whole(units[begin:end].decode("utf-16-le", "surrogatepass"))
    assert said + halves.rest() == units.decode("utf-16-le", "replace")


def test_numbers_stay_numbers() -> None:
    found = decode('{"a": 1, "b": 1.5, "c": "x\ty"}')
    assert (found["a"], found["b"]) == (1, 1.5)
    assert not math.isnan(found["b"])
