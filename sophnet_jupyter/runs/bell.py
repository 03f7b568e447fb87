"""Waking those who wait for news of a run, each on its own event loop."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from threading import Lock

Waiter = tuple[asyncio.AbstractEventLoop, "asyncio.Future[None]"]


class Bell:
    """
    Wakes everybody who waits, from any thread.

    ``rung`` counts: who looks at it before it looks at what it waits for misses nothing.
    """

    def __init__(self) -> None:
        self.rung = 0
        self._waiting: set[Waiter] = set()
        self._lock = Lock()

    async def wait(self, since: int) -> None:
        """Until it rings; not at all where it has rung after ``since``."""
        if self.rung == since:
            await self.next(since)

    def next(self, since: int) -> asyncio.Future[None]:
        """Done once it has rung after ``since``: who waits for that needs no task of its own."""
        own = asyncio.get_running_loop()
        waiter = own, own.create_future()
        with self._lock:
            if self.rung != since:
                waiter[1].set_result(None)
            else:
                self._waiting.add(waiter)
        waiter[1].add_done_callback(lambda _: self._leave(waiter))
        return waiter[1]

    def _leave(self, waiter: Waiter) -> None:
        with self._lock:
            self._waiting.discard(waiter)

    def ring(self) -> None:
        with self._lock:
            self.rung += 1
            woken, self._waiting = self._waiting, set()
        if not woken:
            return
        try:
            own = asyncio.get_running_loop()
        except RuntimeError:
            own = None
        for loop, future in woken:
            if loop is own:
                _wake(future)
            else:
                with suppress(RuntimeError):  # that loop has closed, and who waited is gone
                    loop.call_soon_threadsafe(_wake, future)


def _wake(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
