"""The line of a voice conversation, which outlives a single connection."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine
from typing import Any

from ...errors import LineClosed, SophNetError, TimedOut, Unreachable

# How often a line that broke is opened again before we give up, and the longest wait in seconds.
ATTEMPTS, LONGEST_WAIT = 5, 5.0
Work = Callable[[Any], Coroutine[Any, Any, None]]


class VoiceLine:
    """
    Opens a connection, and another whenever one breaks or is to be renewed.

    ``connect`` makes a session that is not open yet, ``opened`` is called once it is, ``broke``
    when it is gone and another one is wanted: with the error, or with None where it is renewed.
    ``came_so_far`` counts what has come of all lines; one that brought anything was no failure.
    """

    def __init__(
        self,
        connect: Callable[[], Any],
        *,
        opened: Callable[[], None],
        broke: Callable[[SophNetError | None], None],
        came_so_far: Callable[[], int],
        sleep: Callable[[float], Coroutine[Any, Any, None]] = asyncio.sleep,
    ) -> None:
        self.session: Any = None
        """The last one that was opened; None before that, and when all is over."""
        self._connect, self._opened, self._broke = connect, opened, broke
        self._came_so_far, self._sleep = came_so_far, sleep
        self._renewed, self._hung_up = asyncio.Event(), asyncio.Event()

    def hang_up(self) -> None:
        """Close the line, also while a connection is being opened, or waited for."""
        self._hung_up.set()

    def renew(self) -> None:
        """Reconnect, with the settings as they are now."""
        self._renewed.set()

    async def hold(self, read: Work, speak: Work) -> None:
        """
        Send and receive, on one session after the other, until the conversation ends.

        Raises what ends the first session before it began, what ended the last of `ATTEMPTS`
        that failed in a row, and everything that is no matter of the line.
        """
        keeping = asyncio.create_task(self._keep_up(read, speak))
        hanging_up = asyncio.create_task(_come(self._hung_up))
        try:
            if keeping in await _first({keeping, hanging_up}):
                keeping.result()
        finally:
            self.session = None
            self._hung_up.clear()

    async def _keep_up(self, read: Work, speak: Work) -> None:
        failed = 0
        while True:
            before = self._came_so_far()
            self._renewed.clear()
            try:
                async with self._connect() as self.session:
                    self._opened()
                    if await self._converse(read, speak):
                        return
                self._broke(None)
                failed = 0
            except (LineClosed, Unreachable, TimedOut) as error:
                failed = 1 if self._came_so_far() > before else failed + 1
                if failed >= ATTEMPTS or self.session is None:
                    raise
                self._broke(error)
                await self._sleep(min(LONGEST_WAIT, 2.0**failed / 4) * random.uniform(0.5, 1))

    async def _converse(self, read: Work, speak: Work) -> bool:
        """Run one session; False where another one is wanted."""
        reading = asyncio.create_task(read(self.session))
        speaking = asyncio.create_task(speak(self.session))
        renewing = asyncio.create_task(_come(self._renewed))
        done = await _first({reading, speaking, renewing})
        if renewing in done:
            return False
        for task in done:
            task.result()
        return speaking in done


async def _come(event: asyncio.Event) -> None:
    await event.wait()


async def _first(tasks: set[asyncio.Task[None]]) -> set[asyncio.Task[None]]:
    """The tasks that finish first; the others are cancelled and awaited."""
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return done
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
