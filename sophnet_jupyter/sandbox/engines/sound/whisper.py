"""
Hears any speech by a Whisper model of this machine, where one is asked for; it downloads none.

Sound is PCM: 16 kHz, mono, signed 16 bit, little endian. Times are seconds from its beginning.
Speech is found by the model for pauses that faster-whisper brings. A sentence that still goes on is
read again and again, so that it is known in part before it ends; how often, is decided by how long
this machine takes for it.
"""

from __future__ import annotations

import importlib.util
import re
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

from .. import Missing, engine
from .recogniser import RATE, Utterance, Word

PACKAGE = "faster_whisper"
# Seconds of new sound before it is looked at, and of silence that end what was said.
LOOK_EVERY = 0.4
PAUSE = 0.6
# Of sound in which nobody speaks so many seconds are kept: a word may begin in them.
KEPT = 0.5
# The model reads half a minute at once, and what lasts longer is cut at its longest pause.
LONGEST = 28.0
# A sentence that goes on is read again after this many seconds of sound, and not before the
# machine has rested twice as long as it took.
PARTIAL_EVERY = 0.8
REST = 3.0
_END = re.compile(r"[.!?。！？…][\"'”’)]*$")


def named(model: str) -> str:
    """The engine with its model, for who wants to know who has listened."""
    return f"faster-whisper {_name(model)}"


def require(model: str) -> None:
    """
    Raise `Missing` where the package or the model is not on this machine; loads nothing.

    The sentence has the command that brings it.
    """
    if importlib.util.find_spec(PACKAGE) is None:
        raise Missing(
            "SOPHNET_SANDBOX_WHISPER is set, and faster-whisper is not installed: "
            'pip install "sophnet-jupyter[whisper]"'
        )
    if (folder := _folder(model)) and not (folder / "model.bin").is_file():
        raise Missing(
            f"SOPHNET_SANDBOX_WHISPER names {folder}, where there is no model.bin: it is a folder "
            "with a model for faster-whisper, or the name of one in the local cache, such as small"
        )


class Whisper:
    """
    Hears sound as it comes, as `recogniser.Recogniser` does; ``partials`` tells of what goes on.

    Blocking; one thread at a time. Raises `Missing`.
    """

    def __init__(self, model: str, *, partials: bool = True) -> None:
        self._model = _loaded(model)
        self._partials = partials
        self._sound = bytearray()
        # Where the sound that is kept begins, and how much of it was looked at.
        self._begin = 0.0
        self._looked = 0
        # The end of what was read of a sentence that goes on, and when it may be read again.
        self._read_to = 0.0
        self._rested = 0.0
        self._shown = ""

    def feed(self, pcm: bytes) -> list[Utterance]:
        """Hear more; returns what became known by it, oldest first."""
        self._sound += pcm
        every = LOOK_EVERY if self._partials else LONGEST
        if len(self._sound) - self._looked < every * RATE * 2:
            return []
        return self._look(last=False)

    def finish(self) -> list[Utterance]:
        """The sentences that were still open; it can then not be fed again."""
        return self._look(last=True)

    def _look(self, *, last: bool) -> list[Utterance]:
        samples = _floats(self._sound)
        self._looked = len(self._sound)
        pieces = _speech(samples)
        heard = len(samples) / RATE
        found: list[Utterance] = []
        done = 0.0
        for number, (start, end) in enumerate(pieces):
            goes_on = number == len(pieces) - 1 and heard - end < PAUSE
            if goes_on and not last:
                if self._partials:
                    found += self._partly(samples, start, heard)
                break
            found += self._read(samples, start, end)
            done = end
            self._shown, self._read_to = "", 0.0
        else:
            done = max(done, heard - KEPT)
        self._drop(done)
        return found

    def _partly(self, samples: Any, start: float, heard: float) -> list[Utterance]:
        now = self._begin + heard
        new = now - max(self._read_to, self._begin + start)
        if new < PARTIAL_EVERY or time.monotonic() < self._rested:
            return []
        begun = time.monotonic()
        words = [word for words in self._words(samples, start, heard) for word in words]
        self._read_to = now
        self._rested = time.monotonic() + (time.monotonic() - begun) * (REST - 1)
        text = _text(words)
        if not text or text == self._shown:
            return []
        self._shown = text
        return [Utterance(text=text, start=words[0].start, end=None, words=_bare(words))]

    def _read(self, samples: Any, start: float, end: float) -> Iterator[Utterance]:
        """What was said between two moments, a sentence each."""
        for words in self._words(samples, start, end):
            for sentence in _sentences(words):
                yield Utterance(
                    text=_text(sentence),
                    start=sentence[0].start,
                    end=sentence[-1].end,
                    words=_bare(sentence),
                    final=True,
                )

    def _words(self, samples: Any, start: float, end: float) -> Iterator[list[Word]]:
        piece = samples[int(start * RATE) : int(end * RATE)]
        segments, _ = self._model.transcribe(
            piece,
            beam_size=1,
            # What it makes up where nobody speaks is often what it has read before.
            condition_on_previous_text=False,
            temperature=0.0,
            word_timestamps=True,
        )
        at = self._begin + start
        for segment in segments:
            words = [
                Word(text=word.word, start=round(at + word.start, 2), end=round(at + word.end, 2))
                for word in segment.words or ()
            ]
            if words:
                yield words

    def _drop(self, seconds: float) -> None:
        cut = min(len(self._sound), max(0, int(seconds * RATE)) * 2)
        del self._sound[:cut]
        self._begin += cut / 2 / RATE
        self._looked = len(self._sound)


def _speech(samples: Any) -> list[tuple[float, float]]:
    """Where somebody speaks, in seconds."""
    vad = engine("faster_whisper.vad", "faster-whisper")
    found = vad.get_speech_timestamps(
        samples,
        vad.VadOptions(
            min_silence_duration_ms=int(PAUSE * 1000),
            max_speech_duration_s=LONGEST,
            speech_pad_ms=200,
        ),
    )
    return [(piece["start"] / RATE, piece["end"] / RATE) for piece in found]


def _floats(pcm: bytes | bytearray) -> Any:
    numpy = engine("numpy", "numpy")
    whole = len(pcm) // 2 * 2
    return numpy.frombuffer(bytes(pcm[:whole]), dtype="<i2").astype(numpy.float32) / 32768


def _sentences(words: Sequence[Word]) -> Iterator[list[Word]]:
    found: list[Word] = []
    for word in words:
        found.append(word)
        if _END.search(word.text.strip()):
            yield found
            found = []
    if found:
        yield found


def _text(words: Sequence[Word]) -> str:
    # Words have the blank before them that their language wants.
    return "".join(word.text for word in words).strip()


def _bare(words: Sequence[Word]) -> tuple[Word, ...]:
    return tuple(Word(text=one.text.strip(), start=one.start, end=one.end) for one in words)


_models: dict[str, Any] = {}
_one_loads = Lock()


def _loaded(model: str) -> Any:
    """The model, loaded once for all who listen. Raises `Missing`."""
    require(model)
    with _one_loads:
        if model not in _models:
            library = engine(PACKAGE, "faster-whisper")
            named = str(_folder(model) or model)
            try:
                _models[model] = library.WhisperModel(
                    named, device="cpu", compute_type="int8", local_files_only=True
                )
            except (OSError, ValueError, RuntimeError) as error:
                raise Missing(
                    f"SOPHNET_SANDBOX_WHISPER={_name(model)} cannot be loaded "
                    f"({type(error).__name__}), and the sandbox downloads nothing. This brings it: "
                    f"python -c \"import faster_whisper; faster_whisper.download_model('{model}')\""
                ) from None
        return _models[model]


def _folder(model: str) -> Path | None:
    """The folder that is named, or None for the name of a model in the cache."""
    path = Path(model).expanduser()
    looks = path.is_dir() or path.is_absolute() or model.startswith(("~", "."))
    return path if looks else None


def _name(model: str) -> str:
    """A name that can stand in a header and in a badge: of a folder its own, or that above it."""
    folder = _folder(model)
    if folder is None:
        said = model
    else:
        said = folder.parent.name if folder.name in ("model", "snapshot") else folder.name
    return re.sub(r"[^\w.-]+", "-", said, flags=re.ASCII).strip("-") or "model"
