"""
An asyncio network backend for httpcore2, in place of its default, which uses anyio.

That library asks the event loop to stop and to go on reading around every read, and looks up what
kind of loop it runs on at each step, which together were a third of what a request cost. Here what
arrives is kept as it comes, and a request's head and body leave in one packet.
"""

from __future__ import annotations

import asyncio
import select
import socket
import ssl
import time
from collections import deque
from collections.abc import Iterable
from contextlib import asynccontextmanager
from math import inf
from typing import TYPE_CHECKING, Any, cast

import httpcore2

from ...time_limit import STILL, within
from .happy_eyeballs import first, interleaved

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

# Bytes that may arrive unread before the peer is made to wait.
UNREAD = 1 << 20
# Bytes in front of an answer, such as heads of a hundred continues. A head itself has fewer.
BEFORE_HEAD = 1 << 18
# Bytes that may be held back for what is written next.
HELD_BACK = 1 << 14
# Seconds for which an idle connection that was quiet is not asked again whether it still is. Each
# request looks through all of them twice, and to ask is a call of the system.
QUIET = 0.01


class HeadTooLong(httpcore2.RemoteProtocolError):
    """No end of informational answers, and never one that counts."""


class AsyncioStream(asyncio.Protocol, httpcore2.AsyncNetworkStream):
    """One connection. Errors and time limits are told as httpcore2's own streams do."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._arrived: deque[bytes] = deque()
        self._unread = 0
        self._held_back: list[bytes] = []
        # Why nothing arrives any more: empty words for a proper end.
        self._ended: str | None = None
        self._waiting: asyncio.Future[None] | None = None
        self._late: asyncio.TimerHandle | None = None
        self._quiet_at = -inf
        # False from a request to the head of its answer: what follows may be as long as it likes.
        self.head_came = True
        self._before_head = 0
        self._may_write = asyncio.Event()
        self._may_write.set()

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """The next piece as it came: ``max_bytes`` would only divide what is in memory by now."""
        self._send()
        if not self._arrived and self._ended is None:
            await self._news(timeout)
        if self._arrived:
            piece = self._arrived.popleft()
            self._unread -= len(piece)
            if not self.head_came:
                self._before_head += len(piece)
                if self._before_head > BEFORE_HEAD + len(piece):
                    raise HeadTooLong(f"more than {BEFORE_HEAD >> 10} kB in front of an answer")
            if self._unread <= UNREAD < self._unread + len(piece):
                self._open.resume_reading()
            return piece
        if self._ended:
            raise httpcore2.ReadError(self._ended)
        return b""

    async def _news(self, timeout: float | None) -> None:
        """
        Wait until something arrives, or raise `ReadTimeout`.

        By a timer of its own, and not by `within`, whose layers would cost each token 2 µs.
        """
        loop = asyncio.get_running_loop()
        self._waiting = loop.create_future()
        if timeout is not None:
            self._late = loop.call_later(timeout, self._give_up, timeout, loop.time() + timeout)
        try:
            await self._waiting
        finally:
            if self._late:
                self._late.cancel()
                self._late = None

    def _give_up(self, timeout: float, due: float) -> None:
        loop = asyncio.get_running_loop()
        late = loop.time() - due
        if not self._waiting or self._waiting.done():
            # What came is due together with this, and goes first.
            return
        if late > STILL or self._has_news():
            left = min(max(late, STILL), timeout)
            self._late = loop.call_later(left, self._give_up, timeout, loop.time() + left)
            return
        self._waiting.set_exception(httpcore2.ReadTimeout())

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write, or buffer a little until more is written or a response is awaited."""
        if self._ended is not None:
            raise httpcore2.WriteError(self._ended or "The connection was closed.")
        self._held_back.append(buffer)
        if sum(map(len, self._held_back)) < HELD_BACK:
            return
        self._send()
        if not self._may_write.is_set():
            async with _limit(timeout, httpcore2.WriteTimeout):
                await self._may_write.wait()
            if self._ended is not None:
                raise httpcore2.WriteError(self._ended or "The connection was closed.")

    async def aclose(self) -> None:
        self._open.close()
        try:
            # One turn of the loop for the goodbye of TLS; it is not waited for any longer.
            await asyncio.sleep(0)
        finally:
            self._open.abort()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> AsyncioStream:
        loop = asyncio.get_running_loop()
        self._send()
        try:
            async with _limit(timeout, httpcore2.ConnectTimeout):
                upgraded = await loop.start_tls(
                    self._open, self, ssl_context, server_hostname=server_hostname
                )
        except BaseException as error:
            self._open.abort()
            if isinstance(error, OSError):
                raise httpcore2.ConnectError(str(error)) from error
            raise
        self._transport = cast("asyncio.Transport", upgraded)
        return self

    def get_extra_info(self, info: str) -> Any:
        match info:
            case "is_readable":
                # Asked of a connection that is idle: whether the peer has closed it.
                return self._ended is not None or bool(self._arrived) or not self._is_quiet()
            case "client_addr":
                return self._open.get_extra_info("sockname")
            case "server_addr":
                return self._open.get_extra_info("peername")
            case _:
                return self._open.get_extra_info(info)

    @property
    def _open(self) -> asyncio.Transport:
        assert self._transport, "it was never connected"
        return self._transport

    def _send(self) -> None:
        if self._held_back:
            self.head_came, self._before_head = False, 0
            self._open.write(b"".join(self._held_back))
            self._held_back.clear()

    def _is_quiet(self) -> bool:
        """Whether the socket has nothing to tell, now or a moment ago."""
        now = time.monotonic()
        if now - self._quiet_at > QUIET:
            if self._has_news():
                return False
            self._quiet_at = now
        return True

    def _has_news(self) -> bool:
        """Whether the socket has data that the event loop has not delivered yet."""
        found = self._open.get_extra_info("socket").fileno()
        if found < 0:
            return True
        if not hasattr(select, "poll"):
            return bool(select.select([found], [], [], 0)[0])
        poll = select.poll()
        poll.register(found, select.POLLIN)
        return bool(poll.poll(0))

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._arrived.append(data)
        self._unread += len(data)
        if self._unread > UNREAD >= self._unread - len(data):
            self._open.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        self._end("")

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(str(exc) or type(exc).__name__ if exc else "")

    def pause_writing(self) -> None:
        self._may_write.clear()

    def resume_writing(self) -> None:
        self._may_write.set()

    def _end(self, why: str) -> None:
        if self._ended is None:
            self._ended = why
        self._may_write.set()
        self._wake()

    def _wake(self) -> None:
        if self._waiting and not self._waiting.done():
            self._waiting.set_result(None)


class AsyncioBackend(httpcore2.AsyncNetworkBackend):
    """Opens connections on the running asyncio loop."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> AsyncioStream:
        loop = asyncio.get_running_loop()
        source = (local_address, 0) if local_address else None

        async def connect(address: str) -> tuple[asyncio.Transport, AsyncioStream]:
            return await loop.create_connection(AsyncioStream, address, port, local_addr=source)

        try:
            async with _limit(timeout, httpcore2.ConnectTimeout):
                found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
                addresses = interleaved([(family, str(place[0])) for family, *_, place in found])
                transport, stream = await first(
                    addresses, connect, abandon=lambda opened: opened[0].abort()
                )
        except OSError as error:
            raise httpcore2.ConnectError(str(error)) from error
        for option in socket_options or ():
            transport.get_extra_info("socket").setsockopt(*option)
        return stream

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@asynccontextmanager
async def _limit(seconds: float | None, error: type[Exception]) -> AsyncIterator[None]:
    try:
        async with within(seconds):
            yield
    except TimeoutError:
        raise error from None
