"""Sockets on a real port: how they open, what they carry, and what never shows."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import trustme
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response
from websockets.sync import server as sync_server

from sophnet_jupyter.errors import (
    AnswerUnreadable,
    LineClosed,
    SettingsError,
    SophNetError,
    TimedOut,
    Unreachable,
)
from sophnet_jupyter.settings import Secret
from sophnet_jupyter.wire.call import Call, Network, Origin
from sophnet_jupyter.wire.websocket import Socket, Sockets, UpgradeRefused

from ..waiting import WITHIN

pytestmark = pytest.mark.anyio

KEY = "kf8Qz2LxW0aYt7RmN4cV"
Handle = Callable[[ServerConnection], Awaitable[None]]


def origin(url: str, *, locate: Callable[[], str] | None = None) -> Origin:
    secret = Secret(KEY)

    def authorize(call: Call) -> dict[str, str]:
        return {"authorization": f"Bearer {secret.reveal()}", "x-other": "1"}

    return Origin(
        service="SophNet", base_url=url, authorize=authorize, scrub=secret.scrub, locate=locate
    )


def in_query(headers: dict[str, str]) -> dict[str, str]:
    return {"apikey": headers.pop("authorization").removeprefix("Bearer ")}


@contextlib.asynccontextmanager
async def server(handle: Handle, **options: Any) -> AsyncIterator[str]:
    async with serve(handle, "127.0.0.1", 0, **options) as running:
        port = running.sockets[0].getsockname()[1]
        yield f"http{'s' if options.get('ssl') else ''}://127.0.0.1:{port}/api"


async def echo(socket: ServerConnection) -> None:
    async for message in socket:
        await socket.send(message)


async def test_text_and_bytes_go_there_and_back() -> None:
    async with server(echo) as url:
        socket = await Sockets(origin(url), Network()).open("/live", {"a": "b c"})
        await socket.send("你好")
        assert await socket.receive() == "你好"
        await socket.send(b"\0\1")
        assert await socket.receive() == b"\0\1"
        assert await socket.ping() < WITHIN
        await socket.aclose()
        with pytest.raises(LineClosed):
            await socket.receive()
        with pytest.raises(LineClosed):
            await socket.send("late")


async def test_the_key_goes_in_the_header_or_in_the_query_but_not_in_both() -> None:
    seen: list[Request] = []

    async def note(socket: ServerConnection) -> None:
        assert socket.request
        seen.append(socket.request)

    async with server(note) as url:
        sockets = Sockets(origin(url), Network())
        for prove in (None, in_query):
            socket = await sockets.open("/live", {"format": "pcm"}, prove=prove)
            await socket.aclose()
    in_header, asked = seen
    assert in_header.headers["authorization"] == f"Bearer {KEY}"
    assert in_header.path == "/api/live?format=pcm"
    assert "authorization" not in asked.headers
    assert asked.headers["x-other"] == "1"
    assert asked.path == f"/api/live?format=pcm&apikey={KEY}"


async def test_the_root_is_looked_up_where_it_is_not_known() -> None:
    async with server(echo) as url:
        socket = await Sockets(origin("", locate=lambda: url), Network()).open("/live")
        await socket.aclose()


def standing_still(socket: Socket, seconds: float) -> None:
    """From the next ping on the loop stands still, as behind code that holds the interpreter."""
    connection, ping = socket._connection, socket._connection.ping

    async def pinged(*data: Any) -> Any:
        pong = await ping(*data)
        connection.ping = ping  # type: ignore[method-assign]
        # Once somebody waits for the answer.
        asyncio.get_running_loop().call_soon(time.sleep, seconds)
        return pong

    connection.ping = pinged  # type: ignore[method-assign]


@contextlib.contextmanager
def apart() -> Iterator[str]:
    """A server in a thread of its own, which answers while this one stands still."""

    def echoed(socket: sync_server.ServerConnection) -> None:
        for message in socket:
            socket.send(message)

    with sync_server.serve(echoed, "127.0.0.1", 0) as running:
        serving = Thread(target=running.serve_forever)
        serving.start()
        yield f"http://127.0.0.1:{running.socket.getsockname()[1]}"
        running.shutdown()
        serving.join()


async def test_a_pong_that_came_while_the_loop_stood_still_is_not_late() -> None:
    with apart() as url:
        socket = await Sockets(origin(url), Network(), ping=None).open("/live")
        standing_still(socket, 2)
        assert await socket.ping(within=0.3) > 0
        await socket.aclose()


async def test_a_line_outlives_a_loop_that_stood_still_longer_than_its_ping() -> None:
    with apart() as url:
        socket = await Sockets(origin(url), Network(), ping=0.3).open("/live")
        pinged = asyncio.Event()
        standing_still(socket, 2)
        patched = socket._connection.ping

        async def told(*data: Any) -> Any:
            asyncio.get_running_loop().call_soon(pinged.set)
            return await patched(*data)

        socket._connection.ping = told  # type: ignore[method-assign]
        await pinged.wait()
        for _ in range(20):
            await asyncio.sleep(0)
        await socket.send("still here")
        assert await socket.receive() == "still here"
        await socket.aclose()


async def test_a_message_in_endless_pieces_closes_the_line_and_costs_little() -> None:
    async def flood(socket: ServerConnection) -> None:
        await socket.send("first")

        async def pieces() -> AsyncIterator[str]:
            while True:
                yield ""
                await asyncio.sleep(0)

        with contextlib.suppress(Exception):
            await socket.send(pieces())

    async with server(flood) as url:
        socket = await Sockets(origin(url), Network(), ping=None).open("/live")
        assert await socket.receive() == "first"
        with pytest.raises(LineClosed):
            await asyncio.wait_for(socket.receive(), WITHIN)
        await socket.aclose()


async def test_a_message_in_a_few_pieces_is_whole() -> None:
    async def in_pieces(socket: ServerConnection) -> None:
        for _ in range(3):
            await socket.send("x" for _ in range(2000))

    async with server(in_pieces) as url:
        socket = await Sockets(origin(url), Network()).open("/live")
        assert [len(await socket.receive()) for _ in range(3)] == [2000] * 3
        await socket.aclose()


@pytest.mark.parametrize("code", [1000, 1008, 1011, 4000])
async def test_a_good_bye_keeps_its_code_and_its_words_without_the_key(code: int) -> None:
    async def leave(socket: ServerConnection) -> None:
        await socket.close(code, f"no {KEY}")

    async with server(leave) as url:
        socket = await Sockets(origin(url), Network()).open("/live")
        with pytest.raises(LineClosed) as caught:
            await socket.receive()
    assert caught.value.code == code
    assert caught.value.reason == "no ‹key›"
    assert f"(code {code}: no ‹key›)" in str(caught.value)


async def test_a_line_that_breaks_has_the_code_of_no_good_bye() -> None:
    async def cut(socket: ServerConnection) -> None:
        socket.transport.abort()

    async with server(cut) as url:
        socket = await Sockets(origin(url), Network()).open("/live")
        with pytest.raises(LineClosed) as caught:
            await socket.receive()
    assert caught.value.code == 1006
    assert "broke" in str(caught.value)


async def test_a_peer_that_answers_no_ping_counts_as_gone() -> None:
    gone = asyncio.Event()

    async def deaf(socket: ServerConnection) -> None:
        # Nothing of the connection is read any more, so that no pong is ever written.
        socket.transport.pause_reading()
        await gone.wait()

    async with server(deaf, ping_interval=None, close_timeout=0.1) as url:
        socket = await Sockets(origin(url), Network(), ping=0.1).open("/live")
        with pytest.raises(LineClosed) as caught:
            await socket.receive()
        gone.set()
    assert caught.value.code in (1006, 1011)


async def test_an_answer_in_place_of_a_socket_is_handed_over() -> None:
    def refuse(socket: ServerConnection, request: Request) -> Response:
        return socket.respond(402, '{"message":"余额不足"}')

    async with server(echo, process_request=refuse) as url:
        with pytest.raises(UpgradeRefused) as caught:
            await Sockets(origin(url), Network()).open("/live", prove=in_query)
    assert caught.value.reply.status == 402
    assert "余额不足" in caught.value.reply.text


async def test_a_redirect_is_not_followed_with_the_key() -> None:
    followed: list[str] = []

    async with server(echo) as elsewhere:

        def lead(socket: ServerConnection, request: Request) -> Response:
            followed.append(request.path)
            response = socket.respond(302, "")
            response.headers["Location"] = f"{elsewhere.replace('http', 'ws')}/live"
            return response

        async with server(echo, process_request=lead) as url:
            with pytest.raises(AnswerUnreadable, match="a redirect"):
                await Sockets(origin(url), Network()).open("/live", prove=in_query)
    assert len(followed) == 1


async def test_what_opens_no_socket_is_told_apart() -> None:
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1"):
        await Sockets(origin("http://127.0.0.1:1"), Network()).open("/live")
    with pytest.raises(SettingsError):
        await Sockets(origin("ftp://somewhere"), Network()).open("/live")

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async def rude(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"SSH-2.0-OpenSSH\r\n\r\n")
        writer.close()

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    cases: list[tuple[Any, type[SophNetError], float]] = [
        (silent, TimedOut, 0.3),
        (rude, AnswerUnreadable, WITHIN),
        (hang_up, Unreachable, WITHIN),
    ]
    for behaviour, error, limit in cases:
        running = await asyncio.start_server(behaviour, "127.0.0.1", 0)
        async with running:
            url = f"http://127.0.0.1:{running.sockets[0].getsockname()[1]}"
            with pytest.raises(error):
                await Sockets(origin(url), Network(connect=limit)).open("/live", prove=in_query)


async def test_a_certificate_is_trusted_only_where_it_is_named(tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    async with server(echo, ssl=context) as url:
        with pytest.raises(Unreachable, match=r"certificate.*SOPHNET_CA_BUNDLE to the file"):
            await Sockets(origin(url), Network()).open("/live")
        socket = await Sockets(origin(url), Network(ca_bundle=str(bundle))).open("/live")
        await socket.send("safe")
        assert await socket.receive() == "safe"
        await socket.aclose()


async def test_a_proxy_is_used_where_there_is_one() -> None:
    asked: list[bytes] = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
        writer.close()

    running = await asyncio.start_server(proxy, "127.0.0.1", 0)
    async with running:
        address = f"http://127.0.0.1:{running.sockets[0].getsockname()[1]}"
        with pytest.raises(Unreachable, match="proxy"):
            await Sockets(origin("http://somewhere.invalid"), Network(proxy=address)).open("/live")
    assert asked[0].startswith(b"CONNECT somewhere.invalid:80 ")
    assert KEY.encode() not in asked[0]


async def test_the_key_shows_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("websockets", "websockets.client", "sophnet_jupyter"):
        caplog.set_level(logging.DEBUG, name)
    shown: list[str] = []

    async def attempt(url: str) -> None:
        try:
            socket = await Sockets(origin(url), Network(connect=0.3)).open("/l", prove=in_query)
            shown.append(repr(socket) + repr(vars(socket)))
            await socket.receive()
        except Exception as error:
            shown.append("".join(traceback.format_exception(error)) + repr(vars(error)))
            capture = traceback.TracebackException.from_exception(error, capture_locals=True)
            shown.append("".join(capture.format()))

    async def leave(socket: ServerConnection) -> None:
        await socket.close(1008, KEY)

    def refuse(socket: ServerConnection, request: Request) -> Response:
        return socket.respond(401, f"bad {KEY} at {request.path}")

    async with server(leave) as url:
        await attempt(url)
    async with server(leave, process_request=refuse) as url:
        await attempt(url)
    for url in ("http://127.0.0.1:1", "ftp://nowhere", "http://:x"):
        await attempt(url)
    assert len(shown) >= 11
    # The server of this test is no part of ours, and logs what it is asked.
    records = [each for each in caplog.records if each.name != "websockets.server"]
    logged = "".join(f"{each.getMessage()} {vars(each)}" for each in records)
    assert "socket /l: open" in logged
    assert not [text for text in [*shown, logged] if KEY[:12] in text]
