"""Columns of a text of fixed pitch, in which a Chinese letter takes two."""

from __future__ import annotations

import re
import textwrap
import unicodedata

# What is not torn: a word with the marks behind it, and one wide letter with those around it.
_PIECE = re.compile(
    r"\s+|[「『（《“]*[^\s⺀-鿿＀-￯　-〿“”]+[，。；：、）」』》”！？]*"
    r"|[「『（《“]*.[，。；：、）」』》”！？]*",
    re.S,
)


def width(text: str) -> int:
    """How many columns a text takes."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def padded(text: str, columns: int) -> str:
    """The text with blanks behind it, up to so many columns."""
    return text + " " * (columns - width(text))


def wrapped(text: str, columns: int) -> list[str]:
    """Lines of at most so many columns; between Chinese letters a line may end anywhere."""
    if text.isascii():
        return textwrap.wrap(text, columns)
    lines = [""]
    for piece in _PIECE.findall(text):
        if width(lines[-1]) + width(piece.rstrip()) > columns and lines[-1]:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return [line.rstrip() for line in lines if line.strip()]
