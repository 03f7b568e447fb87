"""Open a connection to a place, past a proxy, with TLS."""

from __future__ import annotations

import asyncio
import base64
import socket
import ssl
from dataclasses import dataclass
from typing import NamedTuple, cast
from urllib.parse import SplitResult, unquote, urlsplit

from ....language import tr
from ....time_limit import within
from ..happy_eyeballs import first, interleaved
from .connection import Connection
from .failed import Failed
from .head import request


class Place(NamedTuple):
    """
    Where requests go.

    ``address`` is the IP address to connect to where it is not to be looked up; ``host`` is whom
    the certificate must name in any case.
    """

    scheme: str
    host: str
    port: int
    address: str = ""

    @property
    def secure(self) -> bool:
        return self.scheme == "https"

    @property
    def authority(self) -> str:
        """Host and port, as a proxy is told them."""
        return f"{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """
    How places are reached.

    ``proxy`` is an address of http or https, which may hold a name and a password; ``connect`` and
    ``between`` are seconds for a connection, and for each piece that is read or written.
    """

    context: ssl.SSLContext
    proxy: str = ""
    connect: float = 10.0
    between: float = 120.0

    async def open(self, place: Place) -> Connection:
        """A connection on which requests for this place can be sent. Raises `Failed`."""
        proxy = urlsplit(self.proxy) if self.proxy else None
        try:
            async with within(self.connect):
                return await self._open(place, proxy)
        except TimeoutError:
            reason = tr("no connection within {connect:g} s", connect=self.connect)
            raise Failed("connect timeout", reason) from None
        except OSError as error:
            raise Failed("connect", str(error) or type(error).__name__) from error

    async def _open(self, place: Place, proxy: SplitResult | None) -> Connection:
        if proxy is None:
            connection = await self._connect(place.address or place.host, place.port)
        else:
            connection = await self._connect(proxy.hostname or "", _port(proxy))
        try:
            if proxy is not None and proxy.scheme == "https":
                await self._secure(connection, proxy.hostname or "")
            if proxy is not None and place.secure:
                await self._tunnel(connection, place)
            if place.secure:
                await self._secure(connection, place.host)
        except BaseException:
            connection.abort()
            raise
        return connection

    async def _connect(self, host: str, port: int) -> Connection:
        loop = asyncio.get_running_loop()

        async def connect(address: str) -> tuple[asyncio.Transport, Connection]:
            return await loop.create_connection(
                lambda: Connection(loop, self.between), address, port
            )

        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = interleaved([(family, str(where[0])) for family, *_, where in found])
        transport, connection = await first(
            addresses, connect, abandon=lambda opened: opened[0].abort()
        )
        for option in _ALIVE:
            transport.get_extra_info("socket").setsockopt(*option)
        return connection

    async def _secure(self, connection: Connection, name: str) -> None:
        upgraded = await asyncio.get_running_loop().start_tls(
            connection.transport, connection, self.context, server_hostname=name
        )
        connection.secured(cast("asyncio.Transport", upgraded))

    async def _tunnel(self, connection: Connection, place: Place) -> None:
        where = place.authority.encode()
        fields = [(b"Host", where), *self.credentials()]
        try:
            head = await connection.ask(b"CONNECT", request(b"CONNECT", where, fields))
        except Failed as failure:
            if failure.kind == "timeout":
                raise Failed("connect timeout", tr("the proxy does not answer")) from None
            raise Failed(
                "proxy", tr("the proxy does not open the way: {failure}", failure=failure)
            ) from None
        if not 200 <= head.status < 300:
            raise Failed("proxy", f"{head.status} {head.reason}".strip())
        parser = connection.begin_anew()
        if connection.is_lost or (parser is not None and parser.extra):
            raise Failed("proxy", tr("the proxy says more than that the way is open"))

    def credentials(self) -> list[tuple[bytes, bytes]]:
        """The header with the proxy's name and password, if it wants one."""
        proxy = urlsplit(self.proxy)
        if not proxy.username:
            return []
        pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
        return [(b"Proxy-Authorization", b"Basic " + base64.b64encode(pair.encode()))]


def _port(address: SplitResult) -> int:
    return address.port or (443 if address.scheme == "https" else 80)


def _alive() -> list[tuple[int, int, int]]:
    """Socket options that detect a dead peer, and keep an idle connection in routers' tables."""
    wanted = {"TCP_KEEPIDLE": 30, "TCP_KEEPALIVE": 30, "TCP_KEEPINTVL": 15, "TCP_KEEPCNT": 4}
    known = [(getattr(socket, name, None), seconds) for name, seconds in wanted.items()]
    options = [(socket.IPPROTO_TCP, name, value) for name, value in known if name is not None]
    return [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1), *options]


_ALIVE = _alive()
