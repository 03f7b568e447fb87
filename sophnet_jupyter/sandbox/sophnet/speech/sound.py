"""Transcribe a file or a URL, with a script for what the sandbox cannot recognise."""

from __future__ import annotations

import tempfile
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from ...engines.sound import decoding, ears, recogniser

# "wav、mp3、m4a、flv、mp4、wma、3gp、amr、aac、ogg-opus、flac"
SUFFIXES = {
    *(".wav", ".mp3", ".m4a", ".flv", ".mp4", ".wma"),
    *(".3gp", ".amr", ".aac", ".ogg", ".opus", ".flac"),
}
LONGEST = 5 * 3600.0
LARGEST = 1 << 30
# With `small_limits` only so much of a recording is listened to.
LISTENED = 900.0
PIECE = 1 << 20
OWN_HOSTS = {"127.0.0.1", "localhost", "::1"}
NOT_FETCHED = "The sandbox fetches nothing from the internet: this transcript is a script."
TALK = (
    (NOT_FETCHED, 0),
    ("Good morning, can everybody hear me?", 1),
    ("Yes, we can, please go on.", 2),
    ("Thank you. Let us look at last week's figures.", 1),
    ("好的,我们开始吧。", 0),
    ("That is all for today.", 1),
)


class Failed(Exception):
    """Why a transcription came to nothing."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """A sentence with times in seconds, and the number of its speaker."""

    text: str
    start: float
    end: float
    speaker: int = 0


@dataclass(frozen=True, kw_only=True)
class Transcript:
    """A transcript, and the length of the sound in seconds."""

    said: Sequence[Line]
    seconds: float

    def lines(self) -> str:
        """The service's format: ``[0:5.840,0:6.690,0] text``, a line each."""
        return "".join(
            f"[{_moment(line.start)},{_moment(line.end)},{line.speaker}] {line.text}\n"
            for line in self.said
        )

    def text(self) -> str:
        """The format of the synchronous service: text without times."""
        return "".join(f"{line.text}\n" for line in self.said)


def transcribed(path: Path, whisper: str = "", listened: float = LONGEST) -> Transcript:
    """
    The transcript of a file, by the ``whisper`` model of that name or by the small recogniser.

    Of a longer sound only so many seconds are ``listened`` to, and the end says so.
    Blocking. Raises `Failed` and `Missing`.
    """
    try:
        told = decoding.seconds(path)
        if told and told > LONGEST:
            raise Failed("the audio is longer than 5 hours")
        return _heard(path, whisper, listened)
    except decoding.Unreadable as error:
        raise Failed(str(error)) from None


def _heard(path: Path, whisper: str, listened: float) -> Transcript:
    hears, bytes_heard, found = ears.opened(whisper, partials=False), 0, []
    ears_open = True
    for block in decoding.pcm(path):
        bytes_heard += len(block)
        seconds = bytes_heard / 2 / recogniser.RATE
        if seconds > LONGEST:
            raise Failed("the audio is longer than 5 hours")
        if seconds <= listened:
            found += hears.feed(block)
        elif ears_open:
            ears_open = False
            found += hears.finish()
    if ears_open:
        found += hears.finish()
    lines: list[Line] = []
    speaker, last = 0, 0.0
    for said in found:
        if not said.final or said.end is None:
            continue
        # One who goes on after a pause of three seconds is taken for another.
        speaker = 1 - speaker if lines and said.start - last > 3 else speaker
        last = said.end
        lines.append(Line(text=said.text, start=said.start, end=said.end, speaker=speaker))
    seconds = bytes_heard / 2 / recogniser.RATE
    if seconds > listened:
        text = f"The sandbox listens to {listened / 60:.0f} minutes; the rest is not transcribed."
        lines.append(Line(text=text, start=listened, end=seconds, speaker=0))
    return Transcript(said=lines, seconds=round(seconds, 3))


def scripted(url: str) -> Transcript:
    """A plausible talk of three people, always the same, for an address out of reach."""
    lines, at = [], 0.6
    for text, speaker in TALK:
        length = round(0.6 + len(text) / 16, 3)
        lines.append(
            Line(text=text, start=round(at, 3), end=round(at + length, 3), speaker=speaker)
        )
        at += length + 0.45
    return Transcript(said=lines, seconds=round(at, 3))


def fetched(url: str) -> Path | None:
    """
    A file of this machine, copied to disk; None for an address elsewhere. Blocking.

    Raises `Failed`.
    """
    if urlsplit(url).hostname not in OWN_HOSTS:
        return None
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    path: Path | None = None
    try:
        with (
            opener.open(url, timeout=20) as answer,
            tempfile.NamedTemporaryFile(
                prefix="sophnet-sandbox-", suffix=suffix_of(url), delete=False
            ) as file,
        ):
            path = Path(file.name)
            size = 0
            while piece := answer.read(PIECE):
                size += len(piece)
                if size > LARGEST:
                    raise Failed("the audio is larger than 1 GB")
                file.write(piece)
            return path
    except (OSError, urllib.error.URLError, Failed) as error:
        if path:
            path.unlink(missing_ok=True)
        if isinstance(error, Failed):
            raise
        raise Failed("audio_url could not be fetched") from None


def suffix_of(name: str) -> str:
    """The ending of a file's name or of an address, in lower case with its dot."""
    path = urlsplit(name).path if "://" in name else name
    return PurePosixPath(path).suffix.lower()


def _moment(seconds: float) -> str:
    minutes, rest = divmod(round(seconds * 1000), 60_000)
    return f"{minutes}:{rest // 1000}.{rest % 1000:03}"
