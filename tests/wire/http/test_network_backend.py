from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpcore2
import pytest
import trustme

from sophnet_jupyter.errors import AnswerUnreadable, ConnectionLost, TimedOut, Unreachable
from sophnet_jupyter.wire.call import Call, Network, Origin
from sophnet_jupyter.wire.http.network_backend import (
    HELD_BACK,
    UNREAD,
    AsyncioBackend,
    AsyncioStream,
)
from sophnet_jupyter.wire.retry import ANSWER
from sophnet_jupyter.wire.wire import Wire

pytestmark = pytest.mark.anyio

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
FINE = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


@asynccontextmanager
async def served(serve: Serve, context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A server on a port of its own, whose connections end with it."""

    async def whole(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(whole, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]


@asynccontextmanager
async def connected(serve: Serve) -> AsyncIterator[AsyncioStream]:
    async with served(serve) as port:
        stream = await AsyncioBackend().connect_tcp("127.0.0.1", port, timeout=60)
        try:
            yield stream
        finally:
            await stream.aclose()


def wire(url: str, **network: object) -> Wire:
    origin = Origin(service="SophNet", base_url=url, authorize=lambda call: {}, scrub=str)
    return Wire(origin, Network(**network))  # type: ignore[arg-type]


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def test_what_is_written_in_pieces_leaves_together_before_an_answer_is_waited_for() -> None:
    reads: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reads.append(await reader.read(100))
        writer.write(b"answer")

    async with connected(serve) as stream:
        await stream.write(b"head, ")
        # Were it under way already, the server would have read it by now.
        await asyncio.sleep(0.05)
        await stream.write(b"body")
        assert await stream.read(100, timeout=60) == b"answer"
        assert await stream.read(100, timeout=60) == b"", "and a proper end"
    assert reads == [b"head, body"]


async def test_much_leaves_at_once_and_waits_for_a_slow_peer() -> None:
    read, go_on = asyncio.Event(), asyncio.Event()
    came = bytearray()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.extend(await reader.readexactly(HELD_BACK))
        read.set()
        await go_on.wait()
        came.extend(await reader.readexactly((40 << 20) + 7))

    async with connected(serve) as stream:
        await stream.write(bytes(HELD_BACK))
        await asyncio.wait_for(read.wait(), 5)
        with pytest.raises(httpcore2.WriteTimeout):
            await stream.write(bytes(40 << 20), timeout=0.2)
        go_on.set()
        await stream.write(b"the end", timeout=20)
        assert await stream.read(1, timeout=20) == b""
    assert len(came) == HELD_BACK + (40 << 20) + 7


async def test_a_peer_that_sends_more_than_is_read_is_made_to_wait() -> None:
    sent = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        for _ in range(64):
            writer.write(bytes(1 << 20))
            await writer.drain()
            sent += 1 << 20

    async with connected(serve) as stream:
        got = len(await stream.read(1, timeout=60))
        known = -1
        while known != sent:
            known = sent
            await asyncio.sleep(0.2)
        # The rest is in the system's own buffers, of some megabytes.
        assert sent < UNREAD + (30 << 20)
        while piece := await stream.read(1, timeout=60):
            got += len(piece)
    assert got == sent == 64 << 20


async def test_an_idle_connection_knows_when_its_peer_has_left() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)

    async with connected(serve) as stream:
        assert not stream.get_extra_info("is_readable")
        await stream.write(b".")
        reading = asyncio.create_task(stream.read(1, timeout=60))
        assert await reading == b""
        assert stream.get_extra_info("is_readable")
        with pytest.raises(httpcore2.WriteError):
            await stream.write(b"?")


async def test_a_connection_that_was_reset_is_no_proper_end() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        # No time to linger: the peer is told that all is lost.
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()

    async with connected(serve) as stream:
        await stream.write(b".")
        with pytest.raises(httpcore2.ReadError):
            await stream.read(1, timeout=60)


async def test_time_limits_are_told_apart() -> None:
    async with connected(silent) as stream:
        with pytest.raises(httpcore2.ReadTimeout):
            await stream.read(1, timeout=0.01)
        handshake = ssl.create_default_context()
        with pytest.raises(httpcore2.ConnectTimeout):
            await stream.start_tls(handshake, "localhost", timeout=0.01)


async def test_who_does_not_listen_cannot_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
    with pytest.raises(httpcore2.ConnectError):
        await AsyncioBackend().connect_tcp("127.0.0.1", port, timeout=60)


async def test_tls_is_spoken_with_whom_is_trusted_alone(tmp_path: Path) -> None:
    authority = trustme.CA()
    trusted, server = tmp_path / "ca.pem", ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.cert_pem.write_to_path(str(trusted))
    authority.issue_cert("127.0.0.1").configure_cert(server)
    large = b"x" * 3_000_000

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        body = await reader.readexactly(3_000_000)
        assert head.startswith(b"POST /mirror ")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()

    async with served(serve, server) as port:
        url = f"https://127.0.0.1:{port}"
        call = Call(method="POST", path="/mirror", body=large)
        ours = wire(url, ca_bundle=str(trusted))
        reply = await ours.fetch(call, retry=ANSWER)
        await ours.aclose()
        assert reply.body == large
        with pytest.raises(Unreachable, match=r"certificate.*SOPHNET_CA_BUNDLE to the file"):
            await wire(url).fetch(call, retry=ANSWER)


async def test_a_proxy_is_asked_with_its_password_and_never_told_the_secrets_of_tls(
    tmp_path: Path,
) -> None:
    authority = trustme.CA()
    trusted, behind = tmp_path / "ca.pem", ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.cert_pem.write_to_path(str(trusted))
    authority.issue_cert("service.example").configure_cert(behind)
    asked: list[bytes] = []

    async def service(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(FINE)
        await writer.drain()

    async with served(service, behind) as hidden:

        async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            asked.append(await reader.readuntil(b"\r\n\r\n"))
            inner, outer = await asyncio.open_connection("127.0.0.1", hidden)
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")

            async def passed(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
                while piece := await source.read(1 << 16):
                    asked.append(piece)
                    sink.write(piece)
                sink.close()

            await asyncio.gather(passed(reader, outer), passed(inner, writer))

        async with served(proxy) as port:
            address = f"http://me:hush@127.0.0.1:{port}"
            ours = wire("https://service.example", proxy=address, ca_bundle=str(trusted))
            reply = await ours.fetch(Call(method="GET", path="/hidden"), retry=ANSWER)
            await ours.aclose()
    assert reply.body == b"ok"
    assert asked[0].startswith(b"CONNECT service.example:443 ")
    assert b"Proxy-Authorization: Basic bWU6aHVzaA==" in asked[0]
    assert b"/hidden" not in b"".join(asked)


async def test_what_the_network_does_reaches_a_caller_as_our_errors() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")

    async def nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"220 mail.example ready\r\n\r\n")
        await writer.drain()

    call = Call(method="POST", path="/", body=b"{}")
    for serve, expected in ((hang_up, ConnectionLost), (nonsense, ConnectionLost)):
        async with served(serve) as port:
            with pytest.raises(expected):
                await wire(f"http://127.0.0.1:{port}").fetch(call, retry=ANSWER)
    async with served(silent) as port:
        with pytest.raises(TimedOut):
            await wire(f"http://127.0.0.1:{port}", between=0.05).fetch(call, retry=ANSWER)


async def test_no_end_of_informational_answers_is_given_up() -> None:
    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        while True:
            writer.write(b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n" * 200)
            await writer.drain()

    async with served(flood) as port:
        ours = wire(f"http://127.0.0.1:{port}")
        with pytest.raises(AnswerUnreadable, match="256 kB in front of an answer"):
            await asyncio.wait_for(ours.fetch(Call(method="GET", path="/"), retry=ANSWER), 30)
        await ours.aclose()


async def test_an_answer_behind_a_few_of_them_comes_whole_on_each_connection() -> None:
    body = bytes(1 << 20)

    async def hints(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n" * 50)
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body) + body)
            await writer.drain()

    async with served(hints) as port:
        ours = wire(f"http://127.0.0.1:{port}")
        for _ in range(3):
            reply = await ours.fetch(Call(method="GET", path="/"), retry=ANSWER)
            assert reply.body == body
        await ours.aclose()
