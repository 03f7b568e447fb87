"""
The two kinds of HTTP requests: for a whole response, and for a stream.

Knows bytes and status codes, no JSON and no service. Sending again is decided here, by `retry`.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from threading import Lock
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary, finalize

from ..errors import ConnectionLost, SophNetError, TimedOut, Unreachable
from .call import Call, Network, Origin, Reply
from .http.http import Pool
from .opened import Deadline, Opened, unreadable
from .retry import ANSWER, ATTEMPTS, LONGEST_WAIT, Budget, Retry, backoff
from .stream.stream import Opening

log = logging.getLogger(__name__)


class Wire:
    """Requests to one service, from any event loop: each has a pool of its own."""

    def __init__(
        self,
        origin: Origin,
        network: Network,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.origin = origin
        self.network = network
        self._sleep = sleep
        self._chance = chance
        self._now = now
        self._budget = Budget()
        self._pools: WeakKeyDictionary[asyncio.AbstractEventLoop, Pool] = WeakKeyDictionary()
        self._lock = Lock()
        # Where nobody closes us, our connections end with us and not at some later collection.
        finalize(self, _close_all, self._pools).atexit = False

    async def fetch(self, call: Call, *, retry: Retry, limit: int | None = None) -> Reply:
        """
        Send, and read the whole answer, whatever its status; a redirect is not followed.

        An answer of more than ``limit`` bytes is given up. Raises `Unreachable`, `TimedOut`,
        `ConnectionLost` or `AnswerUnreadable`.
        """
        opened = await self._open(call, retry, streaming=False)
        try:
            return await opened.whole(limit)
        finally:
            await opened.aclose()

    def stream(self, call: Call, *, retry: Retry = ANSWER) -> Opening:
        """
        ``async with`` this to send, and to be handed the answer as a `Stream` as it arrives.

        Leaving early closes the connection, which is how a service learns that nobody reads on.
        Nothing is sent again once this has handed over a stream.
        """
        return Opening(partial(self._open, call, retry, streaming=True))

    async def aclose(self) -> None:
        """Close the connections that the running loop has opened."""
        if pool := self._pools.pop(asyncio.get_running_loop(), None):
            await pool.aclose()

    def _pool(self) -> Pool:
        loop = asyncio.get_running_loop()
        with self._lock:
            if loop not in self._pools:
                # A pool keeps its loop alive through its sockets: the weak key alone frees nothing.
                for dead in [other for other in self._pools if other.is_closed()]:
                    del self._pools[dead]
                self._pools[loop] = Pool(self.origin, self.network)
            return self._pools[loop]

    async def _open(self, call: Call, retry: Retry, *, streaming: bool) -> Opened:
        """Send, and return the answer once its head has come."""
        deadline = Deadline(self.origin.service, self.network.total, self._now)
        return await deadline.limit(self._attempts(call, retry, deadline, streaming=streaming))

    async def _attempts(
        self, call: Call, retry: Retry, deadline: Deadline, *, streaming: bool
    ) -> Opened:
        """Send, with retries, until there is a response or no further attempt is allowed."""
        for attempt in range(1, ATTEMPTS + 1):
            wait = backoff(attempt - 1, self._chance())
            try:
                answer = await self._attempt(call, deadline, streaming)
            except (Unreachable, ConnectionLost, TimedOut) as error:
                again, outcome = retry.lost or _unsent(error), type(error).__name__
                if not self._allowed(call, attempt, again, wait, deadline):
                    raise
            else:
                wait = wait if answer.retry_after is None else answer.retry_after
                again, outcome = answer.status in retry.statuses, str(answer.status)
                if not self._allowed(call, attempt, again, wait, deadline):
                    if not again:
                        self._budget.refund()
                    return answer
                # Its few words are read to their end, so that the next try has a connection.
                answer.hand_over()
            log.info("%s: %s, attempt %d in %.1f s", call.path, outcome, attempt + 1, wait)
            await self._sleep(wait)
        raise AssertionError("the last attempt returns or raises")

    async def _attempt(self, call: Call, deadline: Deadline, streaming: bool) -> Opened:
        base_url = self.origin.base_url
        if not base_url and self.origin.locate:
            base_url = await asyncio.to_thread(self.origin.locate)
        begin = time.perf_counter()
        answer = await self._pool().open(base_url, call, streaming=streaming)
        log.info(
            "%s %s: %d in %.0f ms, request %s",
            call.method,
            call.path.partition("?")[0],
            answer.status,
            (time.perf_counter() - begin) * 1000,
            answer.headers.get("x-request-id", "-"),
        )
        if 300 <= answer.status < 400:
            await answer.aclose()
            what = f"a redirect ({answer.status}) to {_host(answer.headers.get('location', ''))}"
            raise unreadable(self.origin, what)
        return Opened(answer, self.origin, deadline, call.path)

    def _allowed(
        self, call: Call, attempt: int, again: bool, wait: float, deadline: Deadline
    ) -> bool:
        if call.upload and not call.upload.replayable:
            return False
        in_time = wait <= LONGEST_WAIT and self._now() + wait < deadline.end
        return again and attempt < ATTEMPTS and in_time and self._budget.take()


def _unsent(error: SophNetError) -> bool:
    return isinstance(error, Unreachable) or (isinstance(error, TimedOut) and not error.sent)


def _host(address: str) -> str:
    """Where an address points, without its path and query, which may hold secrets."""
    try:
        return urlsplit(address).hostname or "another path of the same host"
    except ValueError:
        return "an unreadable address"


def _close_all(pools: WeakKeyDictionary[asyncio.AbstractEventLoop, Pool]) -> None:
    for loop, pool in list(pools.items()):
        with suppress(RuntimeError):  # the loop has closed, and its pool with it
            loop.call_soon_threadsafe(pool.close_soon)
