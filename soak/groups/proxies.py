"""Answers behind a proxy that drops the connection somewhere: none is passed off as whole."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import urlsplit

from byte_server import ByteServer, chunk, head, serving
from services import DIFY, SERVICES, TELEAI_EXCEL, Service

from sophnet_jupyter import Client, Dify, TeleAI
from sophnet_jupyter.errors import SophNetError
from sophnet_jupyter.settings import Timeouts

from ..tally import Tally

KEY = "sk-canary-4f1d9a7b"
WORDS = [f"word{number} " for number in range(40)]


class Dropping:
    """A forward proxy that lets so many bytes through, up or down, and then hangs up or resets."""

    def __init__(self) -> None:
        self.up = self.down = 1 << 40
        self.reset = False
        self.url = ""
        self.used = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.used += 1
        try:
            await self._pass(reader, writer)
        except (OSError, asyncio.IncompleteReadError, ValueError):
            pass
        finally:
            if self.reset:
                writer.transport.abort()
            writer.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await reader.readuntil(b"\r\n")
        method, address, rest = first.split(b" ", 2)
        parts = urlsplit(address.decode())
        there, sent = await asyncio.open_connection(parts.hostname, parts.port)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        sent.write(b" ".join([method, path.encode(), rest]))
        both = [
            asyncio.create_task(_pump(reader, sent, self.up)),
            asyncio.create_task(_pump(there, writer, self.down)),
        ]
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in both:
                task.cancel()
            sent.transport.abort()


async def _pump(source: asyncio.StreamReader, target: asyncio.StreamWriter, left: int) -> None:
    while left > 0 and (data := await source.read(min(left, 65536))):
        left -= len(data)
        target.write(data)
        await target.drain()


@contextlib.asynccontextmanager
async def dropping() -> AsyncIterator[Dropping]:
    proxy = Dropping()
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    async with server:
        proxy.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield proxy


def run(tally: Tally, *, small: bool) -> None:
    with serving() as server:
        asyncio.run(_all(tally, server, small=small))


async def _all(tally: Tally, server: ByteServer, *, small: bool) -> None:
    async with dropping() as proxy:
        for service in [DIFY] if small else SERVICES:
            await _one(tally, server, proxy, service, 6 if small else 120)
            await _whole(tally, server, proxy, service, 4 if small else 40)
        tally.count("all of it went through the proxy", proxy.used >= tally.tried, proxy.used)


async def _one(
    tally: Tally, server: ByteServer, proxy: Dropping, service: Service, times: int
) -> None:
    """Streams that are cut at chance places."""
    chance = random.Random(service.name)
    begin = head(transfer_encoding="chunked")
    parts = [*map(service.text, WORDS), service.finish("stop") + service.end]
    script = [begin, *(chunk(part) for part in parts), b"0\r\n\r\n"]
    size = sum(map(len, script))
    text = "".join(WORDS)
    for turn in range(times):
        proxy.down, proxy.reset = chance.randrange(0, size + 40), turn % 2 == 1
        server.play(script)
        said, kept = await _asked(service, proxy, server, service.settled)
        # The whole text with its end, or what came of it and that it is not whole.
        held = (said == "complete" and kept == text) or (
            said != "complete" and text.startswith(kept)
        )
        tally.count(
            f"{service.name}, cut behind {proxy.down} of {size} bytes",
            held,
            f"{said}: {kept[-40:]}",
        )
    proxy.down = 1 << 40
    server.play(script)
    said, kept = await _asked(service, proxy, server, service.settled)
    tally.count(f"{service.name}, not cut", (said, kept) == ("complete", text), (said, kept))


async def _whole(
    tally: Tally, server: ByteServer, proxy: Dropping, service: Service, times: int
) -> None:
    """Answers in one piece, and requests that are cut on their way there."""
    chance = random.Random(service.name)
    body = service.body("x" * 3000)
    script = [head(200, "application/json", content_length=len(body)) + body]
    for turn in range(times):
        proxy.up = proxy.down = 1 << 40
        if turn % 2:
            proxy.up = chance.randrange(0, 150)
        else:
            proxy.down = chance.randrange(0, len(script[0]))
        server.play(script)
        said, kept = await _asked(service, proxy, server, service.whole)
        held = said != "complete" and not kept.strip("x")
        place = f"{proxy.up} up" if turn % 2 else f"{proxy.down} down"
        tally.count(
            f"{service.name} in one piece, cut behind {place}", held, f"{said}, {kept[:40]}"
        )
    proxy.up = proxy.down = 1 << 40


async def _asked(
    service: Service, proxy: Dropping, server: ByteServer, ask: Callable[[Client], Any]
) -> tuple[str, str]:
    limits = Timeouts(connect=5, between=5, total=60)
    async with Client(KEY, server.url, model="m", timeouts=limits, proxy=proxy.url) as client:
        if service is DIFY:
            app = Dify(KEY, server.url, user="u", timeouts=limits, proxy=proxy.url)
            client._dify_apps[""] = app
        elif service is TELEAI_EXCEL:
            excel = TeleAI("id", KEY, base_url=server.url, timeouts=limits, proxy=proxy.url)
            client.excel = excel  # type: ignore[misc, assignment]
        try:
            answer = await ask(client)
        except SophNetError as error:
            kept = getattr(getattr(error, "response", None), "text", "")
            return type(error).__name__, kept
        return answer.ending, answer.text
