"""What ``?`` behind ``%sophnet`` shows: its docstring, in the language of the moment."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

from ...language import ENGLISH, current, padded, tr, width, wrapped

# A call with what it does behind it: two blanks between them, or one behind a bracket.
_ENTRY = re.compile(r"( +\S.*?)(?: {2,}|(?<=\]) (?=[a-z]))(\S.*)")
# What goes on from the line before.
_MORE = re.compile(r" {24,}(\S.*)")
WIDTH, COLUMN = 88, 30


def about(docstring: str) -> str:
    """The docstring, translated line by line; as it is in English."""
    text = inspect.cleandoc(docstring)
    if current() == ENGLISH:
        return text
    told: list[str] = []
    for call, said in _lines(text):
        if not call:
            told += [tr(said), ""]
            continue
        first, *rest = wrapped(tr(said), WIDTH - COLUMN)
        if width(call) >= COLUMN - 1:
            told.append(call)
            rest = [first, *rest]
        else:
            told.append(f"{padded(call, COLUMN)}{first}")
        told += [" " * COLUMN + line for line in rest]
    return "\n".join(told)


def texts(docstring: str) -> list[str]:
    """All that `about` translates."""
    return [said for _, said in _lines(inspect.cleandoc(docstring))]


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """Each call with all that is said of it; the heading has no call."""
    heading, _, body = text.partition("\n\n")
    found = [["", heading]]
    for line in body.split("\n"):
        if more := _MORE.fullmatch(line):
            found[-1][1] += f" {more[1]}"
        elif entry := _ENTRY.fullmatch(line):
            found.append([entry[1], entry[2]])
    yield from ((call, said) for call, said in found)
