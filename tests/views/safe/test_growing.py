"""Markdown that is drawn again and again while it arrives."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sophnet_jupyter.views.safe.growing import GrowingMarkdown
from sophnet_jupyter.views.safe.markdown import render

from .test_markdown import ANSWER, TEXTS

UNREFERRED = TEXTS.filter(lambda text: "]:" not in text)
PARAGRAPH = "Some *words* of a paragraph, and `code` in it.\n\n"


def calls(work: Callable[[], object]) -> int:
    """How many functions of Python are called for it."""
    count = 0

    def called(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(called)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


@settings(max_examples=400, deadline=None)
@given(st.lists(UNREFERRED, max_size=6))
@example(["\n- |-\n|-|-|\n"])
@example(["|\n- \n|-|-|\n"])
@example(["- a\n- |-\n", "|-|-|\n"])
@example(["- x\\|\n---|", "---"])
@example(["- a\n\n- b\n---|---\n- |", "-\n1. one"])
@example(["- a\n- | a |\n", "---|---\n", "- b\n", "- c"])
@example(["- a | b\n- - ***\n   ```\na | b\n", "|1|2|\n|:-|"])
@example(["- a\n\n- ~~~\n  b\n  ~~~\n- c\n", "\n|1|2|\n|:-|"])
def test_what_grows_looks_like_the_whole_and_its_finished_blocks_never_change(pieces):
    whole = "".join(pieces)
    growing, came = GrowingMarkdown(), ""
    for piece in pieces:
        growing.take(piece)
        came += piece
        assert came.startswith(growing.finished)
        rest = came[len(growing.finished) :].removesuffix("\r")
        assert growing.html == render(growing.finished) + render(rest, growing=True)
        if "]:" not in whole:
            behind = whole[len(growing.finished) :]
            assert render(growing.finished) + render(behind) == render(whole)


def test_an_answer_that_comes_by_letters_looks_like_the_whole():
    growing = GrowingMarkdown()
    for letter in ANSWER:
        growing.take(letter)
    assert growing.html == render(ANSWER)


@pytest.mark.parametrize("ended", ["# a\n\n", "***\n\n", "a\nb\n\n", "| a |\n|---|\n| b |\n\n"])
def test_a_block_that_a_blank_line_ends_is_finished_by_it(ended):
    growing = GrowingMarkdown()
    growing.take(ended)
    assert growing.finished == ended


@pytest.mark.parametrize("open_one", ["- a\n\n", "```\na\n\n", "$$\na\n\n", "a\n\n- b\n\n"])
def test_a_block_that_goes_on_behind_a_blank_line_is_not_finished_by_it(open_one):
    growing = GrowingMarkdown()
    growing.take(open_one)
    assert growing.finished == ("a\n\n" if open_one.startswith("a") else "")


def test_only_the_last_block_is_read_anew():
    def last_of(blocks: int) -> int:
        growing = GrowingMarkdown()
        growing.take(PARAGRAPH * blocks)
        return calls(lambda: growing.take("One more token"))

    last_of(1)
    assert last_of(200) == last_of(2)


LINES = [
    "- a *b*",
    "- [ ] a task",
    "1. one",
    "2. two",
    "  - below",
    "   - below a number",
    "   more words",
    "lazy words",
    "",
    "   ```\n   x = 1\n   ```",
    "* a star",
    "- | a |\n  |---|\n  | b |",
    " - one blank",
    "# a heading",
    "a paragraph",
    "- a | b",
    "|-|-|",
    "| a | b |",
    "---",
]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_list_that_comes_in_pieces_looks_like_the_whole_at_each_of_them(end):
    for seed in range(300):
        dice = random.Random(seed)
        lines = ["- first", *(dice.choice(LINES) for _ in range(dice.randrange(2, 12)))]
        text = "\n".join(lines).replace("\n", end)
        growing, at = GrowingMarkdown(), 0
        while at < len(text):
            piece = text[at : at + dice.choice([1, 3, 7, 20])]
            at += len(piece)
            growing.take(piece)
            rest = text[len(growing.finished) : at].removesuffix("\r")
            assert growing.html == render(growing.finished) + render(rest, growing=True), seed


@pytest.mark.parametrize(
    "item",
    ["- some *words*\n", "1. some *words*\n\n   and more\n\n", "- `a`: `int | None`, or c | d\n"],
)
def test_of_a_list_only_the_last_item_is_read_anew(item):
    def last_of(items: int) -> int:
        growing = GrowingMarkdown()
        growing.take(item * items)
        growing.take("- one" if item.startswith("-") else "1. one")
        return calls(lambda: growing.take(" more token"))

    last_of(1)
    assert last_of(100) == last_of(4)


def test_a_list_that_turns_out_to_have_blank_lines_has_paragraphs_in_all_of_its_items():
    growing = GrowingMarkdown()
    for piece in ("- a\n", "- b\n", "- c\n", "\n", "- d"):
        growing.take(piece)
    assert growing.html.count("<p>") == 4
