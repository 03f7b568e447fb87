"""Speech from text, by espeak-ng: English and Chinese, in as many voices as the document names."""

from __future__ import annotations

import ctypes
import math
import re
import threading
from collections.abc import Callable
from functools import cache
from itertools import groupby
from typing import Any

from .. import engine

# A variant of espeak's for each voice of the service. The first is the best understood one.
VOICES_V1 = {
    "longxiaochun": "f3",
    "longwan": "f1",
    "longcheng": "m1",
    "longhua": "f4",
    "longxiaoxia": "f2",
    "longxiaocheng": "m3",
    "longxiaobai": "f5",
    "longlaotie": "m7",
    "longshu": "m2",
    "longshuo": "m4",
    "longjing": "linda",
    "longyue": "steph",
    "loongstella": "belinda",
    "loongbella": "anika",
}
VOICES_V2 = {
    "longxiaochun_v2": "f3",
    "longxiaoxia_v2": "f2",
    "longyumi_v2": "f5",
    "longanlang": "m1",
    "longjiqi": "UniRobot",
    "longhouge": "m7",
    "longanwen": "f1",
    "longanli": "f4",
    "longanran": "linda",
    "longanyue": "m3",
}
VOICES = VOICES_V1 | VOICES_V2
DEFAULT = "longxiaochun"
SSML = re.compile(r"\s*<speak\b", re.IGNORECASE)
HAN = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")
WORDS_PER_MINUTE = 175
MIDDLE_PITCH = 50
# Numbers of espeak's header, speak_lib.h.
SYNCHRONOUS, ONLY_GIVEN_DATA, UTF8, WITH_SSML = 2, 0x8000, 1, 0x10
RATE, VOLUME, PITCH = 1, 2, 3
CHARACTERS = 1
HEARD = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)

# The library keeps one voice and one text for the whole process.
_one_speaker = threading.Lock()


class UnknownVoice(Exception):
    """No voice is called that."""


def speak(
    text: str,
    voice: str = DEFAULT,
    rate: float = 1.0,
    pitch: float = 1.0,
    volume: float = 50.0,
) -> tuple[bytes, int]:
    """
    Say a text: 16-bit little-endian mono samples, and how many there are in a second.

    ``rate`` and ``pitch`` are factors from 0.5 to 2, ``volume`` goes from 0 to 100. Text without
    anything to say gives no samples. Blocking, a few milliseconds for a sentence; from any thread.

    Raises `UnknownVoice`, or `Missing`.
    """
    if voice not in VOICES:
        raise UnknownVoice(voice)
    with _one_speaker:
        library, samples_per_second = _library()
        library.espeak_SetParameter(RATE, round(WORDS_PER_MINUTE * rate), 0)
        library.espeak_SetParameter(PITCH, round(MIDDLE_PITCH * (1 + math.log2(pitch))), 0)
        library.espeak_SetParameter(VOLUME, round(2 * volume), 0)
        said = b"".join(_say(library, words, lang, voice) for lang, words in _languages(text))
        return said, samples_per_second


def _languages(text: str) -> list[tuple[str, str]]:
    """The text in runs of one language, with espeak's name of it, and only what can be said."""
    if SSML.match(text):
        words = re.sub(r"<[^>]*>", "", text)
        runs = [("cmn" if len(HAN.findall(words)) * 2 > len(words) else "en-us", text)]
        return runs if _sayable(words) else []
    # Digits and marks go with the words before them.
    runs = []
    last = "cmn" if (first := re.search(r"[^\W\d_]", text)) and HAN.match(first[0]) else "en-us"

    def language(character: str) -> str:
        nonlocal last
        if character.isalpha():
            last = "cmn" if HAN.match(character) else "en-us"
        return last

    for name, characters in groupby(text, language):
        runs.append((name, "".join(characters)))
    return [(name, words) for name, words in runs if _sayable(words)]


def _sayable(words: str) -> bool:
    return any(character.isalnum() for character in words)


def _say(library: ctypes.CDLL, words: str, language: str, voice: str) -> bytes:
    library.espeak_SetVoiceByName(f"{language}+{VOICES[voice]}".encode())
    said: list[bytes] = []

    def take(samples: int | None, count: int, _: object) -> int:
        if samples and count:
            said.append(ctypes.string_at(samples, 2 * count))
        return 0

    # A reference is held until the call is over, or the library would call what is gone.
    taker = HEARD(take)
    library.espeak_SetSynthCallback(taker)
    flags = UTF8 | (WITH_SSML if SSML.match(words) else 0)
    data = words.replace("\0", " ").encode(errors="replace")
    library.espeak_Synth(data, len(data) + 1, 0, CHARACTERS, 0, flags, None, None)
    return b"".join(said)


@cache
def _library() -> tuple[ctypes.CDLL, int]:
    """The library, set up once, and its samples a second."""
    loader: Any = engine("espeakng_loader", "espeakng-loader")
    library = ctypes.CDLL(loader.get_library_path())
    library.espeak_Synth.argtypes = [
        *(ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint, ctypes.c_int, ctypes.c_uint),
        *(ctypes.c_uint, ctypes.c_void_p, ctypes.c_void_p),
    ]
    start: Callable[..., int] = library.espeak_Initialize
    samples = start(SYNCHRONOUS, 0, loader.get_data_path().encode(), ONLY_GIVEN_DATA)
    return library, samples
