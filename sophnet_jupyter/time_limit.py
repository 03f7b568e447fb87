"""Time limits that do not count the time in which our own event loop stood still."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType

# A timer that is so many seconds late was not heard in time, and so was nothing else.
STILL = 0.1


class Limit:
    """What a limit has come to."""

    def __init__(self) -> None:
        self.passed = False
        """Whether it was this limit that ended what was waited for."""
        self._timer: asyncio.Handle | None = None

    def lift(self) -> None:
        """From now on there is no limit."""
        if self._timer:
            self._timer.cancel()


class within:  # noqa: N801 - used like asyncio.timeout, and named like it
    """
    Like `asyncio.timeout`, for what waits for others. Raises `TimeoutError`.

    ``left`` says at the end how many seconds there are after all, where a limit can grow.

    After a suspend, a SIGSTOP, or code that held the interpreter, what has come meanwhile and the
    end of the limit are due together. Then the limit gets the lost time back, and in all cases what
    has come is handed over first.

    A class, since each request enters several, and a generator with its context takes twice as
    long.
    """

    __slots__ = ("_left", "_limit", "_loop", "_seconds", "_told")

    def __init__(self, seconds: float | None, left: Callable[[], float] | None = None) -> None:
        self._seconds = seconds
        self._left = left
        self._limit: asyncio.Timeout | None = None
        self._told = Limit()

    async def __aenter__(self) -> Limit:
        if self._seconds is not None:
            self._loop = asyncio.get_running_loop()
            self._limit = asyncio.timeout(None)
            await self._limit.__aenter__()
            self._arm(max(0.0, self._seconds))
        return self._told

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._limit is not None:
            self._told.lift()
            self._told.passed = self._limit.expired()
            await self._limit.__aexit__(kind, error, traceback)

    def _arm(self, left: float) -> None:
        due = self._loop.time() + left
        self._told._timer = self._loop.call_at(due, self._ring, due)

    def _ring(self, due: float) -> None:
        late = self._loop.time() - due
        if late > STILL and self._seconds is not None:
            self._arm(min(late, self._seconds))
        elif self._left is not None and (more := self._left()) > 0:
            self._arm(more)
        else:
            # One turn of the loop for whoever has been woken in this one.
            self._told._timer = self._loop.call_soon(self._strike)

    def _strike(self) -> None:
        if self._limit is not None:
            self._limit.reschedule(self._loop.time())


async def pause(seconds: float) -> None:
    """Wait until others had so many seconds to be heard; what the loop lost does not count."""
    with suppress(TimeoutError):
        async with within(seconds):
            await asyncio.get_running_loop().create_future()
