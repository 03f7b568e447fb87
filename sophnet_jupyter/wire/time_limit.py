"""Time limits that do not count the time in which our own event loop stood still."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

# A timer that is so many seconds late was not heard in time, and so was nothing else.
STILL = 0.1


@asynccontextmanager
async def within(
    seconds: float | None, left: Callable[[], float] | None = None
) -> AsyncIterator[None]:
    """
    Like `asyncio.timeout`, for what waits for others. Raises `TimeoutError`.

    ``left`` says at the end how many seconds there are after all, where a limit can grow.

    After a suspend, a SIGSTOP, or code that held the interpreter, what has come meanwhile and the
    end of the limit are due together. Then the limit gets the lost time back, and in all cases what
    has come is handed over first.
    """
    if seconds is None:
        yield
        return
    loop = asyncio.get_running_loop()
    timers: list[asyncio.Handle] = []

    def arm(left: float) -> None:
        due = loop.time() + left
        timers[:] = [loop.call_at(due, ring, due)]

    def ring(due: float) -> None:
        late = loop.time() - due
        if late > STILL:
            arm(min(late, seconds))
        elif left is not None and (more := left()) > 0:
            arm(more)
        else:
            # One turn of the loop for whoever has been woken in this one.
            timers[:] = [loop.call_soon(limit.reschedule, loop.time())]

    async with asyncio.timeout(None) as limit:
        arm(max(0.0, seconds))
        try:
            yield
        finally:
            timers[0].cancel()
