"""
Websockets: the only importer of the library.

No type and no error of it leaves: they hold the address, and the address holds the key.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from .. import time_limit
from ..errors import (
    AnswerUnreadable,
    LineClosed,
    SettingsError,
    SophNetError,
    TimedOut,
    Unreachable,
)
from ..language import tr
from .agent import user_agent
from .call import Call, Network, Origin, Reply
from .http.trust import tls_context
from .interrupted import frames_dropped
from .reasons import in_words

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection, connect

# Often enough for a router to remember the line, and for a dead one to be noticed.
PING = 20.0
# How long a peer may take to say good-bye, too.
CLOSE = 2.0
LARGEST = 16 << 20
# A message may come in so many pieces: services send one, and relays a few.
PIECES = 4096
# What a line without a closing frame is closed with (RFC 6455, 7.1.5).
ABNORMAL = 1006

# Moves the proof of identity out of the headers, into the query that it returns.
Prove = Callable[[dict[str, str]], Mapping[str, str]]

# Not one of the process's loggers, whose levels are everybody's: at DEBUG the library would write
# the whole address.
_SILENT = logging.Logger("sophnet_jupyter.websocket", logging.CRITICAL + 1)

log = logging.getLogger(__name__)


class UpgradeRefused(Exception):
    """
    The server refused the upgrade and replied in HTTP; ``reply`` is that response.

    For the service's own code, which knows what its words mean.
    """

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        super().__init__(reply.status)


class Sockets:
    """Opens websockets to one service. May be used from several event loops."""

    def __init__(self, origin: Origin, network: Network, *, ping: float | None = PING) -> None:
        self.origin = origin
        self.network = network
        self._ping = ping

    async def open(
        self, path: str, query: Mapping[str, str] | None = None, *, prove: Prove | None = None
    ) -> Socket:
        """
        Open a websocket at a path below the service's root.

        ``prove`` may take headers of the proof away and return them as part of the query, for
        services that want their key there. Raises `UpgradeRefused`, `Unreachable`, `TimedOut`,
        `AnswerUnreadable` or `SettingsError`.
        """
        base_url = self.origin.base_url
        if not base_url and self.origin.locate:
            base_url = await asyncio.to_thread(self.origin.locate)
        renewal, key = self.origin.renewal, 0
        for again in (True, False):
            if renewal:
                key = await asyncio.to_thread(renewal.current)
            try:
                with frames_dropped():
                    connection = await self._dial(base_url, path, dict(query or {}), prove)
            except Exception as error:
                ours = self._translated(error, base_url)
            else:
                log.info("socket %s: open", path)
                heard = self.origin.socket_opened
                ended = heard(path) if heard else None
                return Socket(self.origin.service, connection, self.origin.scrub, ended=ended)
            refused = isinstance(ours, UpgradeRefused) and ours.reply.status == 401
            if not (
                again and refused and renewal and await asyncio.to_thread(renewal.renewed, key)
            ):
                break
        # Out here, since inside the handler it would carry the library's error, and that the key.
        raise ours

    async def _dial(
        self, base_url: str, path: str, query: dict[str, str], prove: Prove | None
    ) -> ClientConnection:
        from websockets.asyncio.client import connect

        class Direct(connect):
            """A connection that follows no redirect: the key stays where it was sent."""

            def process_redirect(self, exc: Exception) -> Exception:
                return exc

        def dial() -> connect:
            # Joined at the last moment, in a frame that is gone before anything can fail: a
            # verbose traceback shows variables.
            headers = dict(self.origin.authorize(Call(method="GET", path=path)))
            secrets = prove(headers) if prove else {}
            return Direct(
                f"ws{base_url[4:]}{path}?{urlencode({**query, **secrets})}".rstrip("?"),
                additional_headers=headers,
                user_agent_header=user_agent(),
                compression=None,  # sound does not get smaller by it
                proxy=self.network.proxy or None,
                open_timeout=None,  # ours below gives back what the loop lost
                ping_interval=self._ping,
                ping_timeout=self._ping,
                close_timeout=CLOSE,
                max_size=LARGEST,
                logger=_SILENT,
                create_connection=_bounded(),
                ssl=tls_context(self.network.ca_bundle) if base_url[:6] == "https:" else None,
            )

        async with time_limit.within(self.network.connect):
            return await dial()

    def _translated(self, error: Exception, url: str) -> Exception:
        """Our error for one of the library's, with only the harmless part of its message."""
        from websockets import exceptions as theirs

        service, scrub = self.origin.service, self.origin.scrub
        setting = self.origin.setting
        host = urlsplit(url).hostname or "?"
        match error:
            case SophNetError():
                return error
            case theirs.InvalidStatus(response=response):
                headers = {name.lower(): scrub(value) for name, value in response.headers.items()}
                if 300 <= response.status_code < 400:
                    what = tr(
                        "a redirect ({status_code}) where a socket was to be opened",
                        status_code=response.status_code,
                    )
                    return AnswerUnreadable(service=service, what=what, setting=setting)
                body = bytes(response.body or b"")
                path = urlsplit(url).path
                reply = Reply(
                    status=response.status_code, headers=headers, body=body, scrub=scrub, path=path
                )
                return UpgradeRefused(reply)
            case TimeoutError():
                seconds = self.network.connect
                return TimedOut(service=service, limit="connect", seconds=seconds, sent=False)
            case theirs.InvalidURI():
                return SettingsError(
                    tr(
                        "{service}'s address is none that a socket can be opened at.",
                        service=service,
                    )
                )
            case theirs.ProxyError() | theirs.InvalidProxy() | ImportError():
                reason = tr("the proxy did not pass the socket on")
                return Unreachable(service=service, host=host, reason=reason, setting=setting)
            case (
                theirs.ConnectionClosed()
                | EOFError()
                | theirs.InvalidMessage(__cause__=EOFError() | OSError())
            ):
                reason = tr("the line was closed while it was being opened")
                return Unreachable(service=service, host=host, reason=reason, setting=setting)
            case theirs.InvalidHandshake() | theirs.InvalidMessage():
                return AnswerUnreadable(
                    service=service, what=tr("it opened no websocket"), setting=setting
                )
            case OSError():
                return Unreachable(
                    service=service, host=host, reason=scrub(in_words(str(error))), setting=setting
                )
            case _:
                raise error


@cache
def _bounded() -> type[ClientConnection]:
    """The library's connection, with limits that it lacks, or that count a suspend."""
    from websockets.asyncio.client import ClientConnection
    from websockets.frames import CloseCode, Frame, Opcode

    class Bounded(ClientConnection):
        """Closes when a message comes in more than `PIECES` pieces, which may all be empty."""

        _pieces = 0

        async def keepalive(self) -> None:
            """As the library's, but a pong that has come is never late."""
            assert self.ping_interval is not None
            while True:
                await asyncio.sleep(self.ping_interval)
                pong = await self.ping()
                try:
                    async with time_limit.within(self.ping_timeout):
                        await pong
                except TimeoutError:
                    self.protocol.fail(CloseCode.INTERNAL_ERROR, "keepalive ping timeout")
                    # Whoever does not answer is not waited for.
                    self.transport.abort()
                    return

        def process_event(self, event: Any) -> None:
            if isinstance(event, Frame) and event.opcode in (
                Opcode.TEXT,
                Opcode.BINARY,
                Opcode.CONT,
            ):
                self._pieces = 0 if event.fin else self._pieces + 1
                if self._pieces > PIECES:
                    self.protocol.fail(
                        CloseCode.MESSAGE_TOO_BIG, tr("more than {pieces} pieces", pieces=PIECES)
                    )
                    # Not waited for: whoever sends such a thing does not say good-bye either.
                    self.transport.abort()
                    return
            super().process_event(event)

    return Bounded


class Socket:
    """
    One open websocket. Messages are text or bytes; pings are answered automatically.

    A peer that does not answer ours for `PING` seconds counts as gone.
    """

    def __init__(
        self,
        service: str,
        connection: ClientConnection,
        scrub: Callable[[str], str],
        *,
        ended: Callable[[], None] | None = None,
    ) -> None:
        self.service = service
        self._ended = ended
        self._connection = connection
        self._scrub = scrub
        response: Any = connection.response
        self.headers = {name.lower(): scrub(value) for name, value in response.headers.items()}

    async def send(self, message: str | bytes) -> None:
        """Send, as fast as the line takes it. Raises `LineClosed`."""
        from websockets import exceptions as theirs

        try:
            await self._connection.send(message)
        except theirs.ConnectionClosed:
            pass
        else:
            return
        raise self._closed()

    async def receive(self) -> str | bytes:
        """The next message. Raises `LineClosed` once there are no more."""
        from websockets import exceptions as theirs

        try:
            return await self._connection.recv()
        except theirs.ConnectionClosed:
            pass
        raise self._closed()

    async def ping(self, within: float = PING) -> float:
        """The round-trip time in seconds. Raises `TimedOut` or `LineClosed`."""
        from websockets import exceptions as theirs

        try:
            async with time_limit.within(within):
                return await (await self._connection.ping())
        except TimeoutError:
            ours: SophNetError = TimedOut(service=self.service, limit="ping", seconds=within)
        except theirs.ConnectionClosed:
            ours = self._closed()
        raise ours

    async def aclose(self, code: int = 1000) -> None:
        """Send a close frame, and close the connection after `CLOSE` seconds in any case."""
        ended, self._ended = self._ended, None
        try:
            with suppress(Exception):
                await self._connection.close(code)
        finally:
            if ended:
                ended()

    def _closed(self) -> LineClosed:
        code = self._connection.close_code
        return LineClosed(
            service=self.service,
            code=ABNORMAL if code is None else code,
            reason=self._scrub(self._connection.close_reason or ""),
        )
