"""Time limits that do not count the time in which our own event loop stood still."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

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


@asynccontextmanager
async def within(
    seconds: float | None, left: Callable[[], float] | None = None
) -> AsyncIterator[Limit]:
    """
    Like `asyncio.timeout`, for what waits for others. Raises `TimeoutError`.

    ``left`` says at the end how many seconds there are after all, where a limit can grow.

    After a suspend, a SIGSTOP, or code that held the interpreter, what has come meanwhile and the
    end of the limit are due together. Then the limit gets the lost time back, and in all cases what
    has come is handed over first.
    """
    told = Limit()
    if seconds is None:
        yield told
        return
    loop = asyncio.get_running_loop()

    def arm(left: float) -> None:
        due = loop.time() + left
        told._timer = loop.call_at(due, ring, due)

    def ring(due: float) -> None:
        late = loop.time() - due
        if late > STILL:
            arm(min(late, seconds))
        elif left is not None and (more := left()) > 0:
            arm(more)
        else:
            # One turn of the loop for whoever has been woken in this one.
            told._timer = loop.call_soon(strike)

    def strike() -> None:
        limit.reschedule(loop.time())

    async with asyncio.timeout(None) as limit:
        arm(max(0.0, seconds))
        try:
            yield told
        finally:
            told.lift()
            told.passed = limit.expired()


async def pause(seconds: float) -> None:
    """Wait until others had so many seconds to be heard; what the loop lost does not count."""
    with suppress(TimeoutError):
        async with within(seconds):
            await asyncio.get_running_loop().create_future()
