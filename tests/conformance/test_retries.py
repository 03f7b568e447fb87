"""When a request is sent again, on a real connection with made-up time."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from byte_server import END, Act, ByteServer, Script, eventually, streamed, whole
from services import SOPHNET_CHAT

from sophnet_jupyter import Client
from sophnet_jupyter.errors import (
    AnswerUnreadable,
    ConnectionLost,
    RateLimited,
    ServiceDown,
    TimedOut,
    Unreachable,
)
from sophnet_jupyter.response import settle
from sophnet_jupyter.wire.call import Call, Network, Origin
from sophnet_jupyter.wire.retry import ANSWER, PAID_TASK, READ, Retry
from sophnet_jupyter.wire.wire import Wire

pytestmark = pytest.mark.anyio

GOOD = whole(b"{}")
BUSY = whole(b'{"message":"busy"}', 503)


@dataclass
class Clock:
    """Time that passes only when somebody sleeps."""

    time: float = 1_800_000_000.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds
        await asyncio.sleep(0)


class Signer:
    """Proves who one is, differently each time."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, call: Call) -> Mapping[str, str]:
        self.calls += 1
        return {"authorization": f"signature {self.calls}"}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def wire(server: ByteServer, clock: Clock) -> Wire:
    return wire_to(server.url, clock)


def wire_to(url: str, clock: Clock, **network: Any) -> Wire:
    origin = Origin(service="Test", base_url=url, authorize=Signer(), scrub=str)
    return Wire(origin, Network(**network), sleep=clock.sleep, chance=lambda: 1.0, now=clock.now)


async def post(wire: Wire, retry: Retry = ANSWER) -> int:
    call = Call(method="POST", path="/x", body=bytes(range(256)) * 500)
    try:
        return (await wire.fetch(call, retry=retry)).status
    finally:
        await wire.aclose()


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
async def test_a_passing_fault_is_outlived(
    status: int, wire: Wire, server: ByteServer, clock: Clock
) -> None:
    server.play(whole(b"", status), whole(b"", status), GOOD)
    assert await post(wire) == 200
    assert clock.slept == [0.5, 1.0]
    assert server.connections == 1, "the error was read to its end"


async def test_each_attempt_sends_the_same_bytes_and_proves_itself_anew(
    wire: Wire, server: ByteServer
) -> None:
    server.play(BUSY, BUSY, GOOD)
    await post(wire)
    assert [request.body for request in server.requests] == [bytes(range(256)) * 500] * 3
    signatures = [request.headers["authorization"] for request in server.requests]
    assert signatures == ["signature 1", "signature 2", "signature 3"]


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 422, 501])
async def test_an_answer_that_would_be_the_same_again_is_not_asked_for_again(
    status: int, wire: Wire, server: ByteServer
) -> None:
    server.play(whole(b"", status))
    assert await post(wire) == status
    assert len(server.requests) == 1


async def test_after_three_attempts_the_error_stands(wire: Wire, server: ByteServer) -> None:
    server.play(BUSY)
    assert await post(wire) == 503
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("script", "attempts"),
    [(BUSY, 3), (whole(b"", 429), 3), (whole(b"", 500), 1), (whole(b"", 408), 1)],
    ids=["503", "429", "500", "408"],
)
async def test_a_paid_task_is_created_again_only_where_it_did_not_begin(
    script: Script, attempts: int, wire: Wire, server: ByteServer
) -> None:
    server.play(script)
    await post(wire, PAID_TASK)
    assert len(server.requests) == attempts


@pytest.mark.parametrize(
    ("said", "slept"),
    [({"retry-after": "7"}, 7.0), ({"retry-after-ms": "250"}, 0.25), ({"retry-after": "60"}, 60.0),
     ({"retry-after": "nonsense"}, 0.5)],
)  # fmt: skip
async def test_a_wait_that_is_asked_for_is_kept(
    said: dict[str, str], slept: float, wire: Wire, server: ByteServer, clock: Clock
) -> None:
    server.play(whole(b"", 429, **said), GOOD)
    assert await post(wire) == 200
    assert clock.slept == [slept]


@pytest.mark.parametrize(
    ("said", "told"),
    [("61", "61 s"), ("3000", "50 min"), ("99999999999", "days"),
     ("Fri, 31 Dec 9999 23:59:59 GMT", "days")],
)  # fmt: skip
async def test_a_longer_wait_fails_at_once_and_is_named(
    said: str, told: str, server: ByteServer, client: Callable[..., Client]
) -> None:
    server.play(whole(b"", 429, retry_after=said))
    async with client() as ours:
        for streaming in (True, False):
            with pytest.raises(RateLimited, match=rf"asks to wait \d*.*{told}"):
                await ours.chat.create("hi", stream=streaming)
    assert len(server.requests) == 2


async def test_no_wait_goes_beyond_the_total_limit(server: ByteServer, clock: Clock) -> None:
    server.play(whole(b"", 429, retry_after=40))
    assert await post(wire_to(server.url, clock, total=70.0)) == 429
    assert clock.slept == [40.0]


async def test_a_service_that_is_down_is_soon_asked_only_once(
    wire: Wire, server: ByteServer
) -> None:
    server.play(BUSY)
    for _ in range(15):
        await post(wire)
    server.forget()
    await post(wire)
    assert len(server.requests) == 1


BREAKS = {
    "closed": [Act.CLOSE],
    "reset": [Act.RESET],
    "half closed": [Act.HALF_CLOSE],
    "silent": [Act.SILENCE],
}


@pytest.mark.parametrize("script", BREAKS.values(), ids=BREAKS)
async def test_a_post_that_was_sent_is_not_sent_again(
    script: Script, server: ByteServer, clock: Clock
) -> None:
    server.play(script, GOOD)
    with pytest.raises((ConnectionLost, TimedOut)):
        await post(wire_to(server.url, clock, between=1))
    assert len(server.requests) == 1


@pytest.mark.parametrize("script", BREAKS.values(), ids=BREAKS)
async def test_what_only_reads_is_sent_again(
    script: Script, server: ByteServer, clock: Clock
) -> None:
    server.play(script, GOOD)
    assert await post(wire_to(server.url, clock, between=1), READ) == 200
    assert len(server.requests) == 2


async def test_a_refused_connection_is_tried_again_whatever_is_sent(clock: Clock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    with pytest.raises(Unreachable, match=r"Test cannot be reached at 127\.0\.0\.1: .+\. Check"):
        await post(wire_to(f"http://127.0.0.1:{port}", clock), PAID_TASK)
    assert clock.slept == [0.5, 1.0]


async def test_a_server_that_comes_up_in_between_is_found(server: ByteServer, clock: Clock) -> None:
    server.play(GOOD)
    ports = iter([1, server.port])
    origin = Origin(
        service="Test",
        base_url="",
        authorize=Signer(),
        scrub=str,
        locate=lambda: f"http://127.0.0.1:{next(ports)}",
    )
    wire = Wire(origin, Network(), sleep=clock.sleep, chance=lambda: 1.0, now=clock.now)
    assert await post(wire, PAID_TASK) == 200


LATER = {
    "cut": ([Act.CLOSE], ConnectionLost),
    "reset": ([0.02, Act.RESET], ConnectionLost),
    "error": ([*streamed(b'data:{"error":{"code":503}}\n\n')[1:], END], ServiceDown),
    "no JSON": ([*streamed(b"data:busy\n\n")[1:], END], AnswerUnreadable),
}


@pytest.mark.parametrize(("rest", "error"), LATER.values(), ids=LATER)
async def test_nothing_is_retried_once_something_has_come(
    rest: Script, error: type[Exception], server: ByteServer, client: Callable[..., Client]
) -> None:
    server.play([*streamed(SOPHNET_CHAT.text("some")), *rest])
    async with client() as ours:
        with pytest.raises(error) as raised:
            await settle(ours.chat.stream("hi"))
    assert raised.value.response.text == "some"
    assert len(server.requests) == 1


async def test_a_stream_that_is_busy_at_first_is_asked_for_again(
    server: ByteServer, client: Callable[..., Client]
) -> None:
    server.play(whole(b"", 503, retry_after=0), [*streamed(SOPHNET_CHAT.good), END])
    async with client() as ours:
        assert (await ours.chat.create("hi", stream=True)).text == "你好 world"
    assert len(server.requests) == 2


async def test_an_interrupt_ends_the_wait_between_attempts(
    server: ByteServer, client: Callable[..., Client]
) -> None:
    server.play(whole(b"", 503, retry_after=30))
    async with client() as ours:
        task = asyncio.create_task(ours.chat.create("hi"))
        await asyncio.to_thread(eventually, lambda: server.requests)
        await asyncio.sleep(0.05)
        task.cancel()
        done, _ = await asyncio.wait([task], timeout=45)
        assert done
        assert task.cancelled()
