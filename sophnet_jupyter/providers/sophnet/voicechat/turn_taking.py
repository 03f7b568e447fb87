"""
The turns of a voice chat: the user's, and the model's.

See docs/services/sophnet.md#voice-chat.
"""

from __future__ import annotations

import asyncio

from ....errors import SettingsError
from ....events import Event
from ....language import tr
from ..chat.chunk import Cite, as_it_is
from ..messages import Message
from .round import Round


class TurnTaking:
    """
    The state of the user's turn, and of the answer after it.

    ``heard`` are the final sentences of the turn that goes on, or of the one that is being
    answered; ``sounded`` is whether any sound was sent; ``answer`` is the one that comes;
    ``rounds`` counts those that are over, and ``stray`` the frames that came outside of theirs.
    """

    def __init__(self, cite: Cite = as_it_is) -> None:
        self._cite = cite
        self.heard: list[str] = []
        self.sounded = False
        self.answer: Round | None = None
        self.rounds = self.stray = 0
        self._turn_over = False
        self._at_rest = asyncio.Event()
        self._at_rest.set()

    @property
    def unanswered(self) -> list[str]:
        """The final sentences of the current turn; empty before the first one."""
        return [] if self._turn_over else self.heard

    def understand(self, sentence: str) -> None:
        """Append a final sentence to the current turn."""
        self._begin()
        self.heard.append(sentence)

    def clear(self) -> None:
        """Drop the sentences of the current turn."""
        self.heard = []

    def hand_over(self) -> None:
        """End the user's turn and expect an answer. Raises `SettingsError`."""
        if self.answer:
            raise SettingsError(tr("An answer is still coming: cancel it, or wait for its end."))
        if not self.sounded:
            raise SettingsError(tr("There is nothing to answer yet: send some sound first."))
        self._begin()
        self.answer = Round(self._cite)
        self._at_rest.clear()

    def break_off(self) -> bool:
        """Cancel the answer; the rest of it is dropped. False where there is none to cancel."""
        if self.answer is None or self.answer.stage == "cancelling":
            return False
        self.answer.stage = "cancelling"
        return True

    def confirm(self) -> None:
        """The service confirms the end of the turn."""
        if self.answer and self.answer.stage == "asked":
            self.answer.stage = "answering"

    def events(self, message: Message) -> list[Event]:
        """The events of a part of the answer. Raises `AnswerUnreadable`."""
        if self.answer is None:
            self.stray += 1
            return []
        return self.answer.events(message)

    def end(self) -> list[Event]:
        """End the answer: its last events; none where it had ended."""
        ended = self.answer
        if ended is None or (ended.stage == "asked" and not ended.failed):
            # Said twice: of the round before this one, which the service has not even taken.
            return []
        self.answer, self._turn_over = None, True
        self.stray += ended.late
        self.rounds += 1
        self._at_rest.set()
        return ended.end()

    def hang_up(self) -> None:
        """The connection is closed: no answer will come."""
        self._at_rest.set()

    async def rested(self) -> None:
        """Wait until no answer is coming."""
        while not self._at_rest.is_set():
            await self._at_rest.wait()

    def _begin(self) -> None:
        """Start a new turn; the sentences of the last one are kept until here."""
        if self._turn_over:
            self._turn_over, self.heard = False, []
