"""
The connection of a voice chat, with the tasks that read it and keep it open.

See docs/services/sophnet.md#voice-chat.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Literal

from ....errors import SettingsError, SophNetError, TimedOut
from ....events import Event, Started
from ....language import tr
from ....wire.websocket import Sockets
from .. import access
from ..chat.chunk import Cite, as_it_is
from ..speech.live.mailbox import Mailbox
from .connection import VoiceChatConnection
from .keeping_open import InactivityTimer, Sleep, keep_open
from .limits import VoiceChatLimits
from .receiving import Receiver
from .signals import Replies, Signal
from .turn_taking import TurnTaking

State = Literal["new", "listening", "answering", "cancelling", "closed"]


class HeldLine:
    """
    A connection from open to close: one task reads it, and another one keeps it open.

    What comes is in ``mailbox``, whose turn it is in ``turns``, what ended the line in ``error``.
    ``silence`` gives the sound that is sent where nobody speaks; none where it is empty.
    """

    def __init__(
        self,
        limits: VoiceChatLimits,
        silence: Callable[[], bytes],
        sleep: Sleep,
        cite: Cite = as_it_is,
    ) -> None:
        self.line: VoiceChatConnection | None = None
        self.closed = False
        self.turns = TurnTaking(cite)
        self.mailbox: Mailbox[Event | Signal] = Mailbox()
        self.inactivity = InactivityTimer(limits.silence, self._time_out)
        self._limits, self._silence, self._sleep = limits, silence, sleep
        self._replies = Replies(limits.reply)
        self._error: SophNetError | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._sound_at = 0.0

    @property
    def state(self) -> State:
        if self.closed:
            return "closed"
        if self.line is None:
            return "new"
        if self.turns.answer is None:
            return "listening"
        return "cancelling" if self.turns.answer.stage == "cancelling" else "answering"

    async def open(self, sockets: Sockets, path: str, query: Mapping[str, str]) -> None:
        """Raises as `VoiceChatConnection.open` does, and `SettingsError` the second time."""
        if self.line or self.closed:
            raise SettingsError(tr("A voice chat is connected once: connect another one."))
        line = self.line = await VoiceChatConnection.open(
            sockets, path, query, within=self._limits.created
        )
        model = query.get("model", "")
        start = Started(
            service=access.SERVICE, model=model, sandbox=line.sandbox, engine=line.engine
        )
        self.mailbox.put(start)
        keeping = keep_open(line, self._limits, self._send_silence, self._sleep)
        self._tasks = [asyncio.create_task(self._receive(line)), asyncio.create_task(keeping)]

    def opened(self) -> VoiceChatConnection:
        """The open connection. Raises what ended it, and `SettingsError` where it is not open."""
        self.check()
        if self.line is None or self.closed:
            raise SettingsError(tr("The voice chat is not connected: use it in an async with."))
        return self.line

    def check(self) -> None:
        """Raise the error that ended the connection, if it has ended."""
        if self._error:
            raise self._error

    async def send(self, sound: bytes) -> None:
        """Send sound. Raises as `opened` does."""
        line = self.opened()
        self.turns.sounded = True
        self._sound_at = asyncio.get_running_loop().time()
        await line.socket.send(sound)

    async def ask(self, event: str, reply: str, **facts: str) -> Signal:
        """Send an event, and return its reply. Raises as `opened` and `Replies.ask` do."""
        return await self._replies.ask(self.opened(), event, reply, **facts)

    async def ping(self) -> float:
        """The round-trip time in seconds. Raises as `ask` does."""
        clock = asyncio.get_running_loop().time
        begin = clock()
        await self.ask("ping", "pong")
        return clock() - begin

    async def aclose(self) -> None:
        """Close the connection."""
        self.closed = True
        self.mailbox.close()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        if self.line:
            await self.line.socket.aclose()

    async def _receive(self, line: VoiceChatConnection) -> None:
        put = self.mailbox.put
        try:
            await Receiver(line, self.turns, self._replies, self.inactivity, put).run()
        except SophNetError as error:
            self._error = self._error or error
        finally:
            self.closed = True
            self.inactivity.end()
            self._replies.give_up(self._error)
            self.mailbox.close()
            self.turns.hang_up()

    async def _send_silence(self) -> None:
        """Send silence where nobody has spoken for long, and no answer is coming."""
        quiet = asyncio.get_running_loop().time() - self._sound_at >= self._limits.idle * 0.9
        waits = self.turns.sounded and self.turns.answer is None
        if waits and quiet and (silence := self._silence()):
            await self.send(silence)

    def _time_out(self) -> None:
        seconds = self._limits.silence
        self._error = TimedOut(service=access.SERVICE, limit="between-chunks", seconds=seconds)
        for task in self._tasks:
            task.cancel()
