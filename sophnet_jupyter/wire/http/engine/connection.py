"""
One connection, and one exchange on it at a time.

It is one piece, since an exchange, the socket and the timer all end each other.
"""

from __future__ import annotations

import asyncio
import select
from collections.abc import AsyncGenerator, AsyncIterable, Callable
from typing import cast

from ....language import tr
from ....time_limit import STILL
from .failed import Failed
from .head import Head
from .parser import Parser

# Bytes that may arrive unread before the peer is made to wait.
UNREAD = 1 << 20
# Bytes of a body that leave together with the head, and of a piece of a longer one.
AT_ONCE = 1 << 16

Body = bytes | AsyncIterable[bytes | memoryview]


class Connection(asyncio.Protocol):
    """
    A connection that waits at most ``between`` seconds for each piece that it reads or writes.

    What arrives goes through the parser at once, and is handed on together.
    """

    __slots__ = (
        "_between",
        "_ended",
        "_expiry",
        "_left",
        "_loop",
        "_may_write",
        "_parser",
        "_paused",
        "_sent",
        "_since",
        "_timer",
        "_transport",
        "_unread",
        "_waiting",
        "idle_since",
    )

    def __init__(self, loop: asyncio.AbstractEventLoop, between: float) -> None:
        self._loop = loop
        self._between = between
        self._transport: asyncio.Transport | None = None
        self._parser: Parser | None = None
        # Why nothing arrives any more.
        self._ended: Failed | None = None
        self._waiting: asyncio.Future[None] | None = None
        self._may_write = True
        self._sent = False
        self._unread = 0
        self._paused = False
        # When what is waited for now began to be waited for, and the one timer that looks at it.
        self._since = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._left: Callable[[bool], None] | None = None
        self._expiry: asyncio.TimerHandle | None = None
        self.idle_since = 0.0

    # One exchange.

    async def ask(self, method: bytes, head: bytes, body: Body = b"", length: int = 0) -> Head:
        """
        Send a request, and return the head of its answer. Raises `Failed`.

        Nothing more of a body of ``length`` bytes is sent once an answer has begun.
        """
        self._parser = parser = Parser(method)
        self._unread = 0
        self._sent = False
        if self._timer is None:
            self._timer = self._loop.call_later(self._between, self._look)
        if isinstance(body, bytes) and len(body) <= AT_ONCE:
            self.transport.write(head + body)
            self._sent = True
        else:
            self.transport.write(head)
            if isinstance(body, bytes):
                await self._upload(_sliced(body), len(body), parser)
            else:
                await self._upload(body, length, parser)
        while parser.head is None:
            if self._ended is not None:
                raise self._ended
            await self._news()
        return parser.head

    async def _upload(
        self, body: AsyncIterable[bytes | memoryview], length: int, parser: Parser
    ) -> None:
        pieces = aiter(body)
        try:
            async for piece in pieces:
                length -= len(piece)
                if length < 0:
                    break
                while not self._may_write and self._ended is None and parser.head is None:
                    await self._news()
                if self._ended is not None or parser.head is not None:
                    return
                self.transport.write(piece)
        finally:
            close = getattr(pieces, "aclose", None)
            if close is not None:
                await close()
        if length:
            raise Failed("unsendable", tr("a body that is not as long as it was said to be"))
        self._sent = True

    async def read(self) -> bytes:
        """What has come of the body since; nothing at its end. Raises `Failed`."""
        parser = self._parser
        if parser is None:
            return b""
        body = parser.body
        while not body:
            if parser.done:
                return b""
            if self._ended is not None:
                raise self._ended
            if self._paused:
                self._go_on()
            await self._news()
        self._unread = 0
        if self._paused:
            self._go_on()
        if len(body) == 1:
            return body.pop()
        whole = b"".join(body)
        body.clear()
        return whole

    def leave(self, seconds: float, left: Callable[[bool], None]) -> None:
        """
        Read no more. ``left`` hears once whether the connection can be used again.

        An answer that is not at its end has so many seconds to come to it.
        """
        self._left = left
        if seconds and not self.is_over:
            self._expiry = self._loop.call_later(seconds, self._release)
            self._forget()
        else:
            self._release()

    @property
    def is_lost(self) -> bool:
        """Whether the connection has ended."""
        return self._ended is not None

    @property
    def is_over(self) -> bool:
        """Whether nothing more of the answer can come."""
        return self._ended is not None or self._parser is None or self._parser.done

    def abort(self) -> None:
        """Close at once, without a goodbye."""
        self._end(Failed("lost", tr("the connection was closed")))
        if self._transport is not None:
            self._transport.abort()

    # Between two exchanges.

    @property
    def is_quiet(self) -> bool:
        """Whether it can be used again: neither the loop nor the system knows of any news."""
        if self._ended is not None or self.transport.is_closing():
            return False
        return not _has_news(self._socket)

    def close(self) -> None:
        """Close with the goodbye of TLS, which is not waited for."""
        self._end(Failed("lost", tr("the connection was closed")))
        if self._transport is not None:
            self._transport.close()
            self._loop.call_soon(self._transport.abort)

    def secured(self, transport: asyncio.Transport) -> None:
        """From now on the bytes go through this transport."""
        self._transport = transport

    def begin_anew(self) -> Parser | None:
        """Forget the last exchange, as of a proxy that has opened the way; returns its parser."""
        parser, self._parser = self._parser, None
        return parser

    @property
    def _socket(self) -> int:
        """The number of the socket, negative once it is closed."""
        number: int = self.transport.get_extra_info("socket").fileno()
        return number

    @property
    def transport(self) -> asyncio.Transport:
        assert self._transport, tr("it was never connected")
        return self._transport

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        parser = self._parser
        if parser is None:
            # Nobody has asked for anything.
            self.abort()
            return
        try:
            parser.feed(data)
        except Failed as failure:
            self._end(failure)
            self.transport.abort()
        if self._left is not None:
            self._forget()
            if self.is_over:
                self._release()
            return
        self._unread += len(data)
        if self._unread > UNREAD and not self._paused and not parser.done:
            self._paused = True
            self.transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        if self._parser is not None:
            self._parser.end()
        self._end(Failed("lost", tr("the other side closed the connection")))

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is None:
            self.eof_received()
        else:
            self._end(Failed("lost", str(exc) or type(exc).__name__))

    def pause_writing(self) -> None:
        self._may_write = False

    def resume_writing(self) -> None:
        self._may_write = True
        self._wake()

    def _end(self, failure: Failed) -> None:
        """Nothing arrives any more; the first reason counts."""
        if self._ended is not None:
            return
        self._ended = failure
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._wake()
        if self._left is not None:
            self._release()

    def _release(self) -> None:
        left, self._left = self._left, None
        if self._expiry is not None:
            self._expiry.cancel()
            self._expiry = None
        parser = self.begin_anew()
        usable = (
            self._ended is None
            and self._sent
            and parser is not None
            and parser.done
            and not parser.extra
            and parser.head is not None
            and parser.head.keep
        )
        if usable:
            self._go_on()
            self.idle_since = self._loop.time()
        else:
            self.abort()
        if left is not None:
            left(usable)

    def _forget(self) -> None:
        """Nobody reads what has come."""
        if self._parser is not None:
            self._parser.body.clear()
        self._go_on()

    def _go_on(self) -> None:
        if self._paused:
            self._paused = False
            if not self.transport.is_closing():
                self.transport.resume_reading()

    # Waiting.

    async def _news(self) -> None:
        self._since = self._loop.time()
        self._waiting = self._loop.create_future()
        try:
            await self._waiting
        finally:
            self._waiting = None

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def _look(self) -> None:
        """
        End what was waited for too long.

        One timer a connection: one for each read would cost every token 2 µs.
        """
        armed, self._timer = self._timer, None
        if self._parser is None or armed is None:
            return
        now = self._loop.time()
        late = now - armed.when()
        if self._waiting is None or self._waiting.done():
            # What came is due together with this, and goes first.
            self._timer = self._loop.call_at(now + self._between, self._look)
            return
        due = self._since + self._between
        if due <= now and (late > STILL or _has_news(self._socket)):
            # The loop stood still: the lost time is given back.
            due = now + min(max(late, STILL), self._between)
            self._since = due - self._between
        if due > now:
            self._timer = self._loop.call_at(due, self._look)
            return
        self._end(Failed("timeout", tr("nothing came for {between:g} s", between=self._between)))
        self.transport.abort()


async def _sliced(body: bytes) -> AsyncGenerator[memoryview, None]:
    """A long body in pieces, so that each has the time limit for itself."""
    view = memoryview(body)
    for begin in range(0, len(view), AT_ONCE):
        yield view[begin : begin + AT_ONCE]


def _has_news(socket: int) -> bool:
    """Whether a socket has data that the event loop has not delivered yet, or is closed."""
    if socket < 0:
        return True
    if not hasattr(select, "poll"):
        return bool(select.select([socket], [], [], 0)[0])
    poll = select.poll()
    poll.register(socket, select.POLLIN)
    return bool(poll.poll(0))
