"""
What the page and the kernel tell each other, as in ``labextension/src/messages.ts``.

A command goes up, an event comes down. Each has its ``kind``; a page or a kernel of another version
ignores those that it does not know. No key, and no part of one, is in any of them.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

# Counted up when an older half would misunderstand a newer one.
PROTOCOL = 1


class StopCell(Struct, tag_field="kind", tag="stop"):
    """Stop what runs for a cell."""

    cell: str


class Look(Struct, tag_field="kind", tag="look"):
    """Look something up: ``what`` is one of `looking.SUBJECTS`, ``words`` narrow it down."""

    what: str
    words: str


class CancelJob(Struct, tag_field="kind", tag="cancel"):
    """Cancel what runs in the background for the cell of that number."""

    number: int


class Choose(Struct, tag_field="kind", tag="choose"):
    """
    What the settings of the page say: ``folds`` is how thinking stands in answers, ``speech`` the
    id of the resource that hears dictation, empty for the usual one.
    """

    autoplay: bool
    folds: str
    speech: str = ""  # an older page has none


class Here(Struct, tag_field="kind", tag="here"):
    """The answer to `Roll`."""


Command = StopCell | Look | CancelJob | Choose | Here


class CellState(Struct, tag_field="kind", tag="cell"):
    """
    What runs for a cell, or how it ended: running, complete, cut, stopped, incomplete, failed.

    ``number`` tells several of one cell apart; what shows it may have a ``button`` that stops it.
    """

    cell: str
    number: int
    state: str
    model: str
    button: bool


class Heard(Struct, tag_field="kind", tag="heard"):
    """What was heard in a take: a sentence that is ``final``, or what there is of one by now."""

    take: int
    final: bool
    text: str


class TakeTold(Struct, tag_field="kind", tag="take-told"):
    """A sentence on a take that goes on."""

    take: int
    text: str


class TakeOver(Struct, tag_field="kind", tag="take-over"):
    """All of a take is written down; ``why`` is a sentence where that was too early."""

    take: int
    why: str


class Unloaded(Struct, tag_field="kind", tag="unloaded"):
    """The extension leaves the kernel: the last word."""


class Roll(Struct, tag_field="kind", tag="roll"):
    """Who is there is asked: a page that says nothing soon counts as gone."""


class Unheard(Struct, tag_field="kind", tag="unheard"):
    """The page has not answered; the kernel has forgotten it, and it may open another line."""


class Seen(Struct, tag_field="kind", tag="seen"):
    """What was looked up, as rows of words; ``why`` is a sentence where there are none."""

    what: str
    words: str
    rows: list[list[str]]
    why: str


Event = CellState | Seen | Heard | TakeTold | TakeOver | Unloaded | Roll | Unheard


class Welcome(Struct, tag_field="kind", tag="welcome"):
    """The first words to a page, as it opens: ``page`` is the id that it has sent."""

    page: str
    protocol: int
    version: str


def read(data: Any) -> Command | None:
    """A command from a page; None where it is none that this kernel knows."""
    try:
        found: Command = msgspec.convert(data, Command)
    except msgspec.ValidationError:
        return None
    return found


def sent(event: Event | Welcome) -> dict[str, Any]:
    """An event as it is sent."""
    found: dict[str, Any] = msgspec.to_builtins(event)
    return found
