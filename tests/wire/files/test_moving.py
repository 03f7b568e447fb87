from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from sophnet_jupyter.errors import ConnectionLost, TimedOut
from sophnet_jupyter.wire.call import Call, Network, Origin
from sophnet_jupyter.wire.files.multipart import Multipart, file
from sophnet_jupyter.wire.retry import PAID_TASK
from sophnet_jupyter.wire.wire import Wire

pytestmark = pytest.mark.anyio

SIZE = 4 << 20
FINE = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


class Server:
    """Reads so many bytes a tenth of a second, or hangs up after so many of the first request."""

    def __init__(self, speed: int = 1 << 30, cut_after: int | None = None) -> None:
        self.speed = speed
        self.cut_after = cut_after
        self.requests = 0
        self.came: list[int] = []
        self.at_work: set[asyncio.Task[None] | None] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.at_work.add(asyncio.current_task())
        try:
            await self._answer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.split("content-length: ")[1].split("\r\n")[0])
        self.requests += 1
        cut = self.cut_after if self.requests == 1 else None
        came = 0
        while came < length:
            if cut is not None and came >= cut:
                writer.transport.abort()
                return
            came += len(await reader.read(min(self.speed, length - came)))
            if self.speed < 1 << 30:
                await asyncio.sleep(0.1)
        self.came.append(came)
        writer.write(FINE)
        await writer.drain()


@asynccontextmanager
async def served(server: Server, **network: float) -> AsyncIterator[Wire]:
    # Small buffers, so that what was sent was also read.
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
    sock.bind(("127.0.0.1", 0))
    listening = await asyncio.start_server(server.serve, sock=sock, limit=1 << 18)
    async with listening:
        url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        origin = Origin(service="Test", base_url=url, authorize=lambda call: {}, scrub=str)
        wire = Wire(origin, Network(**network), chance=lambda: 0.0)
        yield wire
        await wire.aclose()
        # One that is slow would read on what has come, and newer Pythons wait for it.
        for task in filter(None, server.at_work):
            task.cancel()


def form(tmp_path: Path, size: int = SIZE) -> Multipart:
    path = tmp_path / "large.bin"
    path.write_bytes(bytes(size))
    return Multipart(file("file", path))


async def test_an_upload_that_moves_outlives_the_total_limit(tmp_path: Path) -> None:
    server = Server(speed=1 << 19)
    body = form(tmp_path, 20 << 20)
    async with served(server, total=2.0) as wire:
        call = Call(method="POST", path="/", upload=body)
        reply = await wire.fetch(call, retry=PAID_TASK)
    assert reply.body == b"ok"
    assert server.came == [body.length]


async def test_an_upload_that_stands_still_ends_at_a_limit(tmp_path: Path) -> None:
    server = Server(speed=1)
    async with served(server, total=0.5) as wire:
        call = Call(method="POST", path="/", upload=form(tmp_path, 64 << 20))
        with pytest.raises(TimedOut):
            await wire.fetch(call, retry=PAID_TASK)


async def test_an_answer_that_never_comes_ends_after_the_upload(tmp_path: Path) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    server = Server()
    server._answer = silent  # type: ignore[method-assign]
    async with served(server, total=0.3) as wire:
        call = Call(method="POST", path="/", upload=form(tmp_path, 1000))
        with pytest.raises(TimedOut, match=r"total limit of 0\.3 s"):
            await wire.fetch(call, retry=PAID_TASK)


async def test_one_that_was_cut_half_sent_is_sent_again(tmp_path: Path) -> None:
    server = Server(cut_after=1 << 20)
    body = form(tmp_path, 32 << 20)
    async with served(server) as wire:
        call = Call(method="POST", path="/", upload=body)
        reply = await wire.fetch(call, retry=PAID_TASK)
    assert reply.body == b"ok"
    assert (server.requests, server.came) == (2, [body.length])


async def test_one_that_was_whole_is_not_sent_again(tmp_path: Path) -> None:
    body = form(tmp_path, 1000)
    server = Server()

    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(body.length)
        server.requests += 1

    server._answer = cut  # type: ignore[method-assign]
    async with served(server) as wire:
        with pytest.raises(ConnectionLost, match="may have been carried out"):
            await wire.fetch(Call(method="POST", path="/", upload=body), retry=PAID_TASK)
    assert server.requests == 1
