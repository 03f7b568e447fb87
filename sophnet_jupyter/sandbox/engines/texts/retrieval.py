"""
Which passages a question is about: by its words (BM25) and by vectors, one ranking of both.

Chinese has no blanks, so that there a word is each pair of characters beside each other.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from . import vectors

DIMENSIONS = 128
# BM25's usual numbers: how soon a repeated word counts no more, and what a long passage loses.
SOON, LENGTH = 1.2, 0.75
# Below this the vectors of a question and a passage say nothing about each other.
NEAR = 0.25
# A passage is about so many characters.
PASSAGE = 400
# The share of a question's words that a passage must have, or this many of them.
SHARE, ENOUGH = 0.3, 3
# What a passage must be worth beside the best one.
WORTH = 0.3
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_PIECE = re.compile(rf"[{_CJK}]+|[^\W_{_CJK}]+")
_SENTENCE = re.compile(
    r"[^.!?。！？\n]*(?:[.!?](?!\S)[*_]*|[.!?](?=\S)[^.!?。！？\n]*|[。！？]|\n|\Z)"
)
# Nobody's subject, in a question least of all.
ASKED = vectors.COMMON | frozenset(
    """
    about can could did do does has have i many may me might much must my not please should so
    tell than their there they we why would you your 什么 怎么 多少 哪里 哪个
    为什 么样 可以 请问 如何 是什 是否 有多
    """.split()
)


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A piece of what is known; ``name`` is searched as well, ``of`` says whose piece it is."""

    of: str
    text: str
    name: str = ""

    @cached_property
    def terms(self) -> Counter[str]:
        return Counter(terms(f"{self.name} {self.text}"))

    @cached_property
    def vector(self) -> vectors.Vector:
        return vectors.of_text(f"{self.name} {self.text}", DIMENSIONS)


def passages(of: str, text: str, *, name: str = "") -> list[Passage]:
    """A long text in passages, cut between its paragraphs where it has any."""
    found, open_ = [], ""
    for block in _blocks(text):
        if open_ and len(open_) + len(block) > PASSAGE:
            found.append(open_)
            open_ = ""
        open_ = f"{open_}\n{block}" if open_ else block
    return [Passage(of=of, text=each, name=name) for each in [*found, open_] if each or not found]


def ranked(question: str, known: Sequence[Passage], *, most: int = 3) -> list[Passage]:
    """
    The best passages for a question, one of each ``of``; none where nothing is about it.

    Takes some 20 µs a passage, and the first time some 30 µs a word of it.
    """
    wanted = set(terms(question)) - ASKED
    if not wanted or not known:
        return []
    words = _bm25(wanted, known)
    asked = vectors.of_text(question, DIMENSIONS)
    best = max(words) or 1.0
    scores: list[tuple[float, int]] = []
    for place, passage in enumerate(known):
        near = vectors.similarity(asked, passage.vector)
        # Letters alone make neighbours of strangers: without a word in common it must be near.
        shared = len(wanted & passage.terms.keys())
        about = shared >= min(SHARE * len(wanted), ENOUGH)
        if about or near > 2 * NEAR:
            scores.append((words[place] / best + max(0.0, near - NEAR), -place))
    scores.sort(reverse=True)
    chosen: dict[str, Passage] = {}
    for score, place in scores:
        if score >= WORTH * scores[0][0]:
            chosen.setdefault(known[-place].of, known[-place])
    return list(chosen.values())[:most]


def excerpt(question: str, text: str, *, most: int = 2) -> str:
    """The sentences of a passage that say most about a question, in their order."""
    wanted = set(terms(question)) - ASKED
    found = [one.strip() for one in _SENTENCE.findall(text)]
    found = [one for one in found if one.strip("#|-*: ")]
    worth = [len(wanted & set(terms(one))) for one in found]
    order = sorted(range(len(found)), key=lambda place: (-worth[place], place))
    best = max(worth, default=0)
    chosen = sorted(place for place in order[:most] if 2 * worth[place] > best or not best)
    return " ".join(found[place].lstrip("#*- ") for place in chosen)


def terms(text: str) -> Iterator[str]:
    """The words of a text, of Chinese its pairs of characters, as they are compared."""
    for piece in _PIECE.findall(unicodedata.normalize("NFKC", text).lower()):
        if not re.match(f"[{_CJK}]", piece):
            # An English plural is the same word.
            yield piece[:-1] if len(piece) > 3 and piece[-1] == "s" != piece[-2] else piece
        elif len(piece) == 1:
            yield piece
        else:
            yield from (piece[place : place + 2] for place in range(len(piece) - 1))


def _bm25(wanted: set[str], known: Sequence[Passage]) -> list[float]:
    sizes = [passage.terms.total() for passage in known]
    usual = sum(sizes) / len(sizes) or 1.0
    having = {term: sum(term in passage.terms for passage in known) for term in wanted}
    scores = []
    for passage, size in zip(known, sizes, strict=True):
        score = 0.0
        for term in wanted & passage.terms.keys():
            rare = math.log(1 + (len(known) - having[term] + 0.5) / (having[term] + 0.5))
            often = passage.terms[term]
            score += (
                rare * often * (SOON + 1) / (often + SOON * (1 - LENGTH + LENGTH * size / usual))
            )
        scores.append(score)
    return scores


def _blocks(text: str) -> Iterator[str]:
    """Paragraphs and lines, none longer than a passage."""
    for line in text.split("\n"):
        line = line.strip()
        while len(line) > PASSAGE:
            at = max(line.rfind(end, 0, PASSAGE) for end in (". ", "。", "；", "; ", "，", ", "))
            at = at + 1 if at > 0 else PASSAGE
            yield line[:at]
            line = line[at:].lstrip()
        if line:
            yield line
