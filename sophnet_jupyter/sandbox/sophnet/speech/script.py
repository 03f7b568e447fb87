"""A scripted recogniser of numbers, by which a test sees which sound arrived, and how often."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterator

from .sentence import Sentence, Spoken

# Milliseconds: a value that lasts for the first is a word, a silence of the second ends a sentence.
SPOKEN = 50
PAUSE = 250


class Script:
    """Hears a stretch of samples that all have the value N as the word N, and 0 as silence."""

    def __init__(self, sample_rate: int) -> None:
        self._rate = sample_rate
        self._rest = b""
        self._value = self._length = self._place = 0
        self._words: list[Spoken] = []
        # Whether the stretch that goes on has been heard as a word already.
        self._heard = False

    def feed(self, pcm: bytes) -> Iterator[Sentence]:
        """What is recognised by now: the sentence so far at each new word, and each whole one."""
        data = self._rest + pcm
        whole = len(data) // 2 * 2
        self._rest = data[whole:]
        samples = array("h", data[:whole])
        if sys.byteorder == "big":
            samples.byteswap()
        for sample in samples:
            if sample != self._value:
                self._value, self._length, self._heard = sample, 0, False
            self._length += 1
            self._place += 1
            if not self._heard:
                yield from self._listen()

    def end(self) -> Iterator[Sentence]:
        """No more sound comes."""
        yield from self._sentence()

    def _listen(self) -> Iterator[Sentence]:
        if self._value == 0:
            if self._milliseconds(self._length) >= PAUSE:
                self._heard = True
                yield from self._sentence()
        elif self._milliseconds(self._length) >= SPOKEN:
            self._heard = True
            end = self._milliseconds(self._place)
            self._words.append(Spoken(str(self._value), end - SPOKEN, end))
            yield Sentence(tuple(self._words))

    def _sentence(self) -> Iterator[Sentence]:
        if self._words:
            # Its silence belongs to it.
            yield Sentence(self._words, end=self._milliseconds(self._place), final=True)
            self._words = []

    def _milliseconds(self, samples: int) -> int:
        return samples * 1000 // self._rate
