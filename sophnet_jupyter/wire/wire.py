"""
The two ways to ask over HTTP: for a whole answer, and for one that arrives in events.

Knows bytes and status codes, no JSON and no service. Sending again is decided here, by `retry`.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from threading import Lock
from typing import Any, TypeVar
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary, finalize

from ..errors import AnswerUnreadable, ConnectionLost, SophNetError, TimedOut, Unreachable
from .call import Call, Network, Origin, Reply
from .http.http import Answer, Pool
from .retry import ANSWER, ATTEMPTS, LONGEST_WAIT, Budget, Retry, backoff, retry_after
from .stream.stream import Opening

T = TypeVar("T")

log = logging.getLogger(__name__)

MAX_BODY = 64 << 20


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
        self.now = now
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
        deadline = self.now() + self.network.total
        answer = await self.in_time(self._attempts(call, retry, deadline, streaming=False))
        try:
            return await self.in_time(self.whole(answer, limit), deadline)
        finally:
            await answer.aclose()

    def stream(self, call: Call, *, retry: Retry = ANSWER) -> Opening:
        """
        ``async with`` this to send, and to be handed the answer as a `Stream` as it arrives.

        Leaving early closes the connection, which is how a service learns that nobody reads on.
        Nothing is sent again once this has handed over a stream.
        """
        return Opening(self, call, retry)

    async def begin(self, call: Call, retry: Retry) -> tuple[Answer, float]:
        """Send, and return the answer once its head has come, and when its time will be up."""
        deadline = self.now() + self.network.total
        work = self._attempts(call, retry, deadline, streaming=True)
        return await self.in_time(work), deadline

    async def whole(self, answer: Answer, limit: int | None = None) -> Reply:
        """The rest of an answer as one value, up to the size we are willing to keep."""
        body = bytearray()
        try:
            async for piece in answer.pieces:
                body += piece
                self.check_size(body, limit)
            return self.reply(answer, bytes(body))
        except Exception as error:
            ours = answer.translated(error)
        raise ours

    def reply(self, answer: Answer, body: bytes) -> Reply:
        return Reply(
            status=answer.status,
            headers=answer.headers,
            body=body,
            retry_after=retry_after(answer.headers, self.now()),
            scrub=self.origin.scrub,
            setting=self.origin.setting,
        )

    def check_size(self, body: bytearray, limit: int | None = None) -> None:
        limit = limit or MAX_BODY
        if len(body) > limit:
            what = f"an answer of more than {limit >> 20} MB"
            raise self.unreadable(what)

    def unreadable(self, what: str) -> AnswerUnreadable:
        return AnswerUnreadable(service=self.origin.service, what=what, setting=self.origin.setting)

    def out_of_time(self) -> TimedOut:
        return TimedOut(service=self.origin.service, limit="total", seconds=self.network.total)

    async def in_time(self, work: Coroutine[Any, Any, T], deadline: float | None = None) -> T:
        """Await something within what is left of the total time limit."""
        left = self.network.total if deadline is None else max(0.0, deadline - self.now())
        with suppress(TimeoutError):
            async with asyncio.timeout(left):
                return await work
        raise self.out_of_time()

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

    async def _attempts(
        self, call: Call, retry: Retry, deadline: float, *, streaming: bool
    ) -> Answer:
        """Send until there is an answer worth having, or no further try is allowed."""
        for attempt in range(1, ATTEMPTS + 1):
            wait = backoff(attempt - 1, self._chance())
            try:
                answer = await self._attempt(call, streaming)
            except (Unreachable, ConnectionLost, TimedOut) as error:
                again, outcome = retry.lost or _unsent(error), type(error).__name__
                if not self._allowed(call, attempt, again, wait, deadline):
                    raise
            else:
                asked = retry_after(answer.headers, self.now())
                wait = wait if asked is None else asked
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

    async def _attempt(self, call: Call, streaming: bool) -> Answer:
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
            raise self.unreadable(what)
        return answer

    def _allowed(self, call: Call, attempt: int, again: bool, wait: float, deadline: float) -> bool:
        if call.upload and not call.upload.replayable:
            return False
        in_time = wait <= LONGEST_WAIT and self.now() + wait < deadline
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
