"""The static form of a voice conversation in a saved notebook."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence

from ...language import mark, tr
from ...views.media.shelf import fits
from ...views.safe.control_characters import plain as plain_text
from ...views.safe.markdown import render
from ...views.safe.maths import inert
from .turn import Turn

EMPTY = mark("A voice chat. Run its cell, press Start, and speak.")
_ENDINGS = {
    "stopped": mark("interrupted"),
    "incomplete": mark("the answer is not whole"),
    "failed": mark("no answer"),
}


def html(turns: Sequence[Turn], title: str) -> str:
    """Static HTML for untrusted notebooks."""
    if not turns:
        return f"<i>{tr(EMPTY)}</i>"
    sounds = fits(*(turn.audio for turn in turns), *(turn.question_sound for turn in turns))
    rows = "".join(
        _row(tr("You"), _words(turn.question or "…"), "", _kept(turn.question_sound, sounds), "wav")
        + _row(
            tr("Answer"),
            render(turn.answer),
            _below(turn),
            _kept(turn.audio, sounds),
            turn.sound_kind,
        )
        for turn in turns
    )
    return f"<b>{inert(plain_text(title))}</b><table>{rows}</table>"


def plain(turns: Sequence[Turn]) -> str:
    if not turns:
        return tr(EMPTY)
    lines = []
    for turn in turns:
        lines.append("   " + tr("You: {indented}", indented=_indented(turn.question) or "…"))
        lines.append(
            tr("Answer: {indented}{noted}", indented=_indented(turn.answer), noted=_noted(turn))
        )
    return "\n".join(lines)


def _ended(turn: Turn) -> str:
    word = _ENDINGS.get(turn.ending or "", "")
    return word and tr(word)


def _indented(text: str) -> str:
    """Below its first line as far in, so that no line of it looks like another turn."""
    return plain_text(text).replace("\n", "\n" + " " * len(tr("Answer:") + " "))


def _words(text: str) -> str:
    return f'<div style="white-space:pre-wrap">{inert(plain_text(text))}</div>'


def _kept(sound: bytes, fit: bool) -> bytes:
    return sound if fit else b""


def _row(who: str, html: str, below: str, sound: bytes, kind: str) -> str:
    player = ""
    if sound:
        source = f"data:audio/{kind};base64,{b64encode(sound).decode()}"
        player = f'<div><audio controls preload="metadata" src="{source}"></audio></div>'
    note = f'<div style="opacity:.6">{inert(plain_text(below))}</div>' if below else ""
    return (
        f'<tr><td style="opacity:.6;text-align:right;vertical-align:top">{who}</td>'
        f'<td style="text-align:left">{html}'
        f"{note}{player}</td></tr>"
    )


def _below(turn: Turn) -> str:
    words = [_ended(turn), turn.error, turn.figures()]
    return " · ".join(filter(None, words))


def _noted(turn: Turn) -> str:
    note = _ended(turn)
    return f" [{note}]" if note else ""
