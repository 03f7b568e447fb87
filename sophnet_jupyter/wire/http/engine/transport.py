"""The engine as a transport of httpx2."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable
from typing import cast

import httpx2

from .engine import Engine, Exchange
from .failed import Failed, Kind
from .opening import Place


class NoHead(httpx2.RemoteProtocolError):
    """No end of informational answers, and never one that counts."""


_ERRORS: dict[Kind, type[httpx2.TransportError]] = {
    "connect": httpx2.ConnectError,
    "connect timeout": httpx2.ConnectTimeout,
    "proxy": httpx2.ProxyError,
    "unsendable": httpx2.LocalProtocolError,
    "timeout": httpx2.ReadTimeout,
    "lost": httpx2.RemoteProtocolError,
    "malformed": httpx2.RemoteProtocolError,
    "no head": NoHead,
}


class Transport(httpx2.AsyncBaseTransport):
    """
    Sends by an engine, with its time limits.

    A request's extension ``sni_hostname`` is whom the certificate must name, where its address is
    that of a machine; ``target`` is what is asked for in place of the address's path.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        url, told = request.url, request.extensions
        host = url.raw_host.decode("ascii")
        port = url.port or (443 if url.scheme == "https" else 80)
        name = told.get("sni_hostname")
        place = Place(url.scheme, name or host, port, host if name else "")
        body: bytes | AsyncIterable[bytes]
        if isinstance(request.stream, httpx2.ByteStream):
            body = request.content
            length = len(body)
        else:
            body = cast("AsyncIterable[bytes]", request.stream)
            length = _length(request)
        try:
            exchange = await self._engine.exchange(
                place,
                request.method.encode("ascii"),
                told.get("target", url.raw_path),
                request.headers.raw,
                body,
                length,
            )
        except Failed as failure:
            raise _ERRORS[failure.kind](str(failure)) from None
        stream = Body(exchange)
        return httpx2.Response(
            exchange.head.status,
            headers=exchange.head.fields,
            stream=stream,
            # httpx2 wraps the stream into two layers, which a token need not pay for.
            extensions={"http_version": b"HTTP/1.1", "body": stream},
        )

    async def aclose(self) -> None:
        await self._engine.aclose()


class Body(httpx2.AsyncByteStream):
    """A body as it arrives. Each piece is all that has come since the last."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def __aiter__(self) -> Body:
        return self

    async def __anext__(self) -> bytes:
        try:
            if piece := await self._exchange.read():
                return piece
        except Failed as failure:
            raise _ERRORS[failure.kind](str(failure)) from None
        raise StopAsyncIteration

    async def aclose(self) -> None:
        self._exchange.leave()

    @property
    def is_over(self) -> bool:
        """Whether all of it has come, or nothing more can."""
        return self._exchange.is_over

    def drain(self, seconds: float, then: Callable[[], None]) -> None:
        """Read no more, and keep the connection if the rest comes in so many seconds."""
        self._exchange.leave(seconds, then)


def _length(request: httpx2.Request) -> int:
    said = request.headers.get("content-length", "")
    return int(said) if said.isascii() and said.isdigit() else 0
