"""What a cluster is about: the words that its rows have and others have not."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from .terms import Terms, Vocabulary, is_piece

# A word that fewer rows of a cluster have says more about these rows than about it.
LEAST_ROWS = 3
# How many rows every word is thought to stand in besides: rare words prove little.
_PRIOR = 0.5
# In standard errors: what is less so may be chance, and most of all with words that most rows have.
_CERTAIN, _ELSEWHERE, _COMMON = 1.0, 2.0, 10.0


def keywords(texts: Iterable[Any], clusters: Iterable[Any], n: int = 8) -> list[list[str]]:
    """
    At most ``n`` words for each cluster from 0 on, those first that set it apart most.

    By log-odds against all other rows, so that words which every text has are none, in any
    language and without a list of them. A word counts once a row, and stands in at least three.
    Chinese and Japanese runs give pieces of two to four characters. What is no string has no words;
    rows of clusters below 0 count as others. 100,000 texts take some 10 s.
    """
    said = [text if isinstance(text, str) else "" for text in texts]
    where = [int(cluster) for cluster in clusters]
    vocabulary = Vocabulary(said)
    inside = [_Counts() for _ in range(max(where, default=-1) + 1)]
    whole = _Counts()
    for terms, cluster in zip(vocabulary.rows(), where, strict=True):
        whole.add(terms)
        if cluster >= 0:
            inside[cluster].add(terms)
    return [_best(counts, whole, n) for counts in inside]


class _Counts:
    """In how many rows each word stands, and how many have words, or pieces, at all."""

    def __init__(self) -> None:
        self.rows_with: Counter[str] = Counter()
        self._words = self._runs = 0

    def add(self, terms: Terms) -> None:
        self.rows_with.update(terms.words)
        self.rows_with.update(terms.pieces)
        self._words += terms.has_words
        self._runs += terms.has_runs

    def rows(self, *, pieces: bool) -> int:
        return self._runs if pieces else self._words


def _best(inside: _Counts, whole: _Counts, n: int) -> list[str]:
    scores = {}
    for term, here in inside.rows_with.items():
        # Among rows of its own script: "the" would else name whatever is not Chinese.
        pieces = is_piece(term)
        size, rows = inside.rows(pieces=pieces), whole.rows(pieces=pieces)
        if here < min(LEAST_ROWS, size):
            continue
        there, others = whole.rows_with[term] - here, rows - size
        score = _log_odds(here, size, there, others)
        common = (_ELSEWHERE + _COMMON * there / others) if there else 0.0
        if score > _CERTAIN + common:
            scores[term] = score
    return _apart(sorted(scores, key=lambda term: (-scores[term], term)), n)


def _log_odds(here: int, size: int, there: int, others: int) -> float:
    """How much likelier the word is here, in standard errors."""
    a, b = here + _PRIOR, size - here + _PRIOR
    c, d = there + _PRIOR, others - there + _PRIOR
    return (math.log(a / b) - math.log(c / d)) / math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)


def _apart(terms: Sequence[str], n: int) -> list[str]:
    """The first ``n``; of Chinese ones none that stands within another."""
    found: list[str] = []
    for term in terms:
        if not any(term in other or other in term for other in found if not term.isascii()):
            found.append(term)
        if len(found) == n:
            break
    return found
