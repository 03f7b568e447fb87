"""
Hears a few English sentences and numbers by pocketsphinx; anything else gets a scripted line.

It understands, as espeak-ng says them with the voice ``en-us+f3`` at 140 to 175 words a minute,
most of the lines of `SENTENCES`, one or several of them, and the words of `NUMBERS` in a row, such
as "One two three four five six."; a row that does not count up, or as far as ten, is misheard now
and then. Speech that is anything else gets the lines of `SCRIPT`, at the times when somebody
spoke; some is taken for numbers. "Please open the door.", "The sky is blue.", "The train leaves at
seven.", "The quick brown fox jumps over the lazy dog." and rows from one to at most nine are heard
every time.

Sound is PCM: 16 kHz, mono, signed 16 bit, little endian. Times are seconds from its beginning.
"""

from __future__ import annotations

import itertools
import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from .. import engine

RATE = 16_000
SENTENCES = (
    "Good morning.",
    "Good morning everyone.",
    "How are you today?",
    "Thank you very much.",
    "No thank you.",
    "Yes please.",
    "See you tomorrow.",
    "My name is Alice.",
    "Can you hear me?",
    "What can you do?",
    "What is the weather like today?",
    "What is the capital of France?",
    "What is the answer to this question?",
    "How does this work?",
    "Where is the station?",
    "The train leaves at seven.",
    "The meeting starts at ten in the morning.",
    "The sun rises in the east.",
    "The sky is blue.",
    "I like coffee with milk.",
    "Please open the door.",
    "Please show me the first five numbers.",
    "Please write this down.",
    "Open the window and close the door.",
    "Turn off the light.",
    "Play some music.",
    "Count to five.",
    "Stop talking.",
    "Please stop.",
    "Draw a red fox in the snow.",
    "The quick brown fox jumps over the lazy dog.",
    "She sells sea shells by the sea shore.",
    "Welcome to the speech notebook.",
    "Speech becomes text.",
    "That is all for today.",
)
NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
SCRIPT = (
    "The sandbox did not understand this, so it reads from a script.",
    "It knows only its demo sentences and numbers.",
    "Thank you all for coming, let us look at last week's figures.",
    "The second quarter went better than we had thought.",
    "I agree, but the costs have risen as well.",
    "Then we should look at them first, and decide tomorrow.",
    "好的,我们明天上午十点再讨论。",
    "Is there anything else for today?",
)
# How espeak-ng says these words, where that differs from the dictionary.
PRONUNCIATIONS = (
    ("seven(2)", "S AE M AH N"),
    ("seven(3)", "S EH M AH N"),
    ("five(2)", "F AY"),
)
# Less likely than this, a row of digits is how any other speech sounds to the grammar.
LEAST_LIKELY_NUMBERS = 0.01
# Seconds of sound around the words that may be no words.
UNEXPLAINED = 0.7
# An unfinished beginning of so many words after a sentence is its echo, not speech.
ECHO = 2
# So many decoders are kept for those who come next.
KEPT = 2
# Seconds between two looks at what has been understood so far.
PARTIAL_EVERY = 0.24


@dataclass(frozen=True, kw_only=True)
class Word:
    """One word and when it was said."""

    text: str
    start: float
    end: float


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """Something that was said; ``scripted`` if it was not understood and the text is made up."""

    text: str
    start: float
    end: float
    words: tuple[Word, ...] = ()
    scripted: bool = False


@dataclass(frozen=True, kw_only=True)
class Utterance:
    """
    What is known about a sentence: so far (``final`` false, ``end`` None), or for good.

    A partial one repeats the whole sentence from its first word.
    """

    text: str
    start: float
    end: float | None
    words: tuple[Word, ...] = ()
    final: bool = False
    scripted: bool = False


class Recogniser:
    """
    Hears sound as it comes: `feed` it pieces of any length, and `finish`.

    Blocking, about a thirtieth of the sound's length; one thread at a time.
    Raises `Missing` when pocketsphinx is not installed.
    """

    def __init__(self) -> None:
        library = engine("pocketsphinx", "pocketsphinx")
        self._ears: Any = library.Endpointer(sample_rate=RATE)
        self._decoder = _decoders.take()
        self._script = itertools.cycle(SCRIPT)
        self._left = b""
        self._speaking = False
        self._begun = 0.0
        self._heard = 0.0
        self._shown: tuple[str, float] = ("", 0.0)

    def feed(self, pcm: bytes) -> list[Utterance]:
        """Hear more; returns what became known by it, oldest first."""
        self._left += pcm
        size: int = self._ears.frame_bytes
        found: list[Utterance] = []
        whole = len(self._left) - len(self._left) % size
        for at in range(0, whole, size):
            found += self._take(self._ears.process(self._left[at : at + size]))
        self._left = self._left[whole:]
        return found

    def finish(self) -> list[Utterance]:
        """The sentences that were still open; the recogniser can then not be fed again."""
        left, self._left = self._left[: len(self._left) // 2 * 2], b""
        found = self._take(self._ears.end_stream(left)) if left else []
        if self._speaking:
            found += self._close(self._heard)
        if self._decoder is not None:
            _decoders.give_back(self._decoder)
            self._decoder = None
        return found

    def _take(self, speech: bytes | None) -> list[Utterance]:
        """One frame of the endpointer's, or None while nobody speaks."""
        if not speech:
            return []
        if not self._speaking:
            self._speaking = True
            self._begun = self._heard = float(self._ears.speech_start)
            self._shown = ("", self._begun)
            self._decoder.start_utt()
        self._decoder.process_raw(speech)
        self._heard += len(speech) / 2 / RATE
        if not self._ears.in_speech:
            return self._close(float(self._ears.speech_end))
        return self._partial()

    def _partial(self) -> list[Utterance]:
        text, at = self._shown
        if self._heard - at < PARTIAL_EVERY:
            return []
        words = _words(self._decoder, self._begun)
        spoken = " ".join(word.text for word in words)
        self._shown = (spoken, self._heard)
        if not spoken or spoken == text:
            return []
        return [Utterance(text=spoken, start=words[0].start, end=None, words=words)]

    def _close(self, end: float) -> list[Utterance]:
        self._speaking = False
        self._decoder.end_utt()
        hypothesis = self._decoder.hyp()
        words = _words(self._decoder, self._begun)
        sentences = _sentences(words, hypothesis.prob if hypothesis else 0.0)
        if sentences and end - sentences[-1].end + sentences[0].start - self._begun > UNEXPLAINED:
            sentences = []
        if not sentences:
            made_up = next(self._script)
            return [Utterance(text=made_up, start=self._begun, end=end, final=True, scripted=True)]
        return [
            Utterance(text=said.text, start=said.start, end=said.end, words=said.words, final=True)
            for said in sentences
        ]


def recognise(pcm: bytes | Iterable[bytes]) -> list[Sentence]:
    """
    The sentences of a whole piece of sound; none when nobody speaks.

    Blocking; takes blocks from an iterable as it needs them. Raises `Missing`.
    """
    blocks = [pcm] if isinstance(pcm, bytes) else pcm
    recogniser = Recogniser()
    heard: list[Utterance] = []
    try:
        for block in blocks:
            heard += recogniser.feed(block)
    finally:
        heard += recogniser.finish()
    return [
        Sentence(
            text=said.text,
            start=said.start,
            end=said.end,
            words=said.words,
            scripted=said.scripted,
        )
        for said in heard
        if said.final and said.end is not None
    ]


def _bare(sentence: str) -> tuple[str, ...]:
    return tuple(re.sub(r"[^a-z' ]", "", sentence.lower()).split())


_KNOWN = {_bare(sentence): sentence for sentence in SENTENCES}
_LONGEST_FIRST = sorted(_KNOWN, key=len, reverse=True)


def _sentences(words: tuple[Word, ...], likely: float) -> list[Sentence]:
    """Cut what was heard into known sentences, or one of numbers; none if it is neither."""
    bare = tuple(word.text for word in words)
    if bare and all(word in NUMBERS for word in bare):
        if likely < LEAST_LIKELY_NUMBERS:
            return []
        return [_sentence(" ".join(bare).capitalize() + ".", words)]
    found: list[Sentence] = []
    at = 0
    while at < len(bare):
        known = next((k for k in _LONGEST_FIRST if bare[at : at + len(k)] == k), None)
        if known is None:
            return found if len(bare) - at <= ECHO else []
        found.append(_sentence(_KNOWN[known], words[at : at + len(known)]))
        at += len(known)
    return found


def _sentence(text: str, words: tuple[Word, ...]) -> Sentence:
    return Sentence(text=text, start=words[0].start, end=words[-1].end, words=words)


def _words(decoder: Any, begun: float) -> tuple[Word, ...]:
    return tuple(_each_word(decoder, begun))


def _each_word(decoder: Any, begun: float) -> Iterator[Word]:
    # A decoder that has heard no word yet has no segments at all.
    for segment in decoder.seg() or ():
        if segment.word.startswith(("<", "[", "+", "(")):
            continue
        # A hundred frames make a second; the last one is part of the word.
        yield Word(
            text=segment.word.partition("(")[0],
            start=round(begun + segment.start_frame / 100, 2),
            end=round(begun + (segment.end_frame + 1) / 100, 2),
        )


def _grammar() -> str:
    sentences = " | ".join(" ".join(bare) for bare in _KNOWN)
    numbers = " | ".join(NUMBERS)
    counting = " | ".join(" ".join(NUMBERS[1:last]) for last in range(3, len(NUMBERS) + 1))
    return (
        "#JSGF V1.0;\ngrammar demo;\n"
        f"<sentence> = {sentences};\n<number> = {numbers};\n<counting> = {counting};\n"
        # Numbers in any order explain a row that counts up a little better than it does itself.
        "public <said> = /1/ <sentence>+ | /1/ <counting> | /0.001/ <number>+;\n"
    )


class _Decoders:
    """
    A few decoders that nobody uses just now: each costs 15 ms to make, and 9 MB to keep.
    """

    def __init__(self) -> None:
        self._idle: list[Any] = []
        self._lock = Lock()

    def take(self) -> Any:
        with self._lock:
            decoder = self._idle.pop() if self._idle else None
        if decoder is None:
            return _new_decoder()
        # It has adapted to the voice before, and by more than its means (`set_cmn`): of sixty
        # countings three were heard otherwise for that. A new front end costs 0.03 ms.
        decoder.reinit_feat()
        return decoder

    def give_back(self, decoder: Any) -> None:
        with self._lock:
            if len(self._idle) < KEPT:
                self._idle.append(decoder)


_decoders = _Decoders()


def _new_decoder() -> Any:
    library = engine("pocketsphinx", "pocketsphinx")
    with tempfile.TemporaryDirectory() as folder:
        words, grammar = Path(folder, "demo.dict"), Path(folder, "demo.jsgf")
        # Its own dictionary has 134,000 words: it takes eight times as long to read, and 23 MB.
        words.write_text(_dictionary(library.get_model_path("en-us/cmudict-en-us.dict")), "ascii")
        grammar.write_text(_grammar(), "ascii")
        files = {"dict": str(words), "jsgf": str(grammar)}
        return library.Decoder(lm=None, loglevel="FATAL", wip=0.1, **files)


@cache
def _dictionary(whole: str) -> str:
    """How the words of the grammar are said: the lines of a dictionary that it needs."""
    needed = {*NUMBERS, *itertools.chain(*_KNOWN)}
    lines = Path(whole).read_text("ascii").split("\n")
    kept = [line for line in lines if re.match(r"[^\s(]*", line)[0] in needed]  # type: ignore[index]
    return "\n".join([*kept, *(f"{word} {phones}" for word, phones in PRONUNCIATIONS), ""])
