"""Connections are used again, and none is left behind, however an answer is left."""

from __future__ import annotations

import asyncio
import gc
import random
import threading
import warnings
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest
from byte_server import END, Act, ByteServer, Script, eventually, streamed, whole
from services import SOPHNET_CHAT

from sophnet_jupyter import Client
from sophnet_jupyter.errors import ConnectionLost
from sophnet_jupyter.events import TextDelta
from sophnet_jupyter.wire.http import http
from sophnet_jupyter.wire.http.http import CONNECTIONS
from sophnet_jupyter.wire.stream import stream

from ..waiting import WITHIN

GOOD = SOPHNET_CHAT.good
TOKEN = SOPHNET_CHAT.text("x")
ENDLESS: Script = [*streamed(), *streamed(TOKEN)[1:], *([0.005, *streamed(TOKEN)[1:]] * 2000)]


@pytest.fixture(autouse=True)
def complaints() -> Iterator[list[str]]:
    """What asyncio and the collector complain of, which would otherwise only be printed."""
    heard: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield heard
        gc.collect()
    heard += [str(warning.message) for warning in caught]
    assert heard == []


def run(work: Coroutine[Any, Any, Any], complaints: list[str]) -> Any:
    async def main() -> Any:
        asyncio.get_running_loop().set_exception_handler(
            lambda _, context: complaints.append(context["message"])
        )
        return await work

    return asyncio.run(main())


async def text(client: Client) -> str:
    return (await client.chat.create("hi", stream=True)).text


async def quietly(work: Coroutine[Any, Any, Any]) -> None:
    """Wait until a loop's clean-up tasks have run, too."""
    await work
    gc.collect()
    await asyncio.sleep(0.01)


@pytest.mark.parametrize("pause", [0.0, 0.002, 0.01])
def test_streams_share_a_connection_though_the_terminator_is_late(
    pause: float,
    server: ByteServer,
    client: Callable[..., Client],
    complaints: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Longer than a terminator is late, however busy the machine is.
    monkeypatch.setattr(http, "DRAIN", WITHIN)
    monkeypatch.setattr(http, "DRAIN_WAIT", WITHIN)
    server.play([*streamed(GOOD), pause, END])

    async def hundred() -> None:
        async with client() as ours:
            assert [await text(ours) for _ in range(100)] == ["你好 world"] * 100

    run(hundred(), complaints)
    # A client that closes opens 100.
    assert server.connections <= 2


@pytest.mark.parametrize("last", [[40.0, END], [Act.SILENCE], [b"1\r\n:\r\n", 0.01] * 4_000])
def test_a_terminator_that_does_not_come_costs_the_connection_and_no_time(
    last: Script,
    server: ByteServer,
    client: Callable[..., Client],
    complaints: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Longer than a busy machine takes for one answer.
    monkeypatch.setattr(http, "DRAIN", 3)
    server.play([*streamed(GOOD), *last])

    async def main() -> float:
        async with client() as ours:
            begin = asyncio.get_running_loop().time()
            await text(ours)
            took = asyncio.get_running_loop().time() - begin
            server.play([*streamed(GOOD), END])
            assert await text(ours) == "你好 world"
            return took

    assert run(main(), complaints) < 2.5


def test_cancelling_during_the_drain_leaves_nothing(
    server: ByteServer, client: Callable[..., Client], complaints: list[str]
) -> None:
    server.play([*streamed(GOOD), 0.05, END])

    async def main() -> None:
        async with client() as ours:
            for delay in range(40):
                task = asyncio.create_task(text(ours))
                await asyncio.sleep(0.0005 * delay)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            assert await text(ours) == "你好 world"
        eventually(lambda: server.open == 0)

    run(main(), complaints)


def test_a_storm_of_cancelled_requests_wears_nothing_out(
    server: ByteServer, client: Callable[..., Client], complaints: list[str]
) -> None:
    dice = random.Random(7)
    slow: Script = [0.004, *streamed(TOKEN, 0.004, TOKEN, 0.004, GOOD), 0.002, END]
    server.play(slow)

    async def worker(ours: Client, until: float) -> int:
        answered = 0
        while asyncio.get_running_loop().time() < until:
            task = asyncio.create_task(text(ours))
            done, _ = await asyncio.wait([task], timeout=dice.uniform(0, 0.4))
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            answered += bool(done)
        return answered

    async def main() -> None:
        async with client() as ours:
            until = asyncio.get_running_loop().time() + 2
            answered = sum(await asyncio.gather(*[worker(ours, until) for _ in range(30)]))
            assert answered
            await asyncio.to_thread(eventually, lambda: server.open <= CONNECTIONS)
            server.play([*streamed(GOOD), END])
            probes = await asyncio.wait_for(
                asyncio.gather(*[text(ours) for _ in range(20)]), WITHIN
            )
            assert probes == ["你好 world"] * 20
        eventually(lambda: server.open == 0)

    run(main(), complaints)


def test_more_requests_than_connections_wait_their_turn(
    server: ByteServer, client: Callable[..., Client], complaints: list[str]
) -> None:
    server.play([*streamed(GOOD), 0.01, END])

    async def main() -> None:
        async with client() as ours:
            texts = await asyncio.gather(*[text(ours) for _ in range(3 * CONNECTIONS)])
            assert texts == ["你好 world"] * (3 * CONNECTIONS)

    run(main(), complaints)
    assert server.connections <= CONNECTIONS


async def by_break(ours: Client) -> None:
    async for event in ours.chat.stream("hi"):
        if isinstance(event, TextDelta):
            break


async def by_exception(ours: Client) -> None:
    async def fail() -> None:
        async for event in ours.chat.stream("hi"):
            if isinstance(event, TextDelta):
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()


async def by_aclose(ours: Client) -> None:
    answer = ours.chat.stream("hi")
    await anext(answer)
    await answer.aclose()


async def by_collection(ours: Client) -> None:
    answer = ours.chat.stream("hi")
    await anext(answer)
    # In a cycle, so that only the collector finds it.
    cycle = [answer]
    cycle.append(cycle)  # type: ignore[arg-type]
    del answer, cycle
    gc.collect()


async def by_cancel(ours: Client) -> None:
    begun = asyncio.Event()

    async def read() -> None:
        async for _ in ours.chat.stream("hi"):
            begun.set()

    task = asyncio.create_task(read())
    await begun.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def by_another_task(ours: Client) -> None:
    answer = ours.chat.stream("hi")
    await asyncio.create_task(anext(answer))
    await asyncio.create_task(answer.aclose())


@pytest.mark.parametrize(
    "leave", [by_break, by_exception, by_aclose, by_collection, by_cancel, by_another_task]
)
@pytest.mark.parametrize("closing", [True, False], ids=["closed", "not closed"])
def test_leaving_an_answer_early_hangs_up(
    closing: bool,
    leave: Callable[[Client], Coroutine[Any, Any, None]],
    server: ByteServer,
    client: Callable[..., Client],
    complaints: list[str],
) -> None:
    server.play(ENDLESS)

    async def main() -> None:
        ours = client()
        await quietly(leave(ours))
        await asyncio.to_thread(eventually, lambda: server.hang_ups == 1)
        assert server.open == 0
        if closing:
            await ours.aclose()

    run(main(), complaints)


def test_a_loop_that_ends_takes_its_connections_along(
    server: ByteServer, client: Callable[..., Client], complaints: list[str]
) -> None:
    server.play([*streamed(GOOD), END])
    ours = client()
    for _ in range(2):
        assert run(text(ours), complaints) == "你好 world"
        eventually(lambda: server.open == 0)
    assert server.connections == 2


def test_one_client_serves_several_loops(
    server: ByteServer, client: Callable[..., Client], complaints: list[str]
) -> None:
    server.play([*streamed(GOOD), END])
    ours = client()
    kernel = asyncio.new_event_loop()
    thread = threading.Thread(target=kernel.run_forever)
    thread.start()
    texts = []
    for _ in range(5):
        texts.append(asyncio.run_coroutine_threadsafe(text(ours), kernel).result(WITHIN))
        texts.append(run(text(ours), complaints))
    assert texts == ["你好 world"] * 10
    eventually(lambda: server.open == 1)  # that of the loop which goes on
    asyncio.run_coroutine_threadsafe(ours.aclose(), kernel).result(WITHIN)
    eventually(lambda: server.open == 0)
    kernel.call_soon_threadsafe(kernel.stop)
    thread.join()
    kernel.close()


def test_many_threads_may_begin_at_once(
    server: ByteServer, client: Callable[..., Client], complaints: list[str]
) -> None:
    server.play([*streamed(GOOD), END])
    ours, texts = client(), []
    ask = [threading.Thread(target=lambda: texts.append(run(text(ours), []))) for _ in range(20)]
    for thread in ask:
        thread.start()
    for thread in ask:
        thread.join()
    assert texts == ["你好 world"] * 20


def test_a_client_that_is_forgotten_closes_its_connections(
    server: ByteServer, client: Callable[..., Client], complaints: list[str]
) -> None:
    server.play([*streamed(GOOD), END])

    async def main() -> None:
        ours = client()
        await text(ours)
        del ours
        gc.collect()
        await asyncio.to_thread(eventually, lambda: server.open == 0)

    run(main(), complaints)


def test_closing_a_client_ends_what_is_running_and_what_waits(
    server: ByteServer, client: Callable[..., Client], complaints: list[str]
) -> None:
    server.play(ENDLESS)

    async def main() -> None:
        ours = client()
        tasks = [asyncio.create_task(text(ours)) for _ in range(CONNECTIONS + 5)]
        await asyncio.to_thread(eventually, lambda: len(server.requests) == CONNECTIONS)
        await ours.aclose()
        ends = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), WITHIN)
        assert {type(end) for end in ends} == {ConnectionLost}
        await asyncio.to_thread(eventually, lambda: server.open == 0)
        server.play(whole(SOPHNET_CHAT.body("again")))
        assert (await ours.chat.create("hi")).text == "again"
        await ours.aclose()

    run(main(), complaints)


@pytest.mark.parametrize("last", [[Act.SILENCE], [b"1\r\n:\r\n", 0.02] * 5_000])
def test_what_follows_the_finish_is_not_waited_for_long(
    last: Script,
    server: ByteServer,
    client: Callable[..., Client],
    complaints: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stream, "END_WAIT", 0.1)
    server.play([*streamed(TOKEN, SOPHNET_CHAT.finish("stop")), *last])

    async def main() -> None:
        async with client() as ours:
            assert await asyncio.wait_for(text(ours), 60) == "x"
            await asyncio.to_thread(eventually, lambda: server.open == 0)

    run(main(), complaints)
