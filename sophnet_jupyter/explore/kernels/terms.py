"""Texts as sets of words, and for scripts without blanks as pieces of two to four characters."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

# Chinese, Japanese, Thai, Lao, Burmese and Khmer are written without blanks.
_RUNS = (
    "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
)
_PART = re.compile(rf"([{_RUNS}]+)|[^\W\d_{_RUNS}](?:['’-]?[^\W_{_RUNS}])+")
# What begins or ends with one of these is a piece of two words. Others begin words of their own,
# as in 会议 and 能源, and only end such pieces.
_FUNCTION = frozenset(
    "的了是在和与及或也都就还很把被吗呢吧啊着而但又们这那我你他她它您谁"
    "はがをにでとのへもやかられりるたてだすまし"
)
_LAST = _FUNCTION | frozenset("不没会要能可让使对从向给以为于之其所并且一")
_LONGEST = 4
# Nobody reads further to see what a text is about.
_CHARACTERS = 4_000
_LEAST = 3
# A piece that so often stands within a longer one is a part of it.
_WITHIN = 0.8


class Terms(NamedTuple):
    """The frequent words and pieces of a text, and whether it has any of either kind at all."""

    words: set[str]
    pieces: set[str]
    has_words: bool
    has_runs: bool


class Vocabulary:
    """
    The words of ``texts``; ``rows_with`` says of each in how many rows it stands.

    Words that fewer than three rows have are left out, and so are pieces of longer ones.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._parts = [_parts(text) for text in texts]
        # Longer pieces are only looked for where the shorter ones in them are frequent.
        self.rows_with: Counter[str] = Counter()
        for words, _ in self._parts:
            self.rows_with.update(words)
        for size in range(2, _LONGEST + 1):
            found: Counter[str] = Counter()
            for _, runs in self._parts:
                found.update(self._pieces(runs, size))
            self.rows_with.update(_frequent(found))
        self.rows_with = _frequent(self.rows_with)
        self._dropped = self._within_longer() | {term for term in self.rows_with if _is_cut(term)}

    def rows(self) -> Iterator[Terms]:
        """The words of each text, and its pieces."""
        for words, runs in self._parts:
            pieces: set[str] = set()
            for size in range(2, _LONGEST + 1):
                pieces |= {piece for piece in self._pieces(runs, size) if piece in self.rows_with}
            known = {word for word in words if word in self.rows_with}
            yield Terms(known, pieces - self._dropped, bool(words), bool(runs))

    def _pieces(self, runs: Sequence[str], size: int) -> set[str]:
        found = {run[at : at + size] for run in runs for at in range(len(run) - size + 1)}
        if size == 2:
            return found
        known = self.rows_with
        return {piece for piece in found if piece[:-1] in known and piece[1:] in known}

    def _within_longer(self) -> set[str]:
        largest: dict[str, int] = {}
        for term, rows in self.rows_with.items():
            if len(term) > 2 and is_piece(term) and not _is_cut(term):
                for part in (term[1:], term[:-1]):
                    largest[part] = max(largest.get(part, 0), rows)
        return {
            part for part, rows in largest.items() if rows >= _WITHIN * self.rows_with.get(part, 0)
        }


def _parts(text: str) -> tuple[set[str], list[str]]:
    """The words of a text, and its runs of characters without blanks."""
    words, runs = set(), []
    for match in _PART.finditer(unicodedata.normalize("NFKC", text[:_CHARACTERS]).lower()):
        if match[1]:
            runs.append(match[1])
        elif len(match[0]) > 2 or not match[0].isascii():
            words.add(match[0])
    return words, runs


def _frequent(counts: Counter[str]) -> Counter[str]:
    return Counter({term: rows for term, rows in counts.items() if rows >= _LEAST})


def is_piece(term: str) -> bool:
    """Whether it is a piece of a run without blanks, and no word."""
    match = _PART.fullmatch(term)
    return bool(match and match[1])


def _is_cut(term: str) -> bool:
    return is_piece(term) and (
        term[0] in _FUNCTION or (len(term) < 3 and term[-1] in _LAST) or term[-1] in _FUNCTION
    )
