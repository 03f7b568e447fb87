"""
A sentence of the streaming recogniser, and its JSON.

See docs/services/sophnet.md#live-speech.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol


class Spoken(NamedTuple):
    """A word and when it was said, in milliseconds since the line was opened."""

    text: str
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """One that goes on being said, or a final one; ``end`` only of that."""

    words: Sequence[Spoken]
    end: int | None = None
    final: bool = False
    whole: str = ""
    """The sentence as it is written, where that is more than its words."""
    start: int = 0

    @property
    def text(self) -> str:
        return self.whole or " ".join(word.text for word in self.words)


class Recogniser(Protocol):
    """FilledPrompt sound into sentences as it comes. Blocking."""

    def feed(self, pcm: bytes) -> Iterator[Sentence]: ...
    def end(self) -> Iterator[Sentence]: ...


def encoded(sentence: Sentence, quirks: Set[str]) -> str:
    """The message for a sentence."""
    body = {
        "text": sentence.text,
        "begin_time": sentence.words[0].begin if sentence.words else sentence.start,
        "end_time": sentence.end,
        "words": _words(sentence.words, quirks),
        "is_sentence_end": sentence.final,
    }
    return json.dumps(body, ensure_ascii=False)


def _words(words: Sequence[Spoken], quirks: Set[str]) -> Any:
    objects = [
        {
            "beginTime": word.begin,
            "endTime": word.end,
            "text": word.text,
            "punctuation": "",
            "fixed": False,
        }
        for word in words
    ]
    # As Java prints an object, which is what the document's example shows.
    printed = [
        f"Word(beginTime={word.begin}, endTime={word.end}, text={word.text}, "
        "punctuation=, fixed=false)"
        for word in words
    ]
    if "words_null" in quirks:
        return None
    if "words_objects" in quirks:
        return objects
    if "words_json" in quirks:
        return json.dumps(objects, ensure_ascii=False)
    if "words_string" in quirks:
        return f"[{', '.join(printed)}]"
    return printed
