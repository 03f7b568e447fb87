"""Texts made ready to be said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sophnet_jupyter import Response
from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.providers.sophnet.voice.text import pieces, plain, texts


@given(st.text(alphabet="ab .。!,，\n", max_size=3000))
def test_the_pieces_of_a_text_are_the_text_and_none_is_too_long(text: str) -> None:
    found = pieces(text)
    assert "".join(found) == text
    assert all(len(piece) <= 500 for piece in found)


@pytest.mark.parametrize("sentence", ["One two three four. ", "一二三四五。", 'He said: "No!" '])
def test_a_long_text_is_cut_behind_its_sentences(sentence: str) -> None:
    found = pieces(sentence * 100)
    assert len(found) > 1
    assert all(piece.strip().endswith(sentence.strip()) for piece in found if piece.strip())


def test_a_sentence_that_is_too_long_is_cut_at_a_comma_and_else_between_words() -> None:
    assert pieces("x" * 300 + ", " + "y" * 300)[0] == "x" * 300 + ","
    assert pieces("x" * 300 + " " + "y" * 300)[0] == "x" * 300 + " "
    assert [len(piece) for piece in pieces("x" * 1001)] == [500, 500, 1]


def test_a_number_is_no_end_of_a_sentence() -> None:
    text = "a" * 480 + ". It is 3." + "1" * 20
    assert pieces(text)[0] == "a" * 480 + "."


def test_marked_up_speech_stays_whole() -> None:
    marked = "<speak>" + "One. " * 200 + "</speak>"
    assert texts(marked) == [marked]


def test_a_list_is_said_in_its_order_and_blanks_are_left_out() -> None:
    assert texts(["one", " ", "😀", Response(text="**two**")]) == ["one", "two"]


@pytest.mark.parametrize("nothing", ["", " \n", "😀 🎉", "…!?", [], ["😀"], Response()], ids=repr)
def test_what_has_no_word_is_refused(nothing: object) -> None:
    with pytest.raises(SettingsError, match="no letters and no digits"):
        texts(nothing)  # type: ignore[arg-type]


@pytest.mark.parametrize("thing", [3, None, b"one", [3]], ids=repr)
def test_what_is_no_text_is_refused(thing: object) -> None:
    with pytest.raises(SettingsError, match="says text, not"):
        texts(thing)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("markdown", "said"),
    [
        ("# Title\n\nSome **bold** and `code`.", "Title\n\nSome bold and code."),
        ("See [the page](https://a.b/c) or https://d.e/f now", "See the page or  now"),
        ("Before\n```python\nx = 1\n```\nafter", "Before\n\n\nafter"),
        ("- one\n- two", "one\ntwo"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a, b, \n\n, 1, 2"),
        ("5 * 3 = 15", "5  3 = 15"),
    ],
)
def test_an_answer_is_read_aloud_without_its_marks(markdown: str, said: str) -> None:
    assert plain(markdown) == said
