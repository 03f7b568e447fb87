"""One turn of a voice conversation: question, answer, and times."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ...events import Ending
from ...language import tr
from ...views.safe.control_characters import plain
from ...views.safe.markdown import render

if TYPE_CHECKING:
    from pandas import DataFrame

# Characters that a voice says in a second, until it has told by itself.
PACE, PACE_HAN = 15.0, 4.5
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")


@dataclass(slots=True, kw_only=True, eq=False)
class Turn:
    """
    A question and its answer. ``answer`` is what was heard of it, ``written`` all that had come.

    ``first_text`` and ``first_sound`` are seconds from the end of the speech, ``barge_in`` seconds
    from the onset of an interruption until it was silent, None where there was none.
    ``question_sound`` is a WAV and ``audio`` what the voice sent, both only if sound is kept.
    """

    question: str = ""
    answer: str = ""
    written: str = ""
    ending: Ending | None = None
    error: str = ""
    first_text: float | None = None
    first_sound: float | None = None
    barge_in: float | None = None
    played: float | None = None
    sound_kind: str = "mpeg"
    question_sound: bytes = field(default=b"", repr=False)
    audio: bytes = field(default=b"", repr=False)

    @property
    def interrupted(self) -> bool:
        return self.ending == "stopped"

    def cut(self, played: float, length: float, *, whole: bool, pace: float) -> None:
        """
        Keep of the answer what was heard: ``played`` of ``length`` seconds of sound.

        Where the sound is not yet ``whole``, nobody knows how much text it is, and the ``pace`` of
        the voice in characters a second decides.
        """
        count = len(self.written) * played / length if whole and length else played * pace
        self.answer = heard_part(self.written, count)
        self.played = played

    def figures(self) -> str:
        """Its times, in a line for readers."""
        parts = []
        for name, seconds in ((tr("text"), self.first_text), (tr("sound"), self.first_sound)):
            if seconds is not None:
                parts.append(tr("{name} after {seconds:.2f} s", name=name, seconds=seconds))
        if self.barge_in is not None:
            parts.append(
                tr("silent {barge_in:.0f} ms after you spoke", barge_in=self.barge_in * 1000)
            )
        return " · ".join(parts)

    def shown(self) -> dict[str, Any]:
        """What a view draws."""
        return {
            "question": plain(self.question),
            "answer": plain(self.answer),
            # Once nothing more comes: of one that was broken off, what was heard.
            "html": render(self.answer) if self.ending else "",
            "ending": self.ending or "",
            "error": plain(self.error),
            "figures": self.figures(),
            "has_sound": bool(self.audio and self.ending),
        }


def heard_part(text: str, count: float) -> str:
    """About the first ``count`` characters, up to the end of a word."""
    if count >= len(text):
        return text
    at = max(0, int(count))
    if at and text[at - 1 : at + 1].isascii():
        while at < len(text) and not text[at].isspace():
            at += 1
    return text[:at].rstrip()


def usual_pace(text: str) -> float:
    """The default speech rate of a text, until one is measured."""
    return PACE_HAN if len(_HAN.findall(text)) * 2 > len(text) else PACE


def frame(turns: Sequence[Turn]) -> DataFrame:
    """A row a turn. Raises `ImportError` where pandas is not installed."""
    from pandas import DataFrame

    names = ["question", "answer", "written", "ending", "error"]
    names += ["first_text", "first_sound", "barge_in", "played"]
    rows = [{name: getattr(turn, name) for name in names} for turn in turns]
    return DataFrame(rows, columns=names)
