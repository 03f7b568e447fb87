"""A transcription below its cell: progress first, then a player with its sentences."""

from __future__ import annotations

from typing import Any

from ...response import Response
from ...views.answer import Context
from ...views.answer.answer import closing, closing_words
from ...views.live.progress import LiveProgress
from .follow import Following


class Transcribing(Following):
    """Progress, replaced by a player with the transcript where widgets are available."""

    def _draw(self, response: Response, context: Context) -> None:
        live = isinstance(self._view, LiveProgress) and not self.in_background
        players = _players(response) if live and response.ending == "complete" else []
        if not players:
            super()._draw(response, context)
            return
        # The place of the progress is above the players, and the line on the answer stands last.
        self._publish({"text/html": "", "text/plain": ""})
        for player in players:
            player._ipython_display_()
        said = {
            "text/html": closing(response, context),
            "text/plain": closing_words(response, context),
        }
        self._cell.publish(said)


def _players(response: Response) -> list[Any]:
    """Live players, where widgets are installed and the sound is at hand."""
    if not response.sentences:
        return []
    try:
        from ...widgets.playing.transcript_player import TranscriptPlayer
    except ImportError:
        return []
    return [
        TranscriptPlayer(response, number, footer=False)
        for number, recording in enumerate(response.recordings)
        if recording.sentences
    ]
