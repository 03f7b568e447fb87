"""Choose the label of a text, by the words that speak for each."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .attention import Attention
from .words import NEGATIONS, OPPOSITES, REST, WORDS

_WORD = re.compile(r"[A-Za-z][\w'-]*|[\u3400-\u9fff]+|[?？]")


def classify(text: str, labels: Sequence[str], attention: Attention) -> str:
    """One of ``labels``: the one that most words speak for, unless it slips."""
    best = _best(text, labels, attention)
    others = [label for label in labels if label != best]
    return attention.chosen(others, text) if others and attention.slips(text) else best


def _best(text: str, labels: Sequence[str], attention: Attention) -> str:
    words = _WORD.findall(text.lower())
    found = {label: _weight(words, _speaking(label)) for label in labels}
    most = max(found.values())
    winners = [label for label, weight in found.items() if weight == most]
    if len(winners) == 1:
        return winners[0]
    rest = [label for label in labels if label.lower() in REST]
    return rest[0] if rest else attention.chosen(winners, text)


def _speaking(label: str) -> Sequence[str]:
    """The words for a label; of one in no list, the label's own words."""
    return WORDS.get(label.lower()) or tuple(_WORD.findall(label.lower()))


def _weight(words: Sequence[str], speaking: Sequence[str]) -> int:
    """How many words speak for it; a negated opposite does too, and a negated one against it."""
    against = next((other for one, other in _sides() if set(one) <= set(speaking)), ())
    weight = 0
    for place, word in enumerate(words):
        negated = any(before in NEGATIONS for before in words[max(0, place - 3) : place])
        if _is_among(word, speaking):
            weight += -1 if negated else 1
        elif negated and _is_among(word, against):
            weight += 1
    return weight


def _sides() -> list[tuple[Sequence[str], Sequence[str]]]:
    good, bad = OPPOSITES
    return [(good, bad), (bad, good)]


def _is_among(word: str, speaking: Sequence[str]) -> bool:
    if word[0] < "\u3400":
        return word in speaking
    # Chinese is written without blanks: a word may stand anywhere, and 不 before it turns it.
    return any(one in word and f"不{one}" not in word for one in speaking if one[0] >= "\u3400")
