"""
Protocol messages about a conversation, and the requests that wait for them.

See docs/services/sophnet.md#voice-chat.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import NamedTuple

import msgspec

from ....errors import ServiceError, SophNetError, TimedOut
from ....time_limit import within
from .. import access
from .connection import VoiceChatConnection


class Signal(msgspec.Struct, frozen=True, kw_only=True):
    """
    A protocol message about the conversation: ``name`` is its ``event_type``.

    ``status`` is not 0 where it refuses or regrets something, and ``message`` says what.
    """

    name: str
    status: int = 0
    message: str = ""


class _Ask(NamedTuple):
    """A request that waits for its reply."""

    reply: str
    future: asyncio.Future[Signal]


class Replies:
    """Matches replies to the requests that wait for them, ``within`` so many seconds."""

    def __init__(self, within: float) -> None:
        self._within = within
        self._asks: deque[_Ask] = deque()

    async def ask(self, line: VoiceChatConnection, event: str, reply: str, **facts: str) -> Signal:
        """
        Send a request, and return its reply.

        Raises `ServiceError` where it is refused, `TimedOut`, and what ended the line.
        """
        ask = _Ask(reply, asyncio.get_running_loop().create_future())
        self._asks.append(ask)
        try:
            async with within(self._within):
                await line.tell(event, **facts)
                return await ask.future
        except TimeoutError:
            seconds = self._within
            raise TimedOut(service=access.SERVICE, limit="reply", seconds=seconds) from None
        finally:
            if ask in self._asks:
                self._asks.remove(ask)

    def deliver(self, signal: Signal, refusal: ServiceError | None) -> bool:
        """Give a message to the first request that waits for it. False if none does."""
        name = signal.name
        asked = next((ask for ask in self._asks if ask.reply == name or name == "error"), None)
        if asked is None:
            return False
        self._asks.remove(asked)
        if not asked.future.done():
            if refusal:
                asked.future.set_exception(refusal)
            else:
                asked.future.set_result(signal)
        return True

    def give_up(self, error: SophNetError | None) -> None:
        """Fail all waiting requests with this error."""
        for ask in self._asks:
            if not ask.future.done() and error:
                ask.future.set_exception(error)
            ask.future.cancel()
