"""
One answer of a voice chat: text and sound, which arrive mixed.

See docs/services/sophnet.md#chat-with-voice; docs/services/sophnet.md#voice-chat.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from ....errors import SophNetError
from ....events import Event, Finished, Notice, Usage
from ....language import tr
from ..chat.chunk import ChatDecoder, Cite, as_it_is
from ..chat.reading import last_events
from ..chat.voiced import UNSAID
from ..voice.frame import Frames, is_frame

Stage = Literal["asked", "answering", "cancelling"]


class Round:
    """
    The state of one answer.

    ``asked`` until the service has taken the turn, ``cancelling`` from our cancel on: what still
    comes then belongs to nobody, and is counted as ``late``. ``cite`` is that of `ChatDecoder`.
    """

    def __init__(self, cite: Cite = as_it_is) -> None:
        self.stage: Stage = "asked"
        self.failed: SophNetError | None = None
        self.late = 0
        self._words = ChatDecoder(cite=cite)
        self._sound = Frames()
        self._usage = Usage()

    def events(self, message: dict[str, Any]) -> list[Event]:
        """The events of a text chunk or a sound frame. Raises `AnswerUnreadable`."""
        if self.stage == "cancelling":
            self.late += 1
            return []
        self.stage = "answering"
        if is_frame(message):
            found = self._sound.events(message)
        else:
            found = self._words.events(message, "delta")
        return [self._joined(event) if isinstance(event, Usage) else event for event in found]

    def end(self) -> list[Event]:
        """The last events, once the service says that the round is over."""
        if self.stage == "cancelling":
            return [Finished(reason="canceled", ending="stopped")]
        if self.failed:
            return [Finished(reason="error", ending="failed")]
        if not self._words.reason and self._sound.finished:
            # The sound is said to be whole, so that the words are.
            self._words.endings.add_reason("stop")
        last = last_events(self._words, done=False)
        whole = isinstance(last[-1], Finished) and last[-1].ending == "complete"
        if whole and not (self._sound.finished and self._sound.heard):
            last.insert(-1, Notice(text=tr(UNSAID)))
        return last

    def _joined(self, usage: Usage) -> Usage:
        """The usage of both: tokens and characters come separately."""
        if usage.characters is not None:
            self._usage = msgspec.structs.replace(self._usage, characters=usage.characters)
        else:
            self._usage = msgspec.structs.replace(usage, characters=self._usage.characters)
        return self._usage
