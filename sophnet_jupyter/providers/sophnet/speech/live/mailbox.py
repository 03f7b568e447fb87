"""An event queue between the task that receives and the task that reads."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from typing import Generic, TypeVar

from .....events import Transcript

Sent = TypeVar("Sent")


class Mailbox(Generic[Sent]):
    """A queue for one reader; a slow reader loses partial sentences, and nothing else."""

    def __init__(self) -> None:
        self._events: deque[Sent] = deque()
        self._arrived = asyncio.Event()
        self._closed = False

    def put(self, event: Sent) -> None:
        last = self._events[-1] if self._events else None
        # A partial sentence repeats the one before it: a slow reader loses nothing by this.
        if isinstance(last, Transcript) and not last.final and isinstance(event, Transcript):
            self._events.pop()
        self._events.append(event)
        self._arrived.set()

    def close(self) -> None:
        """Close the queue; what is in it can still be read."""
        self._closed = True
        self._arrived.set()

    async def read(self) -> AsyncGenerator[Sent, None]:
        """Yield events until the queue is closed and empty."""
        while True:
            while self._events:
                yield self._events.popleft()
            if self._closed:
                return
            self._arrived.clear()
            await self._arrived.wait()
