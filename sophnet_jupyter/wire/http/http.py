"""
The pool of a service: our places in front of a transport of httpx2, see `transport`.

No type and no error of httpx2 leaves: its errors hold the request, and with it the key.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ...errors import (
    AnswerUnreadable,
    ConnectionLost,
    SettingsError,
    SophNetError,
    TimedOut,
    Unreachable,
)
from ...language import tr
from ..agent import user_agent
from ..call import Call, Network, Origin
from ..interrupted import frames_dropped
from ..reasons import in_words
from .trust import no_trust, tls_context
from .unpack import ACCEPTED, BrokenCompression, unpacked

if TYPE_CHECKING:
    import httpx2

    from .engine.transport import Body

# What a client of httpx2 would say, where whoever looks for it will look.
_log = logging.getLogger("httpx2")
# httpx2 finds a free connection by looking through all of them, and under a storm of cancelled
# requests most of its time goes there: a semaphore of our own keeps the queue in front of it.
CONNECTIONS = 32
# So many of them are never given to rows of many, whatever their lane.
KEPT_FREE = 2
# A server keeps an idle connection for a minute or more; a reader asks again within half of one.
IDLE = 30.0
# How long a finished stream may take to end properly, so that its connection can be used again.
DRAIN = 0.1
# How long the next request waits for a connection that is just being drained.
DRAIN_WAIT = 0.02


class Pool:
    """The connections of one event loop: sockets belong to the loop that opened them."""

    def __init__(self, origin: Origin, network: Network) -> None:
        self._origin = origin
        self._network = network
        self._transports: dict[str, httpx2.AsyncBaseTransport] = {}
        self._cookies: httpx2.Cookies | None = None
        # As httpx2's own transport wants them; our engine has them already.
        self._limits = {
            "connect": network.connect,
            **dict.fromkeys(("read", "write", "pool"), network.between),
        }
        self._last_address: tuple[str, httpx2.URL] | None = None
        self._places = asyncio.Semaphore(CONNECTIONS)
        self._for_rows = asyncio.Semaphore(CONNECTIONS - KEPT_FREE)
        self._draining: set[asyncio.Future[None]] = set()
        # Answers that are being read. Held here so that the collector, when it finds a reader who
        # has gone, finds that one alone, and not its inner generators to be closed beside it.
        self.reading: set[Answer] = set()
        self._life: AsyncGenerator[None, None] | None = None
        self._closed = False

    async def open(
        self, base_url: str, call: Call, *, streaming: bool, patient: bool = False
    ) -> Answer:
        """
        Send a request, and return its answer once the head has come.

        The answer takes a place in front of the pool until it is closed, ``patient`` one of those
        for rows.
        """
        if self._life is None:
            self._life = self._live()
            await anext(self._life)
        if self._draining:
            # A connection that is about to be free gets the chance to be the next one used.
            await asyncio.wait(
                self._draining, timeout=DRAIN_WAIT, return_when=asyncio.FIRST_COMPLETED
            )
        await self._enter(patient)
        try:
            response = await self._send(base_url, call, streaming)
        except BaseException:
            self._leave(patient)
            raise
        return Answer(self, response, self._origin.scrub, patient=patient)

    async def _enter(self, patient: bool) -> None:
        if patient:
            await self._for_rows.acquire()
        try:
            await self._places.acquire()
        except BaseException:
            if patient:
                self._for_rows.release()
            raise

    def _leave(self, patient: bool) -> None:
        self._places.release()
        if patient:
            self._for_rows.release()

    async def _send(self, base_url: str, call: Call, streaming: bool) -> httpx2.Response:
        try:
            with frames_dropped():
                transport = self._transport(urlsplit(base_url).scheme)
                request = self._request(self._address(base_url + call.path), call, streaming)
                if self._cookies:
                    self._cookies.set_cookie_header(request)
                response = await transport.handle_async_request(request)
            response.request = request
            if _log.isEnabledFor(logging.INFO):
                _log.info(
                    'HTTP Request: %s %s "HTTP/1.1 %d %s"',
                    request.method,
                    request.url,
                    response.status_code,
                    response.reason_phrase,
                )
            return response
        except Exception as error:
            ours = self.translated(error, base_url)
        # Out here, since inside the handler it would carry httpx2's error, and that the request.
        raise ours

    def _request(self, url: httpx2.URL, call: Call, streaming: bool) -> httpx2.Request:
        """
        A request with all its headers.

        Given whole, since a client of httpx2 that joins them takes half of the time of a request.
        """
        import httpx2

        headers = {
            "host": url.netloc.decode("ascii"),
            "accept": "text/event-stream" if streaming else "*/*",
            # A compressed stream comes in blocks, so its tokens would arrive in bursts.
            "accept-encoding": "identity" if streaming else ACCEPTED,
            "connection": "keep-alive",
            "user-agent": user_agent(),
        }
        if call.upload:
            headers["content-type"] = call.upload.content_type
            headers["content-length"] = str(call.upload.length)
        elif call.body:
            headers["content-type"] = call.content_type
            headers["content-length"] = str(len(call.body))
        elif call.method in ("POST", "PUT", "PATCH"):
            headers["content-length"] = "0"
        extensions = {"timeout": self._limits}
        # What authorizes is joined at the last moment, and is never a variable: a verbose traceback
        # shows those.
        if call.upload:
            return httpx2.Request(
                call.method,
                url,
                headers=_joined(headers, self._origin.authorize(call)),
                content=call.upload,
                extensions=extensions,
            )
        request = httpx2.Request(
            call.method,
            url,
            headers=_joined(headers, self._origin.authorize(call)),
            stream=httpx2.ByteStream(call.body),
            extensions=extensions,
        )
        request.read()
        return request

    def keep_cookies(self, response: httpx2.Response) -> None:
        """Send them from now on: a gateway may tell by them which machine goes on with a caller."""
        import httpx2

        if self._cookies is None:
            self._cookies = httpx2.Cookies()
        self._cookies.extract_cookies(response)

    def _address(self, url: str) -> httpx2.URL:
        """An address in its parts; the last is kept, since rows of many ask the same one."""
        import httpx2

        if self._last_address is None or self._last_address[0] != url:
            self._last_address = url, httpx2.URL(url)
        return self._last_address[1]

    def _transport(self, scheme: str) -> httpx2.AsyncBaseTransport:
        if self._closed:
            raise ConnectionLost(service=self._origin.service, reason=tr("the client was closed"))
        if scheme not in self._transports:
            from .transport import transport

            # A plain address (the sandbox) never uses a context, and a real one costs 20 ms.
            secure = scheme == "https" or self._network.proxy
            context = tls_context(self._network.ca_bundle) if secure else no_trust()
            self._transports[scheme] = transport(
                self._network,
                context,
                proxy=self._network.proxy,
                connections=CONNECTIONS,
                idle=IDLE,
            )
        return self._transports[scheme]

    def translated(self, error: Exception, url: str) -> SophNetError:
        """Our error for one of httpx2's, of which only the words are kept."""
        import httpx2

        from .engine.transport import NoHead

        service, reason = self._origin.service, self._origin.scrub(in_words(_reason(error)))
        setting = self._origin.setting
        match error:
            case SophNetError():
                return error
            case httpx2.ConnectTimeout():
                limit, seconds = "connect", self._network.connect
                return TimedOut(service=service, limit=limit, seconds=seconds, sent=False)
            case httpx2.ConnectError() | httpx2.ProxyError():
                host = urlsplit(url).hostname or "?"
                return Unreachable(service=service, host=host, reason=reason, setting=setting)
            case httpx2.TimeoutException():
                seconds = self._network.between
                return TimedOut(service=service, limit="between-chunks", seconds=seconds)
            case httpx2.UnsupportedProtocol() | httpx2.InvalidURL():
                return SettingsError(
                    tr(
                        "{service}'s address cannot be used: {reason}.",
                        service=service,
                        reason=reason,
                    )
                )
            case httpx2.LocalProtocolError() | UnicodeError():
                # Its words quote the header that holds the key, with escapes: they are not kept.
                return SettingsError(
                    tr("A header for {service} cannot be sent: check the key.", service=service)
                )
            case BrokenCompression():
                what = tr("its compression is broken")
                return AnswerUnreadable(service=service, what=what, setting=setting)
            case NoHead():
                return AnswerUnreadable(service=service, what=str(error), setting=setting)
            case httpx2.NetworkError() | httpx2.ProtocolError() | OSError():
                return ConnectionLost(service=service, reason=reason)
            case _:
                raise error

    def release(self, answer: Answer) -> None:
        self.reading.discard(answer)
        self._leave(answer.patient)

    def drains(self, end: asyncio.Future[None]) -> None:
        """Somebody reads the rest of a response until this ends, so that its reader need not."""
        self._draining.add(end)
        end.add_done_callback(self._draining.discard)

    async def aclose(self) -> None:
        """Close all connections, once those that are being drained have ended."""
        if self._life is not None:
            await self._life.aclose()

    def close_soon(self) -> None:
        """Close without awaiting; to be called on the pool's own loop."""
        self._ending = asyncio.create_task(self.aclose())

    async def _live(self) -> AsyncGenerator[None, None]:
        # A loop closes the generators that were begun on it before it ends: so a pool ends with
        # its loop, even where nobody closes the client, as in asyncio.run(main()).
        try:
            yield
        finally:
            if self._draining:
                await asyncio.wait(self._draining)
            self._closed = True
            for transport in self._transports.values():
                await transport.aclose()


class Answer:
    """An answer whose head has come. Close it, or hand it over to be drained."""

    def __init__(
        self,
        pool: Pool,
        response: httpx2.Response,
        scrub: Callable[[str], str],
        *,
        patient: bool,
    ) -> None:
        self._pool = pool
        self.patient = patient
        self._response = response
        self._closed = False
        pool.reading.add(self)
        self.status = response.status_code
        self.headers = _headers(response.headers.raw, scrub)
        if "set-cookie" in self.headers:
            pool.keep_cookies(response)
        # Of our own engine; httpx2's transport puts none beside its response.
        self._body: Body | None = response.extensions.get("body")
        stream: Any = self._body or response.stream
        # The body as it arrives. Bare, since each layer would cost every token of an answer 1 µs:
        # who reads it passes what it raises through `translated`.
        self.pieces: AsyncIterator[bytes] = aiter(stream)
        # Some servers compress unasked.
        coding = self.headers.get("content-encoding", "identity").strip().lower()
        if coding not in ("identity", ""):
            self.pieces = unpacked(self.pieces, coding)

    def translated(self, error: Exception) -> SophNetError:
        """Our error for one that `pieces` has raised. Raises any that it cannot have."""
        return self._pool.translated(error, str(self._response.url))

    async def aclose(self) -> None:
        """Release the slot in the pool. A response not read to its end loses its connection."""
        if self._closed:
            return
        self._closed = True
        await self._end()

    def hand_over(self) -> None:
        """Have the rest read to its end for a short while: nothing that matters follows."""
        self._closed = True
        if self._body is None:
            self._pool.drains(asyncio.create_task(self._drain()))
            return
        if self._body.is_over:
            # Mostly so: the end came in one packet with the last words.
            self._body.drain(0, lambda: self._pool.release(self))
            return
        end: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._pool.drains(end)

        def drained() -> None:
            self._pool.release(self)
            end.set_result(None)

        self._body.drain(DRAIN, drained)

    async def _drain(self) -> None:
        try:
            with suppress(Exception):
                async with asyncio.timeout(DRAIN):
                    async for _ in self.pieces:
                        pass
        finally:
            await self._end()

    async def _end(self) -> None:
        try:
            await (self._body or self._response).aclose()
        finally:
            self._pool.release(self)


def _joined(headers: Mapping[str, str], more: Mapping[str, str]) -> dict[str, str]:
    """Headers with more of them, which take the place of those of their names."""
    taken = {name.lower() for name in more}
    return {**{name: each for name, each in headers.items() if name not in taken}, **more}


def _headers(raw: Sequence[tuple[bytes, bytes]], scrub: Callable[[str], str]) -> dict[str, str]:
    """The headers of an answer as texts, without keys. None of them holds a line end."""
    lines = b"\n".join(name.lower() + b":" + value for name, value in raw)
    try:
        text = lines.decode()
    except UnicodeDecodeError:
        text = lines.decode("latin-1")
    found: dict[str, str] = {}
    for line in scrub(text).split("\n"):
        name, colon, value = line.partition(":")
        if colon:
            found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def warm_up(ca_bundle: str | None) -> None:
    """Import what a first request needs, and make the TLS context if one will be used."""
    from .engine import transport  # noqa: F401

    if ca_bundle is not None:
        tls_context(ca_bundle)


def _reason(error: BaseException) -> str:
    """The message of the innermost cause: httpx2's own are often empty."""
    inner: BaseException | None = error
    said = ""
    while inner is not None:
        said = str(inner) or said
        inner = inner.__cause__ or inner.__context__
    return said or type(error).__name__
