"""A recording with its transcript: the spoken sentence is marked, a click jumps to it."""

from __future__ import annotations

from typing import Any

from traitlets import Unicode

from ...errors import SettingsError
from ...language import tr
from ...response import Response
from ...values.transcript import Recording
from ...views.answer import bundle
from ...views.media import transcript
from ...views.safe.look import one_line
from ..panel.frame import Height
from ..panel.panel import Panel

# A larger sound is not sent to the browser; its transcript can still be read and searched.
LARGEST = 64_000_000


class TranscriptPlayer(Panel):
    """
    Hear a recording and follow its sentences: click one to jump there, search, see who speaks.

    ``response`` is what `client.speech.transcribe` returned; of several recordings ``number`` says
    which, from 0. Without ``footer`` its still form lacks the line on how the answer ended.

    Raises `SettingsError` for a response without a transcript.
    """

    file = "transcript_player"

    title = Unicode().tag(sync=True)

    def __init__(
        self,
        response: Response,
        number: int = 0,
        *,
        footer: bool = True,
        height: Height = "",
        layout: Any = None,
    ) -> None:
        if not 0 <= number < len(response.recordings):
            raise SettingsError(
                tr("There is no transcript in this response: client.speech makes one.")
            )
        self._response = response
        self._footer = footer
        self._recording: Recording = response.recordings[number]
        super().__init__(height=height, layout=layout, title=one_line(self._recording.name))

    def state(self) -> tuple[dict[str, Any], list[bytes]]:
        """All sentences, and the sound where it is at hand."""
        sound = transcript.sound_of(self._recording, LARGEST)
        return facts(self._recording, sound), [sound]

    def still(self) -> tuple[str, str]:
        recordings = (self._recording,)
        if not self._footer:
            return transcript.shown(recordings), transcript.in_words(recordings)
        only = Response(
            text=self._recording.text,
            recordings=recordings,
            sandbox=self._response.sandbox,
            timing=self._response.timing,
            notices=self._response.notices,
            ending=self._response.ending,
        )
        made = bundle(only)
        return made["text/html"], made["text/plain"]


def facts(recording: Recording, sound: bytes) -> dict[str, Any]:
    """What a view needs to show a recording whose ``sound`` is at hand, or empty."""
    colours = transcript.colours(recording)
    sentences = [
        {
            "text": one_line(each.text),
            "start": each.start,
            "end": each.end,
            "who": one_line(each.who),
            "colour": colours.get(each.speaker, ""),
        }
        for each in recording.sentences
    ]
    return {
        "sentences": sentences,
        "mime": transcript.mime_of(sound),
        "place": one_line(recording.place),
    }
