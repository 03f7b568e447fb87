"""An httpx2 transport over `network_backend`: its own transport accepts no other."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Sequence
from typing import cast

import httpcore2
import httpx2

from .network_backend import AsyncioBackend, AsyncioStream


class Transport(httpx2.AsyncBaseTransport):
    """
    A pool of connections, each with the socket options given.

    ``idle`` is how many seconds an idle connection is kept. Raises httpcore2's errors, not httpx2's
    that stand for them: one translation is enough.
    """

    def __init__(
        self,
        *,
        context: ssl.SSLContext,
        proxy: str,
        connections: int,
        idle: float,
        options: Sequence[httpcore2.SOCKET_OPTION],
    ) -> None:
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=context,
            proxy=_proxy(proxy) if proxy else None,
            max_connections=connections,
            keepalive_expiry=idle,
            network_backend=AsyncioBackend(),
            socket_options=options,
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        url = request.url
        answer = await self._pool.handle_async_request(
            httpcore2.Request(
                method=request.method,
                url=httpcore2.URL(
                    scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                ),
                headers=request.headers.raw,
                content=cast("AsyncIterator[bytes]", request.stream),
                extensions=request.extensions,
            )
        )
        stream = answer.extensions.get("network_stream")
        if isinstance(stream, AsyncioStream):
            stream.head_came = True
        return httpx2.Response(
            status_code=answer.status,
            headers=answer.headers,
            stream=Body(cast("httpx2.AsyncByteStream", answer.stream)),
            extensions=answer.extensions,
        )

    async def aclose(self) -> None:
        await self._pool.aclose()


class Body(httpx2.AsyncByteStream):
    """A response's body from the pool."""

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    def __aiter__(self) -> AsyncIterator[bytes]:
        return aiter(self._stream)

    async def aclose(self) -> None:
        await self._stream.aclose()


def _proxy(address: str) -> httpcore2.Proxy:
    proxy = httpx2.Proxy(address)
    return httpcore2.Proxy(str(proxy.url), auth=proxy.raw_auth, headers=proxy.headers.raw)
