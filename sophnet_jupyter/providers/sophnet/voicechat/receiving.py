"""
Dispatch the messages that a voice chat receives.

See docs/services/sophnet.md#voice-chat.
"""

from __future__ import annotations

from collections.abc import Callable

from ....events import Event, Notice
from ....language import tr
from ..messages import Message
from ..speech.live.connection import decode_sentence
from ..speech.live.repeats import Repeats
from ..voice.frame import is_frame
from .connection import VoiceChatConnection, is_refusal
from .keeping_open import InactivityTimer
from .signals import Replies, Signal
from .turn_taking import TurnTaking

_TAKEN = "input_audio_buffer.completed"
_COMPLETED = "conversation.chat.completed"
_CANCELED = "conversation.chat.canceled"


class Receiver:
    """
    Dispatches messages: text and sound to the answer, sentences to the turn, replies to their
    requests. ``put`` is called with all that a reader of the conversation should see.
    """

    def __init__(
        self,
        line: VoiceChatConnection,
        turns: TurnTaking,
        replies: Replies,
        inactivity: InactivityTimer,
        put: Callable[[Event | Signal], None],
    ) -> None:
        self._line, self._turns, self._replies = line, turns, replies
        self._inactivity, self._put = inactivity, put
        self._repeats = Repeats()
        self._told = 0

    async def run(self) -> None:
        """
        Read messages until the connection closes. Raises `LineClosed`, and `AnswerUnreadable`.
        """
        while True:
            self._take(await self._line.receive())

    def _take(self, message: Message) -> None:
        refusal = is_refusal(message)
        if "event_type" in message or refusal:
            self._take_signal(message, refusal=refusal)
        elif "choices" in message or is_frame(message):
            if self._turns.answer:
                self._inactivity.begin()
            self._put_all(self._turns.events(message))
        elif isinstance(message.get("text"), str):
            said = decode_sentence(message).transcript
            if self._repeats.is_one(said):
                return
            if said.final and said.text.strip():
                self._turns.understand(said.text)
            self._put(said)

    def _take_signal(self, message: Message, *, refusal: bool) -> None:
        status = message.get("status") or 0
        signal = Signal(
            name=str(message.get("event_type") or "error"),
            status=status if isinstance(status, int) else -1,
            message=self._line.scrub(str(message.get("message") or "")),
        )
        error = self._line.error(message) if refusal else None
        awaited = self._replies.deliver(signal, error)
        if error and not awaited and self._turns.answer and signal.name != _CANCELED:
            self._turns.answer.failed = error
        if signal.name == _TAKEN:
            self._turns.confirm()
            # Without times, the same words are another turn's from here on.
            self._repeats = Repeats()
        if signal.name != "pong":
            self._put(signal)
        if signal.name == _COMPLETED:
            if last := self._turns.end():
                self._inactivity.end()
                last[:0] = self._unreadable()
            self._put_all(last)

    def _unreadable(self) -> list[Event]:
        """A notice about messages that could not be read since the last one."""
        lost, self._told = self._line.unreadable - self._told, self._line.unreadable
        text = tr(
            "Messages of the service that could not be read, and are left out: {lost}.", lost=lost
        )
        return [Notice(text=text)] if lost > 0 else []

    def _put_all(self, events: list[Event]) -> None:
        for event in events:
            self._put(event)
