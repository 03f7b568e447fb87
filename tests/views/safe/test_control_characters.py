from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sophnet_jupyter.views.safe.control_characters import ControlFilter, plain

CASES = {
    "a\x1b[31mred\x1b[0mb": "aredb",
    "a\x1b[38;2;1;2;3mb": "ab",
    "a\x1b[6nb": "ab",
    "a\x1b[?25lb": "ab",
    "a\x1b[1 qb": "ab",
    "a\x1b[3\x001mb": "ab",
    "a\x9b31mb": "ab",
    "a\x1b]0;title\x07b": "ab",
    "a\x1b]52;c;ZXZpbA==\x1b\\b": "ab",
    "a\x1b]8;;http://evil\x1b\\b\x1b]8;;\x1b\\c": "abc",
    "a\x9d52;c;ZXZpbA==\x9cb": "ab",
    "a\x1bP+q544e\x1b\\b": "ab",
    "a\x90q#0\x9cb": "ab",
    "a\x1b_apc\x1b\\b\x1b^pm\x1b\\c\x1bXsos\x1b\\d": "abcd",
    "a\x1bcb\x1b7c\x1b(Bd\x1b#8e": "abcde",
    "a\x1b": "a",
    "a\x1b中": "a中",
    "a\x1b[31\nb": "a\nb",
    "a\x1b]0;never closed\nb": "a\nb",
    "a\x1b]0;x\x1b[31mb": "ab",
    "a\0b\x07c\x08d\x7fe\x85f": "abcdef",
    "a\tb\nc\r\nd\re\r\r\nf": "a\tb\nc\nd\ne\n\nf",
    "a\u202eb\u2066c\u2069d": "abcd",
    "a\U000e0041\U000e007fb": "ab",
    "a\ud83db": "a\ufffdb",
    "👩‍👩‍👧 ✌🏽 שלום\u200f עולם \u200c中文": "👩‍👩‍👧 ✌🏽 שלום\u200f עולם \u200c中文",
}
PIECES = st.sampled_from("\x1b []P\\\x07\x9b\x9c\x9d\r\n3;ma中\0\u202e\x18(~")


@pytest.mark.parametrize(("text", "expected"), CASES.items(), ids=map(ascii, CASES))
def test_plain_keeps_only_what_is_said(text, expected):
    assert plain(text) == expected


@pytest.mark.parametrize("text", CASES, ids=map(ascii, CASES))
def test_no_cut_makes_a_sequence_leak(text):
    for first in range(len(text) + 1):
        for second in range(first, len(text) + 1):
            pieces = ControlFilter()
            cut = (text[:first], text[first:second], text[second:])
            assert "".join(map(pieces.feed, cut)) + pieces.finish() == plain(text)


@given(st.lists(PIECES).map("".join) | st.text(), st.lists(st.integers(0, 60)))
def test_pieces_give_the_text_of_the_whole(text, cuts):
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    pieces = ControlFilter()
    assert "".join(pieces.feed(text[a:b]) for a, b in pairwise(edges)) == plain(text)


@given(st.lists(PIECES).map("".join) | st.text())
def test_plain_text_stays_as_it_is(text):
    once = plain(text)
    assert plain(once) == once
    assert not set(once) & set("\x1b\r\0\x07\x9b\x9d\u202e")
    once.encode()


def test_finish_forgets_an_open_sequence():
    pieces = ControlFilter()
    pieces.feed("a\x1b]0;")
    assert pieces.finish() == ""
    assert pieces.feed("b") == "b"
