"""Which script a text is written in: what sets languages apart without knowing any."""

from __future__ import annotations

import re
from collections.abc import Sequence

# In the order in which a tie is decided; kana come before the characters that they stand among.
_SCRIPTS = {
    "Kana": "\u3040-\u30ff",
    "Hangul": "\uac00-\ud7af",
    "Han": "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff",
    "Cyrillic": "\u0400-\u052f",
    "Arabic": "\u0600-\u06ff\u0750-\u077f",
    "Hebrew": "\u0590-\u05ff",
    "Greek": "\u0370-\u03ff",
    "Devanagari": "\u0900-\u097f",
    "Thai": "\u0e00-\u0e7f",
    "Latin": "A-Za-z\u00c0-\u024f",
}
_LETTERS = {name: re.compile(f"[{letters}]") for name, letters in _SCRIPTS.items()}
# Nobody reads further to see which script it is.
_CHARACTERS = 400
# A word of Latin letters takes several for what one character says.
_WEIGHT = {"Han": 3, "Kana": 3, "Hangul": 2}


def script(text: str) -> str:
    """The script of most of a text: ``Latin``, ``Han``; empty for one without letters."""
    head = text[:_CHARACTERS]
    if head.isascii():
        return "Latin" if _LETTERS["Latin"].search(head) else ""
    counts = {
        name: len(letters.findall(head)) * _WEIGHT.get(name, 1)
        for name, letters in _LETTERS.items()
    }
    best = max(counts, key=lambda name: counts[name])
    if best == "Han" and counts["Kana"]:
        best = "Kana"
    return best if counts[best] else ""


def scripts(texts: Sequence[str]) -> list[str]:
    """The script of each text."""
    return [script(text) for text in texts]
