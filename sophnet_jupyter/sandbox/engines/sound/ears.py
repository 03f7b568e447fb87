"""Which engine hears: a Whisper model where one is asked for, else the small recogniser."""

from __future__ import annotations

from typing import Protocol

from . import recogniser
from .recogniser import Utterance


class Ears(Protocol):
    """Hears 16 kHz samples as they come. Blocking; one thread at a time."""

    def feed(self, pcm: bytes) -> list[Utterance]: ...
    def finish(self) -> list[Utterance]: ...


def opened(whisper: str, *, partials: bool = True) -> Ears:
    """Something that hears; ``whisper`` is the model to do it by. Blocking. Raises `Missing`."""
    if not whisper:
        return recogniser.Recogniser()
    from .whisper import Whisper

    return Whisper(whisper, partials=partials)


def engine_name(whisper: str) -> str:
    """What hears, for a badge; empty for the small recogniser, which is the sandbox's usual one."""
    if not whisper:
        return ""
    from .whisper import named

    return named(whisper)
