"""Whatever a model writes, and however far it has arrived, it is shown as words."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from sophnet_jupyter.views.answer.answer import thinking, thought
from sophnet_jupyter.views.safe.control_characters import ControlFilter, plain
from sophnet_jupyter.views.safe.markdown import blocks, render

from .allowed import strict, typeset
from .corpus import ATTACKS, DECEPTIONS, FORBIDDEN, armed

NAMES = list(ATTACKS)
FORBIDDEN_ONE = re.compile(f"[{FORBIDDEN}]")
# Read as a command, not as the letters after a line break: "\\href" has none.
COMMAND = re.compile(r"\\([A-Za-z]+|.)", re.S)
HARMLESS = set(
    "( ) [ ] small color text tag hspace raise rule begin end int "
    "frac sqrt left right displaystyle".split()
)


def cuts(text: str) -> Iterator[int]:
    """Every place to cut a text; in a long one some of them, and all near its end."""
    step = 1 + len(text) // 200
    yield from range(0, len(text) - 40, step)
    yield from range(max(0, len(text) - 40), len(text) + 1)


@pytest.mark.parametrize("name", NAMES)
def test_only_allowed_markup_is_shown_however_far_the_text_has_arrived(name):
    text = armed(name)
    for cut in cuts(text):
        html = render(text[:cut])
        parser = strict(html)
        assert not FORBIDDEN_ONE.search(parser.text)
        for formula in typeset(html):
            assert {command[1] for command in COMMAND.finditer(formula)} <= HARMLESS


@pytest.mark.parametrize("name", NAMES)
def test_only_allowed_markup_is_shown_of_a_text_that_lost_its_beginning(name):
    text = armed(name)
    for cut in cuts(text):
        strict(render(text[cut:]))


@pytest.mark.parametrize("name", NAMES)
def test_frozen_blocks_and_the_growing_rest_are_both_only_allowed_markup(name):
    text = armed(name)
    frozen = 0
    for cut in cuts(text):
        done, rest = blocks(text[frozen:cut])
        assert done + rest == text[frozen:cut]
        strict(render(done))
        strict(render(rest))
        frozen += len(done)


@pytest.mark.parametrize("name", NAMES)
def test_a_thought_is_only_allowed_markup_while_it_runs_and_when_it_is_folded(name):
    text = armed(name)
    for cut in cuts(text):
        ticker = thinking(text[:cut])
        strict(ticker, framed=True)
        assert not typeset(ticker)
    parser = strict(thought(text), framed=True)
    assert not FORBIDDEN_ONE.search(parser.text)


@pytest.mark.parametrize("name", NAMES)
def test_no_cut_lets_a_control_character_through(name):
    text = armed(name)
    for cut in cuts(text):
        pieces = ControlFilter()
        shown = pieces.feed(text[:cut]) + pieces.feed(text[cut:])
        assert shown == plain(text)
    pieces = ControlFilter()
    assert "".join(map(pieces.feed, text)) == plain(text)
    assert not FORBIDDEN_ONE.search(plain(text))


@pytest.mark.parametrize("name", [f"pretend {name}" for name in DECEPTIONS])
def test_a_model_cannot_write_in_the_hand_of_the_frame(name):
    html = render(armed(name))
    for ours in ("opacity", "font-size", "background", "border-left", "border-top", "<details"):
        assert ours not in re.sub(r">[^<]*<", "><", html)
    assert not any("colorbox" in formula for formula in typeset(html))
