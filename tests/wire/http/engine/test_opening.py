"""Proxies, TLS, and leaving in the middle of what comes before an answer."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
import trustme

from sophnet_jupyter.errors import Unreachable
from sophnet_jupyter.wire.call import Call, Network, Origin
from sophnet_jupyter.wire.http.engine.engine import Engine, Exchange
from sophnet_jupyter.wire.http.engine.failed import Failed
from sophnet_jupyter.wire.http.engine.opening import Place, Way
from sophnet_jupyter.wire.retry import ANSWER
from sophnet_jupyter.wire.wire import Wire

pytestmark = pytest.mark.anyio

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
FINE = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
OPEN = b"HTTP/1.1 200 Connection established\r\n\r\n"
GET = (b"GET", b"/a?b", [(b"host", b"service.example")])


async def _until(true: Callable[[], object]) -> None:
    while not true():  # noqa: ASYNC110
        await asyncio.sleep(0.005)


@dataclass
class Server:
    """A server on a port of its own. ``heard`` is what it has read, ``open`` what is connected."""

    port: int = 0
    open: int = 0
    heard: list[bytes] = field(default_factory=list)


@asynccontextmanager
async def served(
    serve: Callable[[Server, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
    context: ssl.SSLContext | None = None,
) -> AsyncIterator[Server]:
    told = Server()

    async def whole(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        told.open += 1
        try:
            await serve(told, reader, writer)
            await reader.read()
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            told.open -= 1
            writer.close()

    server = await asyncio.start_server(whole, "127.0.0.1", 0, ssl=context)
    async with server:
        told.port = server.sockets[0].getsockname()[1]
        yield told
        # Everybody has left by now, and is to be let go before the loop ends.
        await _until(lambda: told.open == 0)
        await asyncio.sleep(0.01)


def saying(*answers: bytes) -> Callable[..., Awaitable[None]]:
    async def serve(
        told: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        for answer in answers:
            told.heard.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(answer)

    return serve


async def passing(
    told: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, to: int
) -> None:
    """What a proxy does that opens the way to a port."""
    told.heard.append(await reader.readuntil(b"\r\n\r\n"))
    inner, outer = await asyncio.open_connection("127.0.0.1", to)
    writer.write(OPEN)

    async def passed(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while piece := await source.read(1 << 16):
            sink.write(piece)
        sink.close()

    try:
        await asyncio.gather(passed(reader, outer), passed(inner, writer))
    finally:
        outer.transport.abort()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.configure_trust(context)
    return context


def identity(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(context)
    return context


async def fetched(engine: Engine, place: Place) -> bytes:
    exchange = await engine.exchange(place, *GET)
    body = await exchange.read()
    assert not await exchange.read()
    exchange.leave()
    return body


async def failing(way: Way, place: Place) -> Failed:
    engine = Engine(way, idle=30)
    with pytest.raises(Failed) as caught:
        await engine.exchange(place, *GET)
    await engine.aclose()
    return caught.value


# Proxies.


async def test_a_proxy_is_asked_for_the_whole_address_where_there_is_no_tls() -> None:
    async with served(saying(FINE, FINE)) as proxy:
        way = Way(context=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        engine = Engine(
            Way(context=way.context, proxy=f"http://me:h%40sh@127.0.0.1:{proxy.port}"), idle=30
        )
        for host in ("service.example", "::1"):
            assert await fetched(engine, Place("http", host, 8080)) == b"ok"
        await engine.aclose()
    assert proxy.heard[0].startswith(b"GET http://service.example:8080/a?b HTTP/1.1\r\n")
    assert b"\r\nProxy-Authorization: Basic bWU6aEBzaA==\r\n" in proxy.heard[0]
    assert proxy.heard[1].startswith(b"GET http://[::1]:8080/a?b HTTP/1.1\r\n")


async def test_a_status_of_a_plain_proxy_is_that_of_the_answer() -> None:
    refusal = b"HTTP/1.1 402 Payment Required\r\ncontent-length: 0\r\n\r\n"
    async with served(saying(refusal)) as proxy:
        origin = Origin(
            service="SophNet",
            base_url="http://service.example",
            authorize=lambda call: {},
            scrub=str,
        )
        wire = Wire(origin, Network(proxy=f"http://127.0.0.1:{proxy.port}"))
        reply = await wire.fetch(Call(method="GET", path="/"), retry=ANSWER)
        await wire.aclose()
    assert reply.status == 402


async def test_tls_goes_through_a_proxy_that_itself_speaks_tls(
    authority: trustme.CA, trusting: ssl.SSLContext
) -> None:
    async with served(saying(FINE, FINE), identity(authority, "service.example")) as service:

        async def serve(
            told: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> None:
            await passing(told, reader, writer, service.port)

        async with served(serve, identity(authority, "127.0.0.1")) as proxy:
            engine = Engine(Way(context=trusting, proxy=f"https://127.0.0.1:{proxy.port}"), idle=30)
            for _ in range(2):
                assert await fetched(engine, Place("https", "service.example", 443)) == b"ok"
            await engine.aclose()
    assert [head.split(b"\r\n")[0] for head in proxy.heard] == [
        b"CONNECT service.example:443 HTTP/1.1"
    ]
    assert len(service.heard) == 2


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "407 Proxy Authentication"),
        (b"HTTP/1.1 403 Forbidden\r\ncontent-length: 9\r\n\r\nforbidden", "403 Forbidden"),
        (OPEN + b"bytes of its own", "more than that the way is open"),
        (b"SSH-2.0-OpenSSH_9.7\r\n\r\n", "no status"),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", "another protocol"),
    ],
    ids=["password", "body", "bytes of its own", "no HTTP", "another protocol"],
)
async def test_a_proxy_that_does_not_open_the_way_is_told_as_one(answer: bytes, said: str) -> None:
    async with served(saying(answer)) as proxy:
        way = Way(
            context=ssl.create_default_context(),
            proxy=f"http://me:hush@127.0.0.1:{proxy.port}",
        )
        failure = await failing(way, Place("https", "service.example", 443))
    assert failure.kind == "proxy"
    assert said in str(failure)
    assert "hush" not in str(failure)


async def test_a_proxy_that_hangs_up_or_never_answers_is_told_as_what_it_is() -> None:
    async def hang_up(
        told: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    place = Place("https", "service.example", 443)
    for serve, seconds, kind in (
        (hang_up, 60.0, "proxy"),
        (saying(b""), 0.2, "connect timeout"),
    ):
        async with served(serve) as proxy:
            address = f"http://127.0.0.1:{proxy.port}"
            way = Way(context=ssl.create_default_context(), proxy=address, connect=seconds)
            assert (await failing(way, place)).kind == kind


# TLS.


async def test_a_certificate_must_name_the_host_wherever_the_connection_goes(
    authority: trustme.CA, trusting: ssl.SSLContext
) -> None:
    async with served(saying(FINE), identity(authority, "service.example")) as service:
        way = Way(context=trusting)
        engine = Engine(way, idle=30)
        right = Place("https", "service.example", service.port, "127.0.0.1")
        assert await fetched(engine, right) == b"ok"
        await engine.aclose()
        failure = await failing(way, right._replace(host="other.example"))
    assert failure.kind == "connect"
    assert "certificate" in str(failure).lower()


@pytest.mark.parametrize("goodbye", [True, False])
async def test_tls_that_ends_in_the_middle_is_no_whole_answer(
    goodbye: bool, authority: trustme.CA, trusting: ssl.SSLContext
) -> None:
    async def serve(
        told: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nso\r\n")
        await writer.drain()
        await asyncio.sleep(0)
        if goodbye:
            writer.close()
        else:
            writer.transport.abort()

    async with served(serve, identity(authority, "127.0.0.1")) as service:
        engine = Engine(Way(context=trusting), idle=30)
        exchange = await engine.exchange(Place("https", "127.0.0.1", service.port), *GET)
        with pytest.raises(Failed) as caught:
            await _to_the_end(exchange)
        exchange.leave()
        await engine.aclose()
    assert caught.value.kind == "lost"


async def _to_the_end(exchange: Exchange) -> None:
    while await exchange.read():
        pass


# Leaving.


@pytest.mark.parametrize("stage", ["TLS", "CONNECT", "head", "body"])
async def test_who_leaves_at_any_stage_leaves_no_connection(stage: str) -> None:
    async def serve(
        told: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        told.heard.append(await reader.read(1 << 16))
        if stage == "body":
            writer.write(FINE[:-1])

    async with served(serve) as server:
        proxy = f"http://127.0.0.1:{server.port}" if stage == "CONNECT" else ""
        engine = Engine(Way(context=ssl.create_default_context(), proxy=proxy), idle=30)
        scheme = "https" if stage in ("TLS", "CONNECT") else "http"

        async def read() -> None:
            exchange = await engine.exchange(Place(scheme, "127.0.0.1", server.port), *GET)
            try:
                begun.append(await exchange.read())
                await exchange.read()
            finally:
                exchange.leave()

        begun: list[bytes] = []
        task = asyncio.create_task(read())
        await _until(lambda: begun if stage == "body" else server.heard)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await _until(lambda: server.open == 0)
        await engine.aclose()


async def test_closing_the_engine_ends_what_is_being_read() -> None:
    async with served(saying(FINE[:-1])) as server:
        engine = Engine(Way(context=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)), idle=30)
        place = Place("http", "127.0.0.1", server.port)
        exchange = await engine.exchange(place, *GET)
        assert await exchange.read() == b"o"
        reading = asyncio.create_task(exchange.read())
        await asyncio.sleep(0)
        await engine.aclose()
        with pytest.raises(Failed, match="closed"):
            await reading
        exchange.leave()
        with pytest.raises(Failed, match="closed"):
            await engine.exchange(place, *GET)


async def test_a_cookie_of_a_gateway_is_sent_from_then_on() -> None:
    first = FINE.replace(b"\r\n\r\n", b"\r\nset-cookie: way=7; Path=/\r\n\r\n")
    async with served(saying(first, FINE)) as server:
        origin = Origin(
            service="SophNet",
            base_url=f"http://127.0.0.1:{server.port}",
            authorize=lambda call: {"User-Agent": "another"},
            scrub=str,
        )
        wire = Wire(origin, Network())
        for _ in range(2):
            await wire.fetch(Call(method="GET", path="/"), retry=ANSWER)
        await wire.aclose()
    heads = [head.lower() for head in server.heard]
    assert [b"\r\ncookie: way=7\r\n" in head for head in heads] == [False, True]
    # What authorizes a request takes the place of what we say.
    assert all(head.count(b"user-agent:") == 1 and b"another" in head for head in heads)


# What it is made of.

WITHOUT = """
import asyncio, sys
from sophnet_jupyter.wire.call import Call, Network, Origin
from sophnet_jupyter.wire.files.download import Downloader
from sophnet_jupyter.wire.retry import ANSWER
from sophnet_jupyter.wire.wire import Wire
url = sys.argv[1]

async def main():
    origin = Origin(service="SophNet", base_url=url, authorize=lambda call: {}, scrub=str)
    network = Network(transport=sys.argv[2])
    wire = Wire(origin, network)
    assert (await wire.fetch(Call(method="GET", path="/"), retry=ANSWER)).body == b"ok"
    async with wire.stream(Call(method="POST", path="/", body=b"{}")) as stream:
        async for _ in stream.events(until="[DONE]"):
            pass
    await wire.aclose()
    loader = Downloader(network, allowed_origins=lambda: [url])
    assert (await loader.fetch(url, kinds=["text"])).data == b"ok"

asyncio.run(main())
print(*sorted({"httpcore2", "h11", "anyio"} & set(sys.modules)))
"""


@pytest.mark.parametrize(
    ("transport", "others"), [("", ""), ("httpx2", "anyio h11 httpcore2")], ids=["ours", "httpx2's"]
)
async def test_no_other_library_carries_a_request_of_ours_unless_it_is_chosen(
    transport: str, others: str
) -> None:
    stream = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 14\r\n\r\n"

    async def serve(
        told: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            if head.startswith(b"POST"):
                await reader.readexactly(2)
                writer.write(stream + b"data: [DONE]\n\n")
            else:
                writer.write(FINE.replace(b"\r\n\r\n", b"\r\ncontent-type: text/plain\r\n\r\n"))

    async with served(serve) as server:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-c", WITHOUT, f"http://127.0.0.1:{server.port}", transport),
            stdout=subprocess.PIPE,
        )
        said, _ = await child.communicate()
    assert said.decode().strip() == others


UNKNOWN = """
import asyncio, sys
from sophnet_jupyter.errors import Unreachable
from sophnet_jupyter.wire.call import Call, Network, Origin
from sophnet_jupyter.wire.retry import ANSWER
from sophnet_jupyter.wire.wire import Wire

async def main():
    origin = Origin(service="SophNet", base_url=sys.argv[1], authorize=lambda call: {}, scrub=str)
    wire = Wire(origin, Network())
    try:
        await wire.fetch(Call(method="GET", path="/"), retry=ANSWER)
    except Unreachable as error:
        assert "certificate" in str(error), error
    else:
        raise AssertionError("it trusts a stranger")
    await wire.aclose()

asyncio.run(main())
print(*sorted({"httpcore2", "h11", "anyio"} & set(sys.modules)))
"""


async def test_no_other_library_says_whom_to_trust(authority: trustme.CA) -> None:
    async with served(saying(FINE), identity(authority, "127.0.0.1")) as server:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-c", UNKNOWN, f"https://127.0.0.1:{server.port}"),
            stdout=subprocess.PIPE,
        )
        said, _ = await child.communicate()
    assert (child.returncode, said.decode().strip()) == (0, "")


async def test_the_words_of_a_refused_connection_reach_a_caller() -> None:
    async with served(saying(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")) as proxy:
        origin = Origin(
            service="SophNet",
            base_url="https://service.example",
            authorize=lambda call: {},
            scrub=str,
        )
        wire = Wire(origin, Network(proxy=f"http://127.0.0.1:{proxy.port}"))
        with pytest.raises(Unreachable, match="407 Proxy Authentication Required"):
            await wire.fetch(Call(method="GET", path="/"), retry=ANSWER)
        await wire.aclose()
