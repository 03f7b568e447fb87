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
from dataclasses import replace
from functools import partial
from threading import Lock
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary, finalize

from ..errors import ConnectionLost, SophNetError, TimedOut, Unreachable
from ..language import tr
from .attempts import Attempts
from .call import Call, Network, Origin, Reply
from .files.moving import Moving
from .http.http import Pool
from .opened import Opened, unreadable
from .pace import Sent, Told
from .retry import ANSWER, ATTEMPTS, Retry, RetryBudget, backoff, room
from .stream.first import FirstEvent
from .stream.stream import Opening
from .turns import Turns, turns_of

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
        now: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.origin = origin
        self.network = network
        self._sleep = sleep
        self._chance = chance
        # Time limits go by a clock that nobody sets. A date in Retry-After alone is wall time.
        self._now = now
        self._wall = wall
        self._budget = RetryBudget()
        self._known_root = origin.base_url
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
            if (pool := self._pools.get(loop)) is None:
                # A pool keeps its loop alive through its sockets: the weak key alone frees nothing.
                for dead in [other for other in self._pools if other.is_closed()]:
                    del self._pools[dead]
                pool = self._pools[loop] = Pool(self.origin, self.network)
            return pool

    def told(self, lane: str) -> Told:
        """How fast requests of this lane, which is the model, go at present."""
        return self._turns(self._known_root, lane).told()

    async def _open(self, call: Call, retry: Retry, *, streaming: bool) -> Opened:
        """Send, with retries, and return the answer once its head has come; tell who listens."""
        told = self.origin.requested(call) if self.origin.requested else None
        if told is None:
            return await self._tried(call, retry, streaming=streaming)
        try:
            opened = await self._tried(call, retry, streaming=streaming)
        except BaseException as error:
            told(error=type(error).__name__)
            raise
        told(status=opened.status, headers=opened.headers)
        return opened

    async def _tried(self, call: Call, retry: Retry, *, streaming: bool) -> Opened:
        # The one of now: a client that is closed ends those that wait, too.
        pool = self._pool()
        attempts = Attempts(
            call,
            retry,
            self._budget,
            service=self.origin.service,
            most=ATTEMPTS,
            total=self.network.total,
            now=self._now,
        )
        while True:
            root = await self._root()
            key = await self._key()
            turns = self._turns(root, call.lane)
            sent = await attempts.turn(turns)
            wait = backoff(attempts.sent, self._chance())
            try:
                answer = await self._attempt(pool, root, call, attempts, turns, sent, streaming)
            except (Unreachable, ConnectionLost, TimedOut) as error:
                turns.gone(sent)
                cut = attempts.was_cut()
                if not attempts.again(retry.lost or cut or _unsent(error), wait):
                    if cut and isinstance(error, ConnectionLost):
                        error.sent = False
                    raise
                outcome = type(error).__name__
            except BaseException:
                turns.gone(sent)
                raise
            else:
                wait = wait if answer.retry_after is None else answer.retry_after
                refused = await self._refuses_key(answer, streaming)
                if refused and attempts.may_renew() and await self._renewed(key):
                    answer.hand_over()
                    continue
                if answer.status == 429 and self.origin.is_spent(await answer.peek()):
                    # Of money, and not of time: it is the same however long one waits.
                    return answer
                if not self._again(answer, attempts, turns, wait):
                    return answer
                outcome = str(answer.status)
                # Its few words are read to their end, so that the next try has a connection.
                answer.hand_over()
            path = call.path.partition("?")[0]
            log.info("%s: %s, attempt %d in %.1f s", path, outcome, attempts.sent + 1, wait)
            with turns.resting():
                await self._sleep(wait)

    def _again(self, answer: Opened, attempts: Attempts, turns: Turns, wait: float) -> bool:
        if answer.status == 429:
            return attempts.again_after_refusal(wait, turns.shut_for())
        again = attempts.retries(answer.status)
        if not again:
            self._budget.refund()
        return again and attempts.again(again, wait)

    async def _attempt(
        self,
        pool: Pool,
        root: str,
        call: Call,
        attempts: Attempts,
        turns: Turns,
        sent: Sent,
        streaming: bool,
    ) -> Opened:
        deadline = attempts.begin()
        if call.upload:
            attempts.moving = Moving(call.upload, deadline.moved)
            call = replace(call, upload=attempts.moving)
        begin = time.perf_counter()
        opening = pool.open(root, call, streaming=streaming, patient=attempts.patient)
        answer = await deadline.limit(opening)
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
            what = tr(
                "a redirect ({status}) to {host}",
                status=answer.status,
                host=_host(answer.headers.get("location", "")),
            )
            raise unreadable(self.origin, what)
        ended = partial(_ended, turns, sent, answer.status)
        opened = Opened(answer, self.origin, deadline, call.path, wall=self._wall, ended=ended)
        self._learn(opened, turns, sent)
        return opened

    def _learn(self, opened: Opened, turns: Turns, sent: Sent) -> None:
        """Tell the pace what the head of an answer says about it."""
        if left := room(opened.headers, self._wall()):
            turns.leaves(sent, *left)
        if opened.status == 429:
            turns.refused(sent, opened.retry_after)
        elif opened.status < 500:
            turns.let_through(sent)

    async def _root(self) -> str:
        root = self.origin.base_url
        if not root and self.origin.locate:
            root = await asyncio.to_thread(self.origin.locate)
        self._known_root = root
        return root

    async def _key(self) -> int:
        """The turn of the key that is sent now, where it can change. Raises `SettingsError`."""
        renewal = self.origin.renewal
        return await asyncio.to_thread(renewal.current) if renewal else 0

    async def _refuses_key(self, answer: Opened, streaming: bool) -> bool:
        """Whether an answer says that the key is none, where there may be another."""
        if answer.status != 200 or not self.origin.renewal:
            return answer.status == 401
        # An error is JSON, also where a stream was asked for, or the first event of a stream.
        whole = answer.reply(b"").content_type.endswith("json")
        if not (whole or streaming):
            return False
        try:
            said = await (answer.beginning() if whole else answer.first(FirstEvent()))
            return said is not None and self.origin.refuses_key(said)
        except BaseException:
            await answer.aclose()
            raise

    async def _renewed(self, key: int) -> bool:
        """Whether there is another key than the one that was refused."""
        renewal = self.origin.renewal
        return renewal is not None and await asyncio.to_thread(renewal.renewed, key)

    def _turns(self, root: str, lane: str) -> Turns:
        """Where this call waits; one without a lane waits for nobody."""
        if not lane:
            return Turns()
        return turns_of(self.origin.service, root, self.origin.account(), lane)


def _ended(turns: Turns, sent: Sent, status: int, whole: bool) -> None:
    """An answer of this status is over, and came whole or not."""
    if whole and status < 500:
        turns.answered(sent)
    else:
        turns.gone(sent)


def _unsent(error: SophNetError) -> bool:
    return isinstance(error, Unreachable) or (isinstance(error, TimedOut) and not error.sent)


def _host(address: str) -> str:
    """Where an address points, without its path and query, which may hold secrets."""
    try:
        return urlsplit(address).hostname or tr("another path of the same host")
    except ValueError:
        return tr("an unreadable address")


def _close_all(pools: WeakKeyDictionary[asyncio.AbstractEventLoop, Pool]) -> None:
    for loop, pool in list(pools.items()):
        with suppress(RuntimeError):  # the loop has closed, and its pool with it
            loop.call_soon_threadsafe(pool.close_soon)
