"""
Exchanges of HTTP/1.1 over connections that are kept for the next one.

It knows no client library, so that one can be left without touching it. How many exchanges run at
a time is decided in front of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from ....language import tr
from .connection import Body, Connection
from .failed import Failed
from .head import Fields, Head, request
from .opening import Place, Way


class Engine:
    """
    The connections of one event loop, each kept for ``idle`` seconds after its last exchange.

    Nothing is shared between two of them, and nothing between two loops.
    """

    def __init__(self, way: Way, *, idle: float) -> None:
        self._way = way
        self._keeps = idle
        self._idle: dict[Place, list[Connection]] = {}
        self._busy: set[Connection] = set()
        self._sweep: asyncio.TimerHandle | None = None
        self._closed = False
        # Asked for once, since each request to a plain address by way of a proxy has it.
        self._credentials = way.credentials()

    async def exchange(
        self,
        place: Place,
        method: bytes,
        target: bytes,
        fields: Fields,
        body: Body = b"",
        length: int = 0,
    ) -> Exchange:
        """
        Send a request with a body of ``length`` bytes, and return its answer once the head has
        come.

        Raises `Failed`, and whatever the body raises.
        """
        if self._way.proxy and not place.secure:
            # A proxy is told the whole address (RFC 9112, 3.2.2).
            target = b"http://" + place.authority.encode() + target
            fields = [*fields, *self._credentials]
        head = request(method, target, fields)
        connection = await self._connection(place)
        try:
            answer = await connection.ask(method, head, body, length)
        except BaseException:
            self._busy.discard(connection)
            connection.abort()
            raise
        return Exchange(answer, connection, lambda usable: self._left(place, connection, usable))

    @property
    def kept(self) -> int:
        """How many connections wait for their next exchange."""
        return sum(connection.is_quiet for kept in self._idle.values() for connection in kept)

    async def aclose(self) -> None:
        """Close all connections; what is read from them ends with `Failed`."""
        self._closed = True
        if self._sweep is not None:
            self._sweep.cancel()
        for connection in list(self._busy):
            connection.abort()
        for kept in self._idle.values():
            for connection in kept:
                connection.close()
        self._idle.clear()
        # One turn of the loop, in which the sockets are closed. The goodbye of TLS may be later.
        await asyncio.sleep(0)

    async def _connection(self, place: Place) -> Connection:
        kept = self._idle.get(place)
        while kept:
            connection = kept.pop()
            if connection.is_quiet:
                self._busy.add(connection)
                return connection
            connection.abort()
        self._check_open()
        connection = await self._way.open(place)
        try:
            # It may have been closed meanwhile.
            self._check_open()
        except Failed:
            connection.abort()
            raise
        self._busy.add(connection)
        return connection

    def _check_open(self) -> None:
        if self._closed:
            raise Failed("lost", tr("the client was closed"))

    def _left(self, place: Place, connection: Connection, usable: bool) -> None:
        self._busy.discard(connection)
        if not usable:
            return
        if self._closed:
            connection.close()
            return
        self._idle.setdefault(place, []).append(connection)
        if self._sweep is None:
            loop = asyncio.get_running_loop()
            self._sweep = loop.call_later(self._keeps, self._close_idle, loop)

    def _close_idle(self, loop: asyncio.AbstractEventLoop) -> None:
        """Close what was idle for so long, and look again when the next one will have been."""
        self._sweep = None
        old = loop.time() - self._keeps
        for place, kept in list(self._idle.items()):
            for connection in [one for one in kept if one.idle_since <= old]:
                kept.remove(connection)
                connection.close()
            if not kept:
                del self._idle[place]
        since = [connection.idle_since for kept in self._idle.values() for connection in kept]
        if since:
            self._sweep = loop.call_at(min(since) + self._keeps, self._close_idle, loop)


class Exchange:
    """An answer whose head has come. Leave it in any case."""

    __slots__ = ("_connection", "_left", "head")

    def __init__(self, head: Head, connection: Connection, left: Callable[[bool], None]) -> None:
        self.head = head
        self._connection = connection
        self._left: Callable[[bool], None] | None = left

    def read(self) -> Awaitable[bytes]:
        """What has come of the body since; nothing at its end. Raises `Failed`."""
        if self._left is None:
            raise Failed("lost", tr("the answer was closed"))
        return self._connection.read()

    @property
    def is_over(self) -> bool:
        """Whether all of it has come, or nothing more can."""
        return self._left is None or self._connection.is_over

    def leave(self, seconds: float = 0.0, then: Callable[[], None] | None = None) -> None:
        """
        Read no more. The connection is kept if the rest comes within so many seconds, and closed
        if it does not; ``then`` is called once that is decided.
        """
        left, self._left = self._left, None
        if left is None:
            return

        def decided(usable: bool) -> None:
            left(usable)
            if then is not None:
                then()

        self._connection.leave(seconds, decided)
