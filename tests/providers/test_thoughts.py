"""Thoughts between tags are told from the answer, wherever the text is cut."""

from __future__ import annotations

import pytest

from sophnet_jupyter.providers.thoughts import Thoughts

FOLD = '<details style="color:gray" open> <summary> Thinking... </summary>\nhm\n</details>\nHi'
TEXTS = {
    "<think>a b</think>\n\nHi": ("a b", "Hi"),
    "\n <think>\na\n</think>Hi <think> x": ("a", "Hi <think> x"),
    "<thinking>a</thinking>Hi": ("a", "Hi"),
    "a b\n</think>\n\nHi": ("a b", "Hi"),
    "<think>a</think><think>b</think>Hi": ("ab", "Hi"),
    "<think></think>Hi": ("", "Hi"),
    "<think>only": ("only", ""),
    FOLD: ("hm", "Hi"),
    "plain words": ("", "plain words"),
    "the tag `</think>` ends it": ("", "the tag `</think>` ends it"),
    "```\n</think>\n``` ends it": ("", "```\n</think>\n``` ends it"),
    "`a` </think> b": ("`a`", "b"),
    "<details><summary>More</summary>x</details>": (
        "",
        "<details><summary>More</summary>x</details>",
    ),
    "<b>bold</b> a < b": ("", "<b>bold</b> a < b"),
    "  indented": ("", "  indented"),
    "   ": ("", "   "),
    "cut </thin": ("", "cut </thin"),
    "<think>a </think> b</think> c": ("a", "b</think> c"),
}


def told(*pieces: str) -> tuple[str, str]:
    thoughts, thought, said = Thoughts(), "", ""
    for piece in [*pieces, None]:
        for kind, text in thoughts.finish() if piece is None else thoughts.feed(piece):
            if kind == "said":
                said += text
            else:
                thought, said = (text, "") if kind == "recalled" else (thought + text, said)
    return thought, said


@pytest.mark.parametrize(("text", "wanted"), TEXTS.items())
def test_thoughts_and_words_are_told_apart_wherever_the_text_is_cut(
    text: str, wanted: tuple[str, str]
) -> None:
    assert told(text) == wanted
    assert told(*text) == wanted
    for cut in range(1, len(text)):
        assert told(text[:cut], text[cut:]) == wanted, cut


def test_where_thoughts_come_apart_a_tag_is_a_word() -> None:
    thoughts = Thoughts()
    thoughts.apart()
    assert "".join(text for _, text in thoughts.feed("a </think> b")) == "a </think> b"


def test_blanks_without_end_are_handed_on() -> None:
    thoughts = Thoughts()
    assert sum(len(text) for _ in range(5_000) for _, text in thoughts.feed(" ")) > 3_000
