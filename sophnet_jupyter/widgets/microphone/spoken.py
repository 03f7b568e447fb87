"""Sentences as subtitles and HTML."""

from __future__ import annotations

from collections.abc import Sequence

from ...events import Transcript
from ...values import transcript
from ...views.safe.control_characters import plain as plain_text
from ...views.safe.look import one_line
from ...views.safe.maths import inert


def clock(said: Transcript) -> str:
    return transcript.clock(said.begin / 1000)


def srt(sentences: Sequence[Transcript]) -> str:
    """Subtitles in SubRip format. A sentence without an end lasts until the next one."""
    return transcript.srt(
        [
            transcript.Sentence(
                text=said.text,
                start=said.begin / 1000,
                end=None if said.end is None else said.end / 1000,
            )
            for said in sentences
        ]
    )


def html(sentences: Sequence[Transcript], title: str) -> str:
    """Static HTML for untrusted notebooks."""
    rows = "".join(
        f'<tr><td style="opacity:.6;text-align:right;vertical-align:top">{clock(said)}</td>'
        f'<td style="text-align:left">{inert(plain_text(said.text))}</td></tr>'
        for said in sentences
    )
    return f"<b>{inert(plain_text(title))}</b><table>{rows}</table>"


def plain(sentences: Sequence[Transcript]) -> str:
    return "\n".join(f"{clock(said):>7}  {one_line(said.text)}" for said in sentences)
