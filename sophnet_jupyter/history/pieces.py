"""
Texts as pieces that can be searched: runs of Chinese letters become overlapping pairs.

The commonest Chinese query has two letters. SQLite's own tokenizers see a whole run as one word, or
only what has three letters.
"""

from __future__ import annotations

import re
from itertools import pairwise

# Of another number the index is built anew.
VERSION = "2"
# Words of a query that are looked for; nobody reads what more would find.
MOST_WORDS = 60

_LETTERS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f"
_RUN = re.compile(f"[{_LETTERS}]+")
_PART = re.compile(f"[{_LETTERS}]+|[^{_LETTERS}]+")


def pieces(text: str) -> str:
    """A text as it is put into the index."""
    return _RUN.sub(_pairs, text)


def query(words: str) -> str:
    """
    What the index is asked for ``words``, all of which are to be found; empty where they hold
    nothing that it knows, such as signs alone.

    A Chinese word is found anywhere, any other word by its beginning.
    """
    parts = [part for word in words.split() for part in _PART.findall(word)]
    found = [_asked(part) for part in parts if any(map(str.isalnum, part))]
    return " ".join(found[:MOST_WORDS])


def has_a_letter(words: str) -> bool:
    """Whether all words are Chinese, and one of them is a letter alone."""
    parts = words.split()
    return all(map(_RUN.fullmatch, parts)) and any(len(part) == 1 for part in parts)


def _pairs(found: re.Match[str]) -> str:
    run = found[0]
    # The last letter alone, so that each letter begins a piece.
    return f" {' '.join(map(''.join, pairwise(run)))} {run[-1]} "


def _asked(part: str) -> str:
    quoted = part.replace('"', " ").replace("\0", " ").strip()
    if not _RUN.fullmatch(part):
        return f'"{quoted}" *'
    if len(part) == 1:
        return f'"{part}" *'
    return f'"{" ".join(map("".join, pairwise(part)))}"'
