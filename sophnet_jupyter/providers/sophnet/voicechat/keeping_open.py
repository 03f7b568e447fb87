"""
Keep-alive and inactivity timeout of a voice chat's connection.

See docs/services/sophnet.md#voice-chat.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from ....errors import SophNetError
from .connection import VoiceChatConnection
from .limits import VoiceChatLimits

Sleep = Callable[[float], Coroutine[Any, Any, None]]


class InactivityTimer:
    """A timer: calls ``lost`` when an answer has been silent for so many ``seconds``."""

    def __init__(self, seconds: float, lost: Callable[[], None]) -> None:
        self._seconds, self._lost = seconds, lost
        self._end: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """Start or restart the timer."""
        self.end()
        self._end = asyncio.get_running_loop().call_later(self._seconds, self._lost)

    def end(self) -> None:
        """Stop the timer."""
        if self._end:
            self._end.cancel()


async def keep_open(
    line: VoiceChatConnection,
    limits: VoiceChatLimits,
    send_silence: Callable[[], Awaitable[None]],
    sleep: Sleep,
) -> None:
    """
    Ping at intervals until the connection closes, of which its reader learns.

    ``send_silence`` is awaited as often: it sends silence where nobody has spoken for long.
    """
    clock = asyncio.get_running_loop().time
    pinged = clock()
    tick = min(limits.ping, limits.idle)
    with contextlib.suppress(SophNetError):
        while True:
            await sleep(tick)
            if clock() - pinged >= limits.ping * 0.9:
                pinged = clock()
                await line.tell("ping")
            await send_silence()
