"""Several answers to one question: the script knows one, and opens each a little otherwise."""

from __future__ import annotations

from .script import Talk

_OPENINGS = (
    ("", ""),
    ("In other words:\n\n", "换句话说：\n\n"),
    ("To say it a third time:\n\n", "第三种说法：\n\n"),
    ("And once more, for good measure:\n\n", "最后再说一遍：\n\n"),
)


def variant(talk: Talk, text: str, number: int) -> str:
    """``text`` as the answer of this number, 0 for the first, would say it."""
    return talk.says(*_OPENINGS[number]) + text
