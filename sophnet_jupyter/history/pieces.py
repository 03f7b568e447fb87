"""
What of a text can be asked for in an index: its Chinese letters, and its words in other scripts.

The commonest Chinese query has two letters. SQLite's own tokenizers see a whole run as one word, or
only what has three letters. Letters are an eighth of the pairs that a corpus has, and two of them
in one text are seldom there by chance; only of the commonest all texts have nearly all, so of these
pairs are indexed, too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise
from operator import add

# Of another number the index is built anew.
VERSION = "3"
# Words of a query that are looked for; nobody reads what more would find.
MOST_WORDS = 60
_LETTERS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f"
_RUN = re.compile(f"[{_LETTERS}]+")
_PART = re.compile(f"[{_LETTERS}]+|[^{_LETTERS}]+")
# What SQLite takes for letters as we do, also in its oldest versions: it is not asked for others.
_KNOWN = re.compile(
    "[0-9a-z\u03ac-\u03ce\u0430-\u045f\u3041-\u3096\u30a1-\u30fa\u30fc-\u30fe"
    "\u3400-\u4db5\u4e00-\u9fcb\uac00-\ud7a3\U00020000-\U0002a6d6]+"
)
# The commonest Chinese letters, and Japanese ones of sound, of which there are few.
_COMMON = re.compile(
    "[\u3041-\u3096\u30a1-\u30fa"
    "的一是不了在人有我他这中大来上个国和地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家"
    "种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实]{2,}"
)
_PLAIN = frozenset(map(chr, range(0x370)))
_WORD = re.compile(rf"[^\W_{_LETTERS}]+")
# Letters of scripts that have marks, and the marks.
_MARKED = re.compile("[\u00c0-\u05ff\u1e00-\u1fff]")


def pieces(text: str) -> str:
    """A text as it is put into the index: each piece once."""
    found = set(text) - _PLAIN
    for run in set(_COMMON.findall(text)):
        found.update(map(add, run, run[1:]))
    found.update(_WORD.findall(folded(text)))
    return " ".join(found)


def folded(text: str) -> str:
    """A text in small letters, and without marks on them."""
    text = text.lower()
    return text.translate(_without_marks) if _MARKED.search(text) else text


class Words:
    """
    What is looked for: Chinese words anywhere, other words by their beginning, signs only where
    there is nothing else.

    ``wanted`` are the pieces that a text with all of them has, each with whether it may be only
    the beginning of one.
    """

    def __init__(self, words: str) -> None:
        self.wanted: list[tuple[str, bool]] = []
        self._runs: list[str] = []
        self._others: list[re.Pattern[str]] = []
        parts = [part for word in words.split() for part in _PART.findall(word)]
        for part in parts:
            if len(self._runs) + len(self._others) == MOST_WORDS:
                break
            if _RUN.fullmatch(part):
                self._add_run(part)
            elif tokens := _WORD.findall(folded(part)):
                self._add_other(tokens)
        if not self._runs and not self._others:
            self._runs = words.split()[:MOST_WORDS]

    def _add_run(self, run: str) -> None:
        self._runs.append(run)
        pairs = map("".join, pairwise(run))
        self._want((piece, False) for piece in {*run, *filter(_COMMON.fullmatch, pairs)})

    def _add_other(self, tokens: list[str]) -> None:
        *whole, last = tokens
        self._want([*((token, False) for token in whole), (last, True)])
        first, *others = map(re.escape, tokens)
        # The letters first: a condition before them would be tried at every place of a text.
        said = [rf"{first}(?<![^\W_{_LETTERS}]{first})", *others]
        self._others.append(re.compile(r"[\W_]+".join(said)))

    def _want(self, wanted: Iterable[tuple[str, bool]]) -> None:
        self.wanted += [(piece, begins) for piece, begins in wanted if _KNOWN.fullmatch(piece)]

    def __bool__(self) -> bool:
        return bool(self._runs or self._others)

    def held(self, asked: str, said: str) -> bool:
        """Whether a call with these two texts has all words."""
        for run in self._runs:
            if run not in said and run not in asked:
                return False
        if self._others:
            asked, said = folded(asked), folded(said)
            return all(word.search(said) or word.search(asked) for word in self._others)
        return True

    def weight(self, asked: str, said: str) -> float:
        """How much of two texts the words are; the first time that one is said counts most."""
        long = 1.2 * (0.25 + (len(asked) + len(said)) / 700)
        times = [asked.count(run) + said.count(run) for run in self._runs]
        if self._others:
            both = folded(asked), folded(said)
            times += [sum(len(word.findall(text)) for text in both) for word in self._others]
        return sum(each / (each + long) for each in times)


class _Unmarked(dict[int, str]):
    def __missing__(self, code: int) -> str:
        letter = chr(code)
        if _MARKED.match(letter):
            parts = unicodedata.normalize("NFD", letter)
            letter = "".join(part for part in parts if not unicodedata.combining(part))
        self[code] = letter
        return letter


_without_marks = _Unmarked()
