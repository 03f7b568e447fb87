"""
Download a result from a URL that a service gave us, which is not trusted.

The key never goes along, nor a cookie or anything of the environment: each request is built anew.
Every hop is judged before it is made, and the connection goes to the very IP address that was
judged; there is no second look-up that could answer differently. Behind a proxy that is not
possible, since the proxy resolves names: there only the names themselves are judged.
"""

from __future__ import annotations

import asyncio
import random
import socket
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Iterable,
    Sequence,
)
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from ...errors import DownloadFailed, SettingsError
from ...files.kinds import Kind
from ...language import tr
from ...time_limit import within
from ..call import Network
from ..http.trust import no_trust, tls_context
from ..reasons import in_words
from ..retry import ATTEMPTS, backoff
from .addresses import Destination, Refused, objection, place
from .receive import Arriving, Download, Receiving, Verify, Wanted, failed

if TYPE_CHECKING:
    import httpx2

HOPS = 5
# A name may have many addresses; so many are tried.
TRIED = 4
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


async def resolve(host: str, port: int) -> list[str]:
    """Every IP address of a name."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class Downloader:
    """
    Fetches results.

    ``allowed_origins`` tells, at each fetch, which origins may be private and without TLS: those
    that were configured, and the sandbox's. Its time limits are those of ``network``.
    """

    def __init__(
        self,
        network: Network,
        *,
        allowed_origins: Callable[[], Iterable[str]] = tuple,
        resolve: Resolve = resolve,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._network = network
        self._allowed = allowed_origins
        self._resolve = resolve
        self._sleep = sleep
        self._chance = chance

    async def fetch(
        self,
        url: str,
        *,
        kinds: Collection[Kind] = ("image", "video", "audio", "document"),
        limit: int | None = None,
        into: Path | None = None,
        name: str = "",
        verify: Verify | None = None,
        on_progress: Callable[[int, int | None], None] | None = None,
    ) -> Download:
        """
        Fetch a file of one of ``kinds``, at most ``limit`` bytes of it (a limit per kind if None).

        It lands in the folder ``into`` as ``kind-name.suffix``, readable by its owner, whole or not
        at all, over no other file; without a folder its bytes are returned. ``verify`` is called in
        a thread with the path, or the bytes, of a picture or video before it gets its name, and
        raises `ValueError` with the reason when it is bad (see `files.images.check`).
        ``on_progress`` hears of the bytes so far and in all, if that is known.

        Raises `DownloadFailed`.
        """
        wanted = Wanted(
            kinds=kinds,
            limit=limit,
            into=into,
            name=name,
            verify=verify,
            on_progress=on_progress,
        )
        total = self._network.total
        try:
            async with within(total):
                return await self._attempts(url, wanted)
        except TimeoutError:
            reason = tr("took longer than {total:g} s", total=total)
        raise DownloadFailed(host="", problem="slow", reason=reason)

    async def _attempts(self, url: str, wanted: Wanted) -> Download:
        for attempt in range(ATTEMPTS):
            try:
                return await self._follow(url, wanted)
            except DownloadFailed as error:
                if not error.passing or attempt + 1 == ATTEMPTS:
                    raise
            await self._sleep(backoff(attempt, self._chance()))
        raise AssertionError("the last attempt returns or raises")

    async def _follow(self, url: str, wanted: Wanted) -> Download:
        """Download, over a limited number of redirects; each is checked like the first URL."""
        host = ""
        for _ in range(HOPS + 1):
            try:
                where = place(url, self._allowed())
            except Refused as refusal:
                raise failed(host, "refused", str(refusal)) from None
            host = where.host
            async with self._open(where) as response:
                location = response.headers.get("location")
                if response.status_code not in (301, 302, 303, 307, 308) or not location:
                    return await self._receive(where, response, wanted)
            try:
                url = urljoin(url, location)
            except ValueError:
                raise failed(host, "refused", tr("redirects to no address")) from None
        raise failed(host, "refused", tr("redirects more than {hops} times", hops=HOPS))

    async def _receive(
        self, where: Destination, response: httpx2.Response, wanted: Wanted
    ) -> Download:
        async with aclosing(_pieces(response, where)) as pieces:
            answer = Arriving(
                host=where.host,
                status=response.status_code,
                headers=response.headers,
                pieces=pieces,
            )
            return await Receiving(answer, wanted).download()

    @asynccontextmanager
    async def _open(self, where: Destination) -> AsyncIterator[httpx2.Response]:
        """The head of the response, over a connection of its own to a checked address."""
        transport = self._transport(where)
        try:
            response = await self._connect(transport, where)
            try:
                yield response
            finally:
                await response.aclose()
        finally:
            await transport.aclose()

    async def _connect(
        self, transport: httpx2.AsyncBaseTransport, where: Destination
    ) -> httpx2.Response:
        import httpx2

        reason = tr("has a name without any address")
        for address in (await self._addresses(where))[:TRIED]:
            try:
                return await transport.handle_async_request(self._request(where, address))
            except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ProxyError) as error:
                reason = tr("cannot be reached ({words})", words=_words(error))
            except (httpx2.HTTPError, OSError) as error:
                raise _broken(where, error) from None
        if where.secured:
            reason += tr("; its address begins with http:, and is asked by https only")
        raise failed(where.host, "unreachable", reason)

    async def _addresses(self, where: Destination) -> Sequence[str]:
        """
        The addresses to connect to. Every address of a name has to be public, not just the first.
        """
        if where.literal or self._proxied(where):
            return [where.host]
        try:
            async with within(self._network.connect):
                found = await self._resolve(where.host, where.port)
        except (OSError, UnicodeError) as error:
            raise failed(
                where.host, "unreachable", tr("is not found ({words})", words=_words(error))
            ) from None
        if not where.trusted:
            for address in found:
                if whose := objection(address):
                    reason = tr(
                        "leads to {address}, which belongs to {whose}",
                        address=address,
                        whose=tr(whose),
                    )
                    raise failed(where.host, "refused", reason)
        return found

    def _proxied(self, where: Destination) -> bool:
        inside = where.trusted and where.host in ("localhost", "127.0.0.1", "::1")
        return bool(self._network.proxy) and not inside

    def _transport(self, where: Destination) -> httpx2.AsyncBaseTransport:
        from ..http.transport import transport

        # One for each hop: nothing is kept for a host that only a redirect has named.
        proxy = self._network.proxy if self._proxied(where) else ""
        secure = where.scheme == "https" or proxy
        context = tls_context(self._network.ca_bundle) if secure else no_trust()
        try:
            return transport(self._network, context, proxy=proxy, connections=1, idle=0.0)
        except (ImportError, ValueError):
            raise SettingsError(
                tr("The proxy's address cannot be used: try one of http://.")
            ) from None

    def _request(self, where: Destination, address: str) -> httpx2.Request:
        import httpx2

        host = f"[{address}]" if ":" in address else address
        limits = dict.fromkeys(("read", "write", "pool"), self._network.between)
        return httpx2.Request(
            "GET",
            f"{where.scheme}://{host}:{where.port}/",
            headers={
                "host": where.authority,
                "accept": "*/*",
                # What is compressed is so already; the rest could be a bomb.
                "accept-encoding": "identity",
                "user-agent": "sophnet-jupyter",
            },
            extensions={
                # The certificate has to be for the name, wherever the connection goes.
                "sni_hostname": where.host,
                "target": where.target.encode("ascii"),
                "timeout": limits | {"connect": self._network.connect},
            },
        )


async def _pieces(response: httpx2.Response, where: Destination) -> AsyncGenerator[bytes, None]:
    """The body as it arrives, compressed or not."""
    import httpx2

    try:
        async for raw in response.aiter_raw():
            yield raw
    except (httpx2.HTTPError, OSError) as error:
        raise _broken(where, error) from None


def _broken(where: Destination, error: Exception) -> DownloadFailed:
    return failed(where.host, "broken", tr("broke off ({words})", words=_words(error)))


def _words(error: BaseException) -> str:
    return in_words(str(error)) or type(error).__name__
