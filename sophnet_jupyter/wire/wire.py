"""
The two ways to ask over HTTP: for a whole answer, and for one that arrives in events.

Knows bytes and status codes, no JSON and no service. Sending again is decided here, by `retry`.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from weakref import WeakKeyDictionary

from ..errors import (
    AnswerUnreadable,
    ConnectionLost,
    ServiceError,
    SophNetError,
    TimedOut,
    Unreachable,
)
from .call import Call, Network, Origin, Reply, content_type
from .http import Answer, Pool
from .lines import LineTooLong
from .retry import ANSWER, ATTEMPTS, LONGEST_WAIT, Budget, Retry, backoff, retry_after
from .sse import SSE, SSEDecoder

log = logging.getLogger(__name__)

# Once a finish reason has come, only usage and an end mark can follow, and may never.
END_WAIT = 2.0
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

    async def fetch(self, call: Call, *, retry: Retry) -> Reply:
        """
        Send, and read the whole answer, whatever its status.

        Raises `Unreachable`, `TimedOut`, `ConnectionLost` or `AnswerUnreadable`.
        """
        try:
            async with asyncio.timeout(self.network.total):
                answer = await self._attempts(call, retry, streaming=False)
                try:
                    return await self.whole(answer)
                finally:
                    await answer.aclose()
        except TimeoutError:
            raise self.out_of_time() from None

    @asynccontextmanager
    async def stream(self, call: Call, *, retry: Retry = ANSWER) -> AsyncIterator[Stream]:
        """
        Send, and hand over the answer as it arrives.

        Leaving early closes the connection, which is how a service learns that nobody reads on.
        Nothing is sent again once this has handed over a stream.
        """
        answer = await self._attempts(call, retry, streaming=True)
        try:
            yield Stream(self, answer)
        except ServiceError as error:
            # A server may quote the key it was sent.
            error.message = self.origin.scrub(error.message)
            raise
        finally:
            await answer.aclose()

    async def whole(self, answer: Answer) -> Reply:
        """The rest of an answer as one value, up to the size we are willing to keep."""
        body = bytearray()
        while (piece := await answer.read()) is not None:
            body += piece
            if len(body) > MAX_BODY:
                what = f"an answer of more than {MAX_BODY >> 20} MB"
                raise AnswerUnreadable(service=self.origin.service, what=what)
        content = bytes(body)
        if not 200 <= answer.status < 300:
            content = self.origin.scrub(content.decode("utf-8", "replace")).encode()
        return Reply(
            status=answer.status,
            headers=answer.headers,
            body=content,
            retry_after=retry_after(answer.headers, self.now()),
        )

    def out_of_time(self) -> TimedOut:
        return TimedOut(service=self.origin.service, limit="total", seconds=self.network.total)

    async def aclose(self) -> None:
        """Close the connections that the running loop has opened."""
        if pool := self._pools.pop(asyncio.get_running_loop(), None):
            await pool.aclose()

    def _pool(self) -> Pool:
        loop = asyncio.get_running_loop()
        if loop not in self._pools:
            # A pool keeps its loop alive through its sockets, so the weak key alone frees nothing.
            for dead in [other for other in self._pools if other.is_closed()]:
                del self._pools[dead]
            self._pools[loop] = Pool(self.origin, self.network)
        return self._pools[loop]

    async def _attempts(self, call: Call, retry: Retry, *, streaming: bool) -> Answer:
        """Send until there is an answer worth having, or no further try is allowed."""
        deadline = self.now() + self.network.total
        for attempt in range(1, ATTEMPTS + 1):
            wait = backoff(attempt - 1, self._chance())
            try:
                answer = await self._attempt(call, streaming)
            except (Unreachable, ConnectionLost, TimedOut) as error:
                again, outcome = retry.lost or _unsent(error), type(error).__name__
                if not self._allowed(attempt, again, wait, deadline):
                    raise
            else:
                asked = retry_after(answer.headers, self.now())
                wait = wait if asked is None else asked
                again, outcome = answer.status in retry.statuses, str(answer.status)
                if not self._allowed(attempt, again, wait, deadline):
                    if not again:
                        self._budget.refund()
                    return answer
                await answer.aclose()
            log.info("%s: %s, attempt %d in %.1f s", call.path, outcome, attempt + 1, wait)
            await self._sleep(wait)
        raise AssertionError("the last attempt returns or raises")

    async def _attempt(self, call: Call, streaming: bool) -> Answer:
        base_url = self.origin.base_url
        if not base_url and self.origin.locate:
            base_url = await asyncio.to_thread(self.origin.locate)
        answer = await self._pool().open(base_url, call, streaming=streaming)
        log.info("%s %s: %d", call.method, call.path, answer.status)
        return answer

    def _allowed(self, attempt: int, again: bool, wait: float, deadline: float) -> bool:
        in_time = wait <= LONGEST_WAIT and self.now() + wait < deadline
        return again and attempt < ATTEMPTS and in_time and self._budget.take()


class Stream:
    """An answer that has begun: its head, and then either events or a whole body."""

    def __init__(self, wire: Wire, answer: Answer) -> None:
        self._wire = wire
        self._answer = answer
        self.status = answer.status
        self.headers = answer.headers
        # Set by the reader once only an end mark can follow.
        self.ending = False
        # True once the end mark came.
        self.done = False

    @property
    def is_events(self) -> bool:
        """False for an error status, and for JSON or a web page where a stream was asked for."""
        whole = content_type(self.headers).endswith(("json", "html", "xml"))
        return 200 <= self.status < 300 and not whole

    async def whole(self) -> Reply:
        """The body of an answer that is no stream."""
        return await self._wire.whole(self._answer)

    async def events(
        self, *, until: str, is_whole: Callable[[bytes], bool] | None = None
    ) -> AsyncGenerator[SSE, None]:
        """
        The events, up to but without the one whose data is ``until``.

        ``is_whole`` tells which data line is an event by itself, for services that leave out the
        blank lines.
        """
        decoder = SSEDecoder(is_whole=is_whole)
        deadline = self._wire.now() + self._wire.network.total
        try:
            while (piece := await self._read()) is not None:
                for event in decoder.feed(piece):
                    if event.data == until:
                        self.done = True
                        self._answer.hand_over()
                        return
                    yield event
                if self._wire.now() > deadline:
                    raise self._wire.out_of_time()
            for event in decoder.finish():
                if event.data == until:
                    self.done = True
                    return
                yield event
        except LineTooLong as error:
            service = self._wire.origin.service
            raise AnswerUnreadable(service=service, what=str(error)) from None

    async def _read(self) -> bytes | None:
        if not self.ending:
            return await self._answer.read()
        # All that was asked for has come: how, or whether, the line ends after that is no matter.
        try:
            async with asyncio.timeout(END_WAIT):
                return await self._answer.read()
        except (TimeoutError, SophNetError):
            return None


def _unsent(error: SophNetError) -> bool:
    return isinstance(error, Unreachable) or (isinstance(error, TimedOut) and not error.sent)
