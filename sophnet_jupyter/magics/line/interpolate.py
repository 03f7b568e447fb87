"""
Values of the notebook in the words of a magic, as `prompt.fill` puts them in.

`interpolate` is for names of files and the like, of which an error says what could not be found;
a prompt is filled by `fill`, whose ``left`` belongs into the footer or on a line.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import Any

from ...language import tr
from ...prompt.fill import LONGEST_VALUE, Attach, Filled, fill, says_something, value_of
from ...prompt.table import CELL, TABLE_COLUMNS, TABLE_ROWS
from ...views.safe.control_characters import plain

__all__ = [
    "CELL",
    "LONGEST_VALUE",
    "TABLE_COLUMNS",
    "TABLE_ROWS",
    "Attach",
    "Filled",
    "fill",
    "interpolate",
    "say_left",
    "text_of",
    "value_of",
]


def interpolate(
    prompt: str,
    names: Mapping[str, Any],
    failures: Mapping[int, str],
    attach: Attach | None = None,
) -> tuple[str, list[str]]:
    """The prompt with its values, and what was put in, for the reader: ``{df} 3 of 3 rows``."""
    found = fill(prompt, names, failures, attach)
    return found.text, found.inserted


def text_of(words: str, names: Mapping[str, Any]) -> Any:
    """As `value_of`, of what says something: a method is none, and its name stays a word."""
    value = value_of(words, names)
    if not says_something(value):
        raise LookupError(words)
    return value


def say_left(left: Iterable[str]) -> None:
    """A line on the fields that resolved to nothing, where no footer says so."""
    if said := ", ".join(dict.fromkeys(left)):
        sys.stdout.write(plain(tr("left as written: {said}", said=said)) + "\n")
