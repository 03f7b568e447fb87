"""A transcript: the sound, and its sentences with times and speakers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ...files.kinds import HEAD, sniff
from ...files.wrapped import unwrapped
from ...language import tr
from ...values.transcript import Recording, Sentence, clock, speakers
from ..safe.control_characters import plain
from ..safe.look import FAINT, SMALL, one_line, words
from ..safe.maths import inert
from . import audio
from .shelf import BUDGET, fits, link

# Their contrast is above 4 on white and on JupyterLab's dark ground.
COLOURS = ("#2b7bd4", "#b8651b", "#148c6e", "#a34fc4", "#d1416b", "#7a7a2a")
# So many rows are open in a saved notebook; the others are behind a line.
ROWS = 200
# In little room the words go below the name.
_ROW = "display:flex;flex-wrap:wrap;gap:0 10px;margin:2px 0;align-items:baseline"
_TIME = f"{FAINT};font-family:monospace;min-width:40px;text-align:right"
_WHO = "border-left:3px solid {};min-width:92px;padding-left:7px;font-weight:600"


def shown(recordings: Sequence[Recording]) -> str:
    """Each recording's player and sentences, as HTML for any notebook."""
    return "".join(_recording(one, alone=len(recordings) == 1) for one in recordings)


def in_words(recordings: Sequence[Recording]) -> str:
    """The same in words, a line for each sentence."""
    pieces = []
    for one in recordings:
        lines = [_line(each) for each in one.sentences]
        head = [f"{one_line(one.name)}:"] if len(recordings) > 1 else []
        pieces.append("\n".join([*head, *lines]))
    return "\n\n".join(filter(None, pieces))


def rows(sentences: Sequence[Sentence], colours: Mapping[str, str]) -> str:
    """Sentences, one below the other."""
    named = any(each.speaker for each in sentences)
    return "".join(_row(each, colours, named=named) for each in sentences)


def colours(recording: Recording) -> dict[str, str]:
    """A colour for each speaker, in the order in which they are first heard."""
    found = speakers([recording])
    return {who: COLOURS[number % len(COLOURS)] for number, who in enumerate(found)}


def sound_of(recording: Recording, most: int) -> bytes:
    """The bytes of a recording if they are available and at most ``most``; else empty."""
    return unwrapped(_bytes_of(recording, most))


def _bytes_of(recording: Recording, most: int) -> bytes:
    if recording.data:
        return recording.data if len(recording.data) <= most else b""
    path = Path(recording.place) if recording.place and "://" not in recording.place else None
    try:
        if path and path.is_file() and path.stat().st_size <= most:
            return path.read_bytes()
    except OSError:
        pass
    return b""


def mime_of(sound: bytes) -> str:
    """The MIME type by the first bytes; empty where it is unknown."""
    media = sniff(sound[:HEAD])
    return audio.played_as(media) if media else ""


def player(recording: Recording) -> str:
    """A player, with the sound embedded where it is small; else linked."""
    if (data := sound_of(recording, BUDGET)) and mime_of(data) and fits(data):
        return audio.player(data)
    if not recording.place:
        return audio.player(recording.data) if recording.data else ""
    where = recording.place
    if "://" not in where and not Path(where).is_absolute():
        return (
            f'<div style="{SMALL};{FAINT}">{tr("the sound is in {place}", place=link(where))}</div>'
        )
    said = tr("the sound is at {place}", place=words(where, 200))
    return f'<div style="{SMALL};{FAINT}">{said}</div>'


def _recording(recording: Recording, *, alone: bool) -> str:
    title = (
        "" if alone else f'<div style="margin:10px 0 4px"><b>{words(recording.name, 120)}</b></div>'
    )
    tints = colours(recording)
    first = rows(recording.sentences[:ROWS], tints)
    if left := recording.sentences[ROWS:]:
        first += (
            f'<details><summary style="{SMALL};{FAINT}">'
            f"{tr('{count:,} more sentences', count=len(left))}</summary>"
            f"{rows(left, tints)}</details>"
        )
    body = f'<div style="margin:6px 0;max-width:820px">{first}</div>' if first else ""
    return title + player(recording) + body


def _row(sentence: Sentence, tints: Mapping[str, str], *, named: bool) -> str:
    moment = "" if sentence.start is None else clock(sentence.start)
    who = ""
    if named:
        colour = tints.get(sentence.speaker, "rgba(128,128,128,.5)")
        who = f'<span style="{SMALL};{_WHO.format(colour)}">{words(sentence.who, 40)}</span>'
    return (
        f'<div style="{_ROW}"><span style="{SMALL};{_TIME}">{moment}</span>{who}'
        f'<span style="flex:1 1 200px">{inert(plain(sentence.text))}</span></div>'
    )


def _line(sentence: Sentence) -> str:
    moment = "" if sentence.start is None else f"[{clock(sentence.start)}] "
    who = f"{sentence.who}: " if sentence.speaker else ""
    # A line each: what was said cannot look like another sentence.
    return f"{moment}{one_line(f'{who}{sentence.text}')}"
