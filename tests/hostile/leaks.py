"""What a hostile text leaves where it is shown: nothing but words, or a list of what leaked."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from PIL import Image

from sophnet_jupyter.values.page import Block, Box, Page
from sophnet_jupyter.values.transcript import Recording, Sentence
from sophnet_jupyter.views.safe.look import one_line

from .allowed import typeset, viewed
from .corpus import ATTACKS, FORBIDDEN, armed
from .test_render import COMMAND, HARMLESS

FORBIDDEN_ONE = re.compile(f"[{FORBIDDEN}]")

Drawn = tuple[str, str]
"""HTML, and the words that go beside it: to a terminal, or into a view's text."""
Draw = Callable[[str], Drawn]


@dataclass(frozen=True)
class Leak:
    """What came out, and of which attack."""

    attack: str
    what: str


def leaks(draw: Draw, *, words: bool) -> list[Leak]:
    """
    All that leaks of the corpus where ``draw`` shows it.

    Where it is nothing but ``words``, no element, line or formula may be another than for a
    harmless text of that length; elsewhere only what runs, fetches, covers or commands is one.
    """
    return [leak for attack in ATTACKS for leak in _leaks(attack, draw, words=words)]


def _leaks(attack: str, draw: Draw, *, words: bool) -> list[Leak]:
    text = armed(attack)
    # An attack that is nothing but sequences leaves no words, and an empty place looks different.
    text = text if one_line(text) else f"x {text}"
    html, said = draw(text)
    found = []
    try:
        shown = viewed(html)
    except (AssertionError, KeyError) as error:
        return [Leak(attack, f"what no view writes: {error!r:.200}")]
    if character := FORBIDDEN_ONE.search(shown.text):
        found.append(Leak(attack, f"in the HTML {character[0]!r}"))
    if character := FORBIDDEN_ONE.search(said):
        found.append(Leak(attack, f"in the words {character[0]!r}"))
    formulas = typeset(html)
    if words:
        harmless, plain = draw("x" * len(text))
        if viewed(harmless).shape != shown.shape:
            found.append(Leak(attack, "another element"))
        if plain.count("\n") != said.count("\n"):
            found.append(Leak(attack, "another line"))
        if formulas:
            found.append(Leak(attack, f"a formula: {formulas[0]:.80}"))
    return found + [
        Leak(attack, f"a formula that commands: {formula:.80}")
        for formula in formulas
        if not {command[1] for command in COMMAND.finditer(formula)} <= HARMLESS
    ]


def strings(told: object) -> Iterator[str]:
    """All words in what a view is told."""
    if isinstance(told, str):
        yield told
    elif isinstance(told, dict):
        for value in told.values():
            yield from strings(value)
    elif isinstance(told, list | tuple):
        for value in told:
            yield from strings(value)


@cache
def picture() -> bytes:
    """A small picture."""
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(file, "PNG")
    return file.getvalue()


def both(data: dict[str, str]) -> Drawn:
    """A bundle as a pair."""
    return data["text/html"], data["text/plain"]


def recording(text: str, place: str = "") -> Recording:
    """A recording whose every word is the text."""
    said = (
        Sentence(text=text, start=0.0, end=1.0, speaker=text),
        Sentence(text=text, start=1.0, speaker="1"),
    )
    return Recording(name=text, sentences=said, place=place)


def scan(text: str) -> Page:
    """A page that was read, whose every word is the text."""
    cell = f"<table><tr><td>{text}</td></tr></table>"
    blocks = (
        Block(label=text, text=text, box=Box(1, 1, 9, 9)),
        Block(label="title", text=text),
        Block(label="table", text=cell),
    )
    return Page(
        name=text, text=text, blocks=blocks, image=picture(), mime="image/png", size=(40, 30)
    )
