"""
A voice chat session: its protocol rules, and events in both directions.

See docs/services/sophnet.md#voice-chat.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import replace
from typing import Any, Self, Unpack

from ....errors import SettingsError
from ....events import Event, Finished
from ....language import tr
from ....options.voicechat import VoiceChatOptions
from ....options.words import checks_keywords, shows_options
from ....response import Response, settle
from ....wire.held import held
from ....wire.websocket import Sockets
from ..audio_format import check
from ..chat.chunk import Cite, as_it_is
from ..speech.live.source import Samples, paced
from .held_line import HeldLine, State
from .keeping_open import Sleep
from .limits import VoiceChatLimits
from .setup import Setup
from .signals import Signal

__all__ = ["Signal", "VoiceChatLimits", "VoiceChatSession"]


@checks_keywords("session")
class VoiceChatSession:
    """
    Talk to a model, and hear it answer.

        async with client.voicechat.connect("DeepSeek-V3.2", system="Be brief.") as talk:
            await talk.play("question.wav")
            response = await talk.answer()

    Or event by event, with sound from anywhere: `send` it, end the turn with `complete`, break an
    answer off with `cancel`, and read what happens with ``async for event in talk``: `Transcript`,
    `TextDelta`, `AudioChunk` and so on, `Finished` at the end of each round, and a `Signal` for
    each word of the service about the conversation itself.

    The client ends a turn; the service does not listen for a silence. Events that are not allowed
    just now raise `SettingsError`, and nothing is sent.
    """

    def __init__(
        self,
        sockets: Sockets,
        path: str,
        query: Mapping[str, str],
        setup: Setup,
        *,
        limits: VoiceChatLimits | None = None,
        sleep: Sleep = asyncio.sleep,
        cite: Cite = as_it_is,
    ) -> None:
        self.setup = setup
        self._sockets, self._path, self._query = sockets, path, dict(query)
        self._sleep = sleep
        limits = limits or VoiceChatLimits()
        self._held = HeldLine(limits, lambda: self.setup.silence, sleep, cite)
        self._turns = self._held.turns

    def __repr__(self) -> str:
        return tr(
            "<voice chat with {model}, {state}, {rounds} rounds>",
            model=self._query.get("model"),
            state=tr(self.state),
            rounds=self.rounds,
        )

    @property
    def state(self) -> State:
        return self._held.state

    @property
    def heard(self) -> list[str]:
        """The final sentences of the current turn, or of the one being answered."""
        return self._turns.heard

    @property
    def question(self) -> str:
        """The recognised text of the current turn, or of the last one that was answered."""
        return " ".join(self._turns.heard)

    @property
    def unanswered(self) -> str:
        """The recognised text of the current turn; empty before its first sentence."""
        return " ".join(self._turns.unanswered)

    @property
    def rounds(self) -> int:
        """The number of finished answers."""
        return self._turns.rounds

    @property
    def stray(self) -> int:
        """The number of frames dropped because they came outside of their answer."""
        return self._turns.stray

    async def __aenter__(self) -> Self:
        await self._held.open(self._sockets, self._path, self._query)
        try:
            await self.update()
        except BaseException:
            await self.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    @shows_options(VoiceChatOptions, Setup)
    async def update(self, **changes: Unpack[VoiceChatOptions]) -> None:
        """
        Change fields of the `Setup`. Allowed until the first sound is sent.

        Raises `SettingsError` after that, and `ServiceError` for what the service refuses.
        """
        if self._turns.sounded:
            raise SettingsError(
                tr("The setup is frozen since the first sound was sent: connect anew to change it.")
            )
        setup = replace(self.setup, **changes)
        await self._held.ask("chat.update", "chat.updated", message=setup.message())
        self.setup = setup

    async def send(self, data: bytes) -> None:
        """
        Send ``data``, sound in the setup's format. Raises what ended the connection.

        Raises `SettingsError` for sound that does not begin as its format does.
        """
        if data and not self._turns.sounded:
            check(self.setup.format, data)
        await self._held.send(data)

    async def play(self, source: Any, *, pace: float = 1.0) -> Samples:
        """
        Send a ``source`` (a file, an array, samples or a `Samples`) as if it were spoken now.

        ``pace=2`` is twice as fast as that, ``pace=0`` sends at full speed. Raises `SettingsError`,
        also for another sampling rate.
        """
        sound = await asyncio.to_thread(self.setup.samples, source)
        in_time = paced(sound, self.setup.frame, pace=pace, sleep=self._sleep)
        async with held(in_time) as pieces:
            async for piece in pieces:
                await self.send(piece)
        return sound

    async def complete(self) -> None:
        """End the turn: what was recognised becomes the question. Raises `SettingsError`."""
        line = self._held.opened()
        self._turns.hand_over()
        self._held.inactivity.begin()
        await line.tell("input_audio_buffer.complete")

    async def cancel(self) -> bool:
        """
        Cancel the answer. False where there is none. Frames of it that still come are dropped.
        """
        line = self._held.opened()
        if not self._turns.break_off():
            return False
        await line.tell("conversation.chat.cancel")
        return True

    async def clear(self) -> None:
        """Drop the sound and the text of the current turn. Raises `SettingsError`."""
        if not self._turns.sounded:
            raise SettingsError(tr("There is nothing to clear: no sound was sent yet."))
        await self._held.ask("input_audio_buffer.clear", "input_audio_buffer.cleared")
        self._turns.clear()

    async def forget(self) -> None:
        """Clear the model's memory of earlier rounds; its instructions stay."""
        await self._held.ask("conversation.clear", "conversation.cleared")

    async def ping(self) -> float:
        """The round-trip time in seconds. Pings are also sent automatically while the loop runs."""
        return await self._held.ping()

    async def rested(self) -> None:
        """Wait until no answer is coming. Raises what ended the connection."""
        await self._turns.rested()
        self._held.check()

    async def answer(self) -> Response:
        """
        End the turn, and return the whole answer: `Response.text` and `Response.audio`.

        Raises `ServiceError` when the service gives the answer up; the conversation goes on then.
        """
        return await settle(self.stream())

    async def stream(self) -> AsyncGenerator[Event, None]:
        """End the turn, and yield the events of its answer. Leaving early cancels it."""
        await self.complete()
        asked = self._turns.answer
        try:
            async for event in self:
                if not isinstance(event, Signal):
                    yield event
                if isinstance(event, Finished):
                    break
        finally:
            if asked is self._turns.answer and not self._held.closed:
                await self.cancel()
        if asked and asked.failed:
            raise asked.failed

    async def __aiter__(self) -> AsyncGenerator[Event | Signal, None]:
        """Events, until the line is closed. One reader at a time. Raises what ended the line."""
        async with held(self._held.mailbox.read()) as events:
            async for event in events:
                yield event
        self._held.check()

    async def aclose(self) -> None:
        """Close the connection."""
        await self._held.aclose()
