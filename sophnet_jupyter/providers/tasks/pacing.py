"""A rate limit for polling, shared by all tasks."""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_left, insort
from collections.abc import Awaitable, Callable
from contextlib import suppress

# Looks a second of all tasks together: one connection, and less than a hundredth of a core. A
# hundred tasks are then looked at every 33 seconds, one task whenever its own pace says.
RATE = 3.0


class PollPacing:
    """Schedules polls at least ``1 / rate`` seconds apart."""

    def __init__(
        self,
        rate: float = RATE,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._gap = 1 / rate
        self._clock = clock
        self._sleep = sleep
        self._taken: list[float] = []

    async def sleep(self, seconds: float) -> None:
        """Sleep for at least so many seconds, until the next free slot."""
        turn = self._free(self._clock() + seconds)
        insort(self._taken, turn)
        try:
            await self._sleep(max(0.0, turn - self._clock()))
        except BaseException:
            with suppress(ValueError):  # it has passed, and was forgotten
                self._taken.remove(turn)
            raise
        # A turn that was taken keeps its distance to the next one, and is then forgotten.
        del self._taken[: bisect_left(self._taken, self._clock() - self._gap)]

    def _free(self, turn: float) -> float:
        for taken in self._taken[bisect_left(self._taken, turn - self._gap) :]:
            if taken - turn >= self._gap:
                break
            turn = max(turn, taken + self._gap)
        return turn
