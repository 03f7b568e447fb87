"""Many requests at once against limits, on real ports."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import pytest
from byte_server import Act, ByteServer, Request, Script, eventually, streamed, whole
from services import SOPHNET_CHAT

from sophnet_jupyter import Client
from sophnet_jupyter.client.pace import paces
from sophnet_jupyter.errors import RateLimited, ServiceDown, TimedOut
from sophnet_jupyter.wire.pace import patient

from ..waiting import WITHIN

pytestmark = pytest.mark.anyio

_models = itertools.count()
GOOD = whole(SOPHNET_CHAT.body("fine"))
ASKED = 32


@pytest.fixture
def client(client: Callable[..., Client]) -> Callable[..., Client]:
    """Makes clients of a model of their own, at whose pace nobody has learned anything."""
    model = f"model-{next(_models)}"
    return lambda: client(model=model)


def refused(**headers: Any) -> Script:
    return whole(b'{"message":"too many"}', 429, **headers)


def each_one_twice(**headers: Any) -> Callable[[Request], Script]:
    """Refuses each body the first time that it comes."""
    known: set[bytes] = set()

    def answer(request: Request) -> Script:
        new = request.body not in known
        known.add(request.body)
        return refused(**headers) if new else GOOD

    return answer


async def rows(client: Client, number: int, asked: int = ASKED) -> list[str | Exception]:
    """So many questions, so many at a time: what came of each."""
    left, found = iter(range(number)), []

    async def some() -> None:
        for row in left:
            try:
                found.append((await client.chat.create(f"row {row}", max_tokens=4)).ending)
            except Exception as error:
                found.append(error)

    await asyncio.gather(*(some() for _ in range(asked)))
    return found


LIMITS = {
    "a rate": ["rate=400/40", "no_retry_after"],
    "a rate with Retry-After": ["rate=400/40"],
    "eight at once": ["at_once=8", "no_retry_after"],
    "eight at once with Retry-After": ["at_once=8"],
    "a ramp": ["ramp=150"],
}


@pytest.mark.parametrize("faults", LIMITS.values(), ids=LIMITS)
@pytest.mark.parametrize("as_rows", [True, False], ids=["rows", "gather"])
async def test_a_limit_costs_no_row(
    faults: list[str], as_rows: bool, start_sandbox: Callable[..., AbstractContextManager[Any]]
) -> None:
    number = 400
    switches = [word for fault in faults for word in ("--fault", fault)]
    # An answer takes its time: where one came sooner than the next may be sent, a second place at
    # once would be too many, and one too few.
    speed = ("--tokens-per-second", "0", "--first-token", "0.05")
    with start_sandbox(*speed, *switches) as sandbox:
        model = f"limited-{next(_models)}"
        async with Client("sandbox", sandbox.url, model=model) as client:
            with patient(120) if as_rows else nullcontext():
                found = await rows(client, number, ASKED if as_rows else number)
            told = client._sophnet.told(model)
            learned = [line for line in paces() if f" {model}: " in line]
    assert found == ["complete"] * number
    assert ("at once at most" in "".join(learned)) == bool(told.refused_share)
    assert told.refused_share < 0.1
    assert told.asked == 0


async def test_a_thousand_rows_that_are_refused_once_wait_and_come_back(
    server: ByteServer, client: Callable[..., Client]
) -> None:
    server.play(each_one_twice(retry_after_ms=20))
    async with client() as ours:
        with patient(120):
            found = await rows(ours, 1000)
    assert found == ["complete"] * 1000
    assert len(server.requests) == 2000


async def test_a_refusal_costs_nothing_of_what_an_outage_may_cost(
    server: ByteServer, client: Callable[..., Client]
) -> None:
    server.play(each_one_twice(retry_after_ms=1))
    async with client() as ours:
        assert await rows(ours, 60, 1) == ["complete"] * 60
        server.play(whole(b"", 503, retry_after_ms=1), GOOD)
        assert await rows(ours, 1, 1) == ["complete"], "it is still tried again"


async def test_a_row_is_asked_again_more_than_three_times_and_a_question_is_not(
    server: ByteServer, client: Callable[..., Client]
) -> None:
    server.play(*[refused(retry_after_ms=1)] * 6, GOOD)
    async with client() as ours:
        with patient(60):
            assert await rows(ours, 1) == ["complete"]
        assert len(server.requests) == 7
        server.play(refused(retry_after_ms=1))
        assert isinstance((await rows(ours, 1))[0], RateLimited)
        assert len(server.requests) == 3


async def test_a_row_ends_with_its_patience_and_says_so(
    server: ByteServer, client: Callable[..., Client]
) -> None:
    server.play(refused(retry_after_ms=100))
    async with client() as ours:
        with patient(0.5):
            found = await rows(ours, 40)
    assert {type(error) for error in found} <= {RateLimited, TimedOut}
    late = [str(error) for error in found if isinstance(error, TimedOut)]
    assert all("let nothing through within 0.5 s" in words for words in late)


async def test_a_wait_beyond_patience_fails_the_row_at_once(
    server: ByteServer, client: Callable[..., Client]
) -> None:
    server.play(refused(retry_after=3600))
    async with client() as ours:
        with patient(600):
            found = await asyncio.wait_for(rows(ours, 100), WITHIN)
    assert {type(error) for error in found} == {RateLimited}
    assert "60 min" in str(found[0]) or "1 h" in str(found[0])
    assert len(server.requests) == 100


async def test_an_outage_is_not_patience(server: ByteServer, client: Callable[..., Client]) -> None:
    server.play(whole(b"", 503, retry_after_ms=1))
    async with client() as ours:
        with patient(60):
            found = await rows(ours, 40)
    assert {type(error) for error in found} == {ServiceDown}
    assert len(server.requests) < 40 + 21


async def test_headers_that_say_what_is_left_are_kept_to(
    server: ByteServer, client: Callable[..., Client]
) -> None:
    left = iter(range(9, -1, -1))
    window = {"x_ratelimit_reset_requests": "300ms"}

    def answer(request: Request) -> Script:
        remaining = next(left, 99)
        if remaining < 0:
            return refused()
        return whole(SOPHNET_CHAT.body("fine"), x_ratelimit_remaining_requests=remaining, **window)

    server.play(answer)
    async with client() as ours:
        with patient(60):
            assert await rows(ours, 30, 8) == ["complete"] * 30


async def test_a_question_does_not_wait_behind_rows(
    server: ByteServer, client: Callable[..., Client]
) -> None:
    hold = [*streamed(SOPHNET_CHAT.text("x")), Act.SILENCE]
    server.play(lambda request: GOOD if b'"stream":true' not in request.body else hold)

    async def row(ours: Client) -> None:
        async for _ in ours.chat.stream("row"):
            pass

    async with client() as ours:
        with patient(60):
            running = [asyncio.create_task(row(ours)) for _ in range(60)]
        await asyncio.to_thread(eventually, lambda: len(server.requests) == 30)
        assert (await asyncio.wait_for(ours.chat.create("hi"), WITHIN)).text == "fine"
        # Also where the rows ask another model.
        assert (
            await asyncio.wait_for(ours.chat.create("hi", model="other"), WITHIN)
        ).text == "fine"
        told = ours._sophnet.told(str(ours._model))
        assert (told.asked, told.under_way) == (60, 30)
        for task in running:
            task.cancel()
        await asyncio.wait(running)


async def test_interrupting_rows_leaves_the_pace_as_it_was(
    server: ByteServer, client: Callable[..., Client]
) -> None:
    server.play([*streamed(SOPHNET_CHAT.text("x")), Act.SILENCE])
    async with client() as ours:
        for _ in range(3):
            with patient(60):
                running = asyncio.create_task(rows(ours, 200))
            await asyncio.sleep(0.05)
            running.cancel()
            await asyncio.wait([running])
        server.play(GOOD)
        assert ours._sophnet.told(str(ours._model)).asked == 0
        with patient(60):
            assert await rows(ours, 100) == ["complete"] * 100


def test_two_threads_share_one_pace(server: ByteServer, client: Callable[..., Client]) -> None:
    server.play(each_one_twice(retry_after_ms=5))
    ours = client()

    async def some() -> list[str | Exception]:
        with patient(60):
            found = await rows(ours, 50)
        await ours.aclose()
        return found

    async def both() -> list[Any]:
        return await asyncio.gather(*(asyncio.to_thread(asyncio.run, some()) for _ in range(2)))

    assert [set(found) for found in asyncio.run(both())] == [{"complete"}] * 2
