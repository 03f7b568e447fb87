from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trustme

from sophnet_jupyter.errors import AnswerUnreadable, ConnectionLost, TimedOut, Unreachable
from sophnet_jupyter.wire.call import Call, Network, Origin
from sophnet_jupyter.wire.http.engine.connection import UNREAD, Body
from sophnet_jupyter.wire.http.engine.engine import Engine, Exchange
from sophnet_jupyter.wire.http.engine.failed import Failed
from sophnet_jupyter.wire.http.engine.opening import Place, Way
from sophnet_jupyter.wire.retry import ANSWER
from sophnet_jupyter.wire.wire import Wire

from ....waiting import WITHIN

pytestmark = pytest.mark.anyio

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
FINE = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@asynccontextmanager
async def served(serve: Serve, context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A server on a port of its own, whose connections end with it."""

    async def whole(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        except (ConnectionError, EOFError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(whole, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]


@asynccontextmanager
async def engine_for(
    serve: Serve, *, proxy: str = "", between: float = 60.0, idle: float = 30.0
) -> AsyncIterator[tuple[Engine, Place]]:
    async with served(serve) as port:
        engine = Engine(Way(context=NOBODY, proxy=proxy, between=between), idle=idle)
        try:
            yield engine, Place("http", "127.0.0.1", port)
        finally:
            await engine.aclose()


async def ask(engine: Engine, place: Place, body: Body = b"", length: int = 0) -> Exchange:
    fields = [(b"content-length", str(length or len(body)).encode())] if body else []  # type: ignore[arg-type]
    return await engine.exchange(place, b"POST", b"/", fields, body, length)


async def whole(exchange: Exchange) -> bytes:
    got = bytearray()
    while piece := await exchange.read():
        got += piece
    return bytes(got)


def wire(url: str, **network: object) -> Wire:
    origin = Origin(service="SophNet", base_url=url, authorize=lambda call: {}, scrub=str)
    return Wire(origin, Network(**network))  # type: ignore[arg-type]


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def thrown_away(engine: Engine) -> None:
    """Wait until no connection is kept."""
    while engine.kept:  # noqa: ASYNC110
        await asyncio.sleep(0.01)


def playing(*steps: bytes | float, requests: int = 99) -> Serve:
    """A server that answers each request so; seconds are pauses."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(requests):
            try:
                await reader.readuntil(b"\r\n\r\n")
            except asyncio.IncompleteReadError:
                return
            for step in steps:
                if isinstance(step, bytes):
                    writer.write(step)
                    await writer.drain()
                else:
                    await asyncio.sleep(step)

    return serve


async def test_the_head_and_a_small_body_leave_together() -> None:
    reads: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reads.append(await reader.read(1 << 16))
        writer.write(FINE)

    async with engine_for(serve) as (engine, place):
        exchange = await ask(engine, place, b"body")
        assert await whole(exchange) == b"ok"
        exchange.leave()
    assert reads == [b"POST / HTTP/1.1\r\ncontent-length: 4\r\n\r\nbody"]


async def test_a_long_body_waits_for_a_slow_peer() -> None:
    go_on, sent = asyncio.Event(), 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await go_on.wait()
        await reader.readexactly(64 << 20)
        writer.write(FINE)

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(256):
            sent += 1 << 18
            yield bytes(1 << 18)

    async with engine_for(serve) as (engine, place):
        asking = asyncio.create_task(ask(engine, place, body(), 64 << 20))
        known = -1
        while known != sent or not sent:
            known = sent
            await asyncio.sleep(0.2)
        # The rest is in the system's own buffers, of some megabytes.
        assert sent < 30 << 20
        go_on.set()
        exchange = await asking
        assert await whole(exchange) == b"ok"
        exchange.leave()


async def test_a_peer_that_takes_nothing_is_given_up() -> None:
    async def deaf(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        await gone.wait()

    gone = asyncio.Event()
    async with engine_for(deaf, between=0.2) as (engine, place):
        with pytest.raises(Failed) as caught:
            await ask(engine, place, bytes(64 << 20))
        gone.set()
    assert caught.value.kind == "timeout"


async def test_no_more_of_a_body_is_sent_once_it_was_answered() -> None:
    sent, left = 0, False
    refusal = b"HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n"

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent, left
        try:
            while True:
                sent += 1
                yield b"x"
                await asyncio.sleep(0.001)
        finally:
            left = True

    async with engine_for(playing(refusal)) as (engine, place):
        exchange = await ask(engine, place, endless(), 1 << 40)
        assert exchange.head.status == 413
        assert left
        assert not await whole(exchange)
        exchange.leave()
        # What is left of the body would be read as the next request.
        assert not engine.kept


@pytest.mark.parametrize("pieces", [[b"too", b" much"], [b"too", b""], []], ids=str)
async def test_a_body_of_another_length_than_was_said_is_no_request(pieces: list[bytes]) -> None:
    async def body() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    async with engine_for(silent) as (engine, place):
        with pytest.raises(Failed, match="not as long"):
            await ask(engine, place, body(), 5)


async def test_a_peer_that_sends_more_than_is_read_is_made_to_wait() -> None:
    sent = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(64):
            writer.write(bytes(1 << 20))
            await writer.drain()
            sent += 1 << 20

    async with engine_for(serve) as (engine, place):
        exchange = await ask(engine, place)
        known = -1
        while known != sent:
            known = sent
            await asyncio.sleep(0.2)
        # The rest is in the system's own buffers, of some megabytes.
        assert sent < UNREAD + (30 << 20)
        assert len(await whole(exchange)) == sent == 64 << 20
        exchange.leave()


async def test_a_reader_may_come_back_later_than_the_time_limit() -> None:
    async with engine_for(
        playing(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nso", 2.55, b"me"), between=1.2
    ) as (engine, place):
        exchange = await ask(engine, place)
        await asyncio.sleep(1.8)
        # Nobody waited meanwhile, and what is waited for now has its whole time.
        assert await whole(exchange) == b"some"
        exchange.leave()


async def test_what_arrives_together_is_handed_on_together() -> None:
    chunks = b"".join(b"5\r\nhello\r\n" for _ in range(50)) + b"0\r\n\r\n"
    head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    async with engine_for(playing(head + chunks)) as (engine, place):
        exchange = await ask(engine, place)
        assert await exchange.read() == b"hello" * 50
        assert exchange.is_over
        exchange.leave()
        assert engine.kept == 1


@pytest.mark.parametrize(
    "extra",
    [b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nno", b"\r\n", b"x"],
    ids=["a second answer", "a line end", "a letter"],
)
async def test_a_connection_that_says_more_than_it_was_asked_is_not_used_again(
    extra: bytes,
) -> None:
    for steps in ((FINE + extra,), (FINE, 0.05, extra)):
        async with engine_for(playing(*steps)) as (engine, place):
            for _ in range(2):
                exchange = await ask(engine, place)
                assert await whole(exchange) == b"ok"
                exchange.leave()
                await thrown_away(engine)


async def test_an_idle_connection_whose_peer_has_left_is_not_used_again() -> None:
    left = threading.Event()

    def serve(listening: socket.socket) -> None:
        for _ in range(2):
            accepted, _ = listening.accept()
            with accepted:
                accepted.recv(1 << 16)
                accepted.sendall(FINE)
            left.set()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=(listening,))
        thread.start()
        engine = Engine(Way(context=NOBODY), idle=30)
        place = Place("http", "127.0.0.1", listening.getsockname()[1])
        for _ in range(2):
            exchange = await ask(engine, place)
            assert await whole(exchange) == b"ok"
            exchange.leave()
            # The system has heard of the end, and the loop, which stands still here, has not.
            left.wait()
            left.clear()
        await engine.aclose()
        thread.join()


async def test_an_idle_connection_is_closed_after_its_time() -> None:
    gone = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await playing(FINE)(reader, writer)
        gone.set()

    async with engine_for(serve, idle=0.05) as (engine, place):
        exchange = await ask(engine, place)
        assert await whole(exchange) == b"ok"
        exchange.leave()
        assert engine.kept == 1
        await gone.wait()
        assert engine.kept == 0


async def test_a_connection_that_was_reset_is_no_proper_end() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\nsome")
        await reader.readexactly(1)
        # No time to linger: the peer is told that all is lost.
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()

    async with engine_for(serve) as (engine, place):
        exchange = await ask(engine, place, b"12")
        assert await exchange.read() == b"some"
        with pytest.raises(Failed) as caught:
            await exchange.read()
        assert caught.value.kind == "lost"
        exchange.leave()


async def test_an_answer_that_ends_between_any_two_bytes_is_not_whole() -> None:
    head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    data = head + b"2;a=b\r\nso\r\n2\r\nme\r\n0\r\na: b\r\n\r\n"
    served_so_far = iter(range(len(data) + 1))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(data[: next(served_so_far)])

    async with engine_for(serve) as (engine, place):
        for _ in data:
            with pytest.raises(Failed) as caught:
                await whole(await ask(engine, place))
            assert caught.value.kind == "lost"
        exchange = await ask(engine, place)
        assert await whole(exchange) == b"some"
        exchange.leave()


async def test_time_limits_are_told_apart() -> None:
    async with engine_for(silent, between=0.05) as (engine, place):
        with pytest.raises(Failed) as caught:
            await ask(engine, place)
        assert caught.value.kind == "timeout"
        way = Way(context=ssl.create_default_context(), connect=0.05)
        with pytest.raises(Failed) as caught:
            await way.open(place._replace(scheme="https"))
        assert caught.value.kind == "connect timeout"


async def test_who_does_not_listen_cannot_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
    with pytest.raises(Failed) as caught:
        await Way(context=NOBODY).open(Place("http", "127.0.0.1", port))
    assert caught.value.kind == "connect"


async def test_an_answer_that_was_left_can_be_read_no_more() -> None:
    async with engine_for(playing(FINE)) as (engine, place):
        exchange = await ask(engine, place)
        exchange.leave()
        with pytest.raises(Failed, match="was closed"):
            await exchange.read()
        exchange.leave()


@pytest.mark.parametrize("comes", [True, False], ids=["it comes", "it does not"])
async def test_a_rest_that_comes_soon_keeps_the_connection(comes: bool) -> None:
    go_on, left = asyncio.Event(), asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(FINE[:-1])
        await go_on.wait()
        writer.write(FINE[-1:])
        await reader.read()

    async with engine_for(serve) as (engine, place):
        exchange = await ask(engine, place)
        assert await exchange.read() == b"o"
        exchange.leave(60 if comes else 0.05, left.set)
        if comes:
            go_on.set()
        await left.wait()
        assert engine.kept == comes
        go_on.set()


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
            await asyncio.wait_for(ours.fetch(Call(method="GET", path="/"), retry=ANSWER), WITHIN)
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
