from __future__ import annotations

import json

import pytest

from sophnet_jupyter.events import Word
from sophnet_jupyter.providers.sophnet.speech.live.words import words

PRINTED = "Word(beginTime=660, endTime=1148, text={}, punctuation={}, fixed=false)"


def test_the_document_s_own_example_is_read() -> None:
    said = [PRINTED.format("这是", ""), PRINTED.format("深度", "。")]
    assert words(said) == (
        Word(text="这是", begin=660, end=1148),
        Word(text="深度", begin=660, end=1148, punctuation="。"),
    )


@pytest.mark.parametrize("text", ["a, b", "a)", "(b", "x=y", "", ", text=z", "a\nb"])
@pytest.mark.parametrize("mark", ["", ",", ")", "?!"])
def test_texts_may_hold_what_java_puts_between_them(text: str, mark: str) -> None:
    [word] = words([PRINTED.format(text, mark)])
    assert (word.text, word.punctuation) == (text, mark)


def test_a_list_printed_as_one_text_is_taken_apart() -> None:
    said = f"[{PRINTED.format('a, b', '')}, {PRINTED.format('c)', '.')}]"
    assert [(word.text, word.punctuation) for word in words(said)] == [("a, b", ""), ("c)", ".")]


def test_objects_and_their_json_are_read_with_either_spelling() -> None:
    said = [{"beginTime": 1, "endTime": "2.0", "text": "a"}, {"begin_time": 3, "text": "b"}]
    expected = (Word(text="a", begin=1, end=2), Word(text="b", begin=3))
    assert words(said) == expected
    assert words(json.dumps(said)) == expected


@pytest.mark.parametrize("said", [None, "", "words", 7, {}, [None, 3, "Word(", {"text": 1}], [[]]])
def test_what_cannot_be_read_is_left_out(said: object) -> None:
    assert words(said) == ()
