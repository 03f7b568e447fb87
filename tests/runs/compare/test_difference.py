"""How two texts differ."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from sophnet_jupyter.runs.compare.difference import LONGEST, difference, words

TEXTS = st.text(alphabet="ab 的是。,\n'é😀\ud800", max_size=60)


@settings(max_examples=150, deadline=None)
@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_from_the_difference(first: str, second: str) -> None:
    found = difference(first, second)
    assert "".join(p.text for p in found if p.kind != "only second") == first
    assert "".join(p.text for p in found if p.kind != "only first") == second
    assert found.equal == (first == second)
    assert 0 <= found.alike <= 1


def test_english_differs_by_words_and_chinese_by_letters() -> None:
    assert str(difference("It can't rain.", "It can rain.")) == "It [-can't-]{+can+} rain."
    assert str(difference("今天下雨了", "今天下雪了")) == "今天下[-雨-]{+雪+}了"
    assert words("退货 GLM-5") == ["退", "货", " ", "GLM", "-", "5"]


def test_long_texts_are_compared_by_lines_and_longer_ones_by_their_ends() -> None:
    lines = [f"line {number}\n" for number in range(LONGEST)]
    other = [*lines[:9], "new\n", *lines[10:]]
    assert [p.text for p in difference("".join(lines), "".join(other))][1:3] == [
        "line 9\n",
        "new\n",
    ]
    short = "x\n" * (LONGEST + 1)
    assert [p.kind for p in difference(short + "a", short + "b")] == [
        "equal",
        "only first",
        "only second",
    ]
