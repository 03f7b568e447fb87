"""Reading a stranger's text takes time in proportion to it, whatever the text is."""

from __future__ import annotations

import pytest

from sophnet_jupyter.views.safe.code_lexers import LANGUAGES

from .costs import UNENDED, offenders, proven
from .floods import FLOODS, LINES, MARKDOWN, NESTINGS
from .lexers import GROUP, TELLING

# In a short text even a square is small; in a long one there is no time for the whole corpus.
SHORT, LONG = 800, 6_000
# What is made for readers of Markdown, of JSON and of lines; the others are for lexers.
MADE = NESTINGS | MARKDOWN | LINES | {name: FLOODS[name] for name in TELLING[:5]}
# A child for each language would cost more than what it measures.
SHARES = 4


def test_no_flood_costs_markdown_more_than_its_length():
    assert proven("markdown.render", SHORT) == {}


def test_no_long_flood_costs_markdown_more_than_its_length():
    assert proven("markdown.render", LONG, MARKDOWN) == {}


@pytest.mark.parametrize("group", ["markdown", "texts"])
def test_no_flood_costs_a_reader_more_than_its_length(group):
    assert proven(group, SHORT, MADE) == {}


@pytest.mark.parametrize("share", range(SHARES))
def test_each_lexer_on_the_list_takes_twice_as_long_for_twice_the_text(share):
    names = " ".join(sorted(LANGUAGES)[share::SHARES])
    assert proven(GROUP + names, SHORT, {name: FLOODS[name] for name in TELLING}) == {}


def test_what_never_ends_is_ended_and_named():
    found = offenders("endless", 100, {"letters": FLOODS["letters"]})
    assert found == {("endless", "letters"): UNENDED}


def test_what_grows_as_a_square_is_named():
    [said] = proven("square", 400, {"letters": FLOODS["letters"]}).values()
    assert "times the cost" in said
