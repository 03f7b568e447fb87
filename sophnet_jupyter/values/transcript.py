"""What was said in a recording, sentence by sentence; as subtitles and as a table."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from ..errors import SettingsError
from ..language import tr

if TYPE_CHECKING:
    from pandas import DataFrame


# Seconds that a sentence is shown whose end nobody told, and behind which none comes.
SHOWN = 3.0
# No reader of subtitles takes these within a line.
_CONTROLS = frozenset(map(chr, [*range(32), *range(127, 160)]))


class Sentence(msgspec.Struct, frozen=True, kw_only=True):
    """
    A sentence with its times in seconds from the beginning; ``raw`` is the service's line.

    ``speaker`` is the service's number for a voice, or the name that was given to it; empty where
    it told none. Times are None where a line could not be read.
    """

    text: str
    start: float | None = None
    end: float | None = None
    speaker: str = ""
    raw: str = ""

    @property
    def who(self) -> str:
        """The speaker in a reader's words: ``Speaker 1`` for a number, which counts from 0."""
        number = _number(self.speaker)
        return tr("Speaker {number}", number=number) if number else self.speaker


def _number(speaker: str) -> int:
    """The number of a speaker that a reader is told, from 1 on; 0 for one that has a name."""
    return int(speaker) + 1 if speaker.isdecimal() and len(speaker) < 10 else 0


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """
    One recording and what was said in it. ``place`` is its path or address, ``data`` its bytes
    where it was given as such; ``seconds`` is its length where the service told it.
    """

    name: str
    sentences: tuple[Sentence, ...] = ()
    raw: str = ""
    place: str = ""
    data: bytes = b""
    seconds: float | None = None
    task_id: str = ""

    def __repr__(self) -> str:
        return f"<Recording {self.name!r} · {len(self.sentences)} sentences>"

    @property
    def text(self) -> str:
        """A line for each sentence."""
        return "\n".join(sentence.text for sentence in self.sentences)


def speakers(recordings: Iterable[Recording]) -> list[str]:
    """Those who speak, in the order in which they are first heard."""
    return list(
        dict.fromkeys(each.speaker for one in recordings for each in one.sentences if each.speaker)
    )


def renamed(recording: Recording, names: Mapping[str, str]) -> Recording:
    """The same recording with other names for its speakers."""
    changed = tuple(
        msgspec.structs.replace(each, speaker=names.get(each.speaker, each.speaker))
        for each in recording.sentences
    )
    return msgspec.structs.replace(recording, sentences=changed)


def held(recording: Recording, data: bytes) -> Recording:
    """The same recording with its sound in it, in the place of where that lay."""
    return msgspec.structs.replace(recording, place="", data=data)


def srt(sentences: Sequence[Sentence]) -> str:
    """SubRip subtitles. Raises `SettingsError` where no sentence has times."""
    named = _several(sentences)
    blocks = []
    for number, (each, begin, end) in enumerate(_timed(sentences), 1):
        who = f"{each.who}: " if named and each.who else ""
        span = f"{_clock(begin, ',')} --> {_clock(end, ',')}"
        blocks.append(f"{number}\n{span}\n{_lines(who + each.text)}\n")
    return "\n".join(blocks)


def vtt(sentences: Sequence[Sentence]) -> str:
    """WebVTT subtitles, speakers as voices. Raises `SettingsError` as `srt`."""
    blocks = ["WEBVTT\n"]
    for each, begin, end in _timed(sentences):
        text = each.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        # A voice's name ends at the bracket, and knows no escapes within a line of its own.
        who = "".join(c for c in each.who if c not in "<>&\n\r")
        voice = f"<v {who}>" if who else ""
        blocks.append(f"{_clock(begin, '.')} --> {_clock(end, '.')}\n{voice}{_lines(text)}\n")
    return "\n".join(blocks)


def frame(recordings: Sequence[Recording]) -> DataFrame:
    """A row for each sentence: file, start, end, speaker, text. Raises `SettingsError`."""
    try:
        import pandas as pd
    except ImportError:
        raise SettingsError(tr("to_frame needs pandas: pip install pandas.")) from None
    rows: list[dict[str, Any]] = [
        {
            "file": one.name,
            "start": each.start,
            "end": each.end,
            # The same in each language, as all of a frame.
            "speaker": f"Speaker {number}" if (number := _number(each.speaker)) else each.speaker,
            "text": each.text,
        }
        for one in recordings
        for each in one.sentences
    ]
    return pd.DataFrame(rows, columns=["file", "start", "end", "speaker", "text"])


def clock(seconds: float) -> str:
    """A moment as one reads it: ``0:07``, ``1:02:07``."""
    whole = int(seconds)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _several(sentences: Sequence[Sentence]) -> bool:
    return len({each.speaker for each in sentences if each.speaker}) > 1


def _timed(sentences: Sequence[Sentence]) -> list[tuple[Sentence, float, float]]:
    """
    Those with words, and when they are shown. A time that nobody told is that of the sentence
    before or behind: one without an end lasts until the next begins.
    """
    said = [
        (each, _moment(each.start), _moment(each.end))
        for each in sentences
        if any(map(str.isprintable, "".join(each.text.split())))
    ]
    if said and all(start is None and end is None for _, start, end in said):
        raise SettingsError(
            tr("No times are known of {text!r}: no subtitles of it.", text=said[0][0].text[:40])
        )
    following: list[float | None] = [None]
    for _, start, _ in reversed(said[1:]):
        following.append(following[-1] if start is None else start)
    found, before = [], 0.0
    for (each, start, told), then in zip(said, reversed(following), strict=False):
        begin = before if start is None else start
        # What ends before it begins, or at once, would never be seen.
        ends = (end for end in (told, then) if end is not None and end > begin)
        before = next(ends, begin + SHOWN)
        found.append((each, begin, before))
    return found


def _moment(seconds: float | None) -> float | None:
    return max(0.0, seconds) if seconds is not None and math.isfinite(seconds) else None


def _clock(seconds: float, point: str) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}{point}{rest % 1000:03}"


def _lines(text: str) -> str:
    # An empty line would end the cue, and an arrow would begin another.
    shown = "".join(" " if letter in _CONTROLS else letter for letter in text)
    return " ".join(shown.split()).replace("-->", "→")
