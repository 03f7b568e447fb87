from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from itertools import pairwise
from typing import Any

import pytest

from sophnet_jupyter.errors import (
    KeyRejected,
    NotFound,
    RateLimited,
    RequestRefused,
    ServiceDown,
    SettingsError,
    SophNetError,
    StillRunning,
    TaskFailed,
    Unreachable,
)
from sophnet_jupyter.events import Progress
from sophnet_jupyter.wire.call import segment
from sophnet_jupyter.wire.poll import Pace, State, watch

from ..waiting import WITHIN

RUNNING: State[str] = State(word="RUNNING")
DONE = State(word="SUCCEEDED", done=True, reply="the picture", urls=("https://x.example/a.png",))
UNREACHABLE = Unreachable(service="S", host="h", reason="no route")
DOWN = ServiceDown(service="S", status=502, message="bad gateway")
GONE = NotFound(service="S", status=404, message="no such task")
FAILED = TaskFailed(service="S", task_id="t1", state="FAILED", message="a forbidden word", code="7")


class Service:
    """Plays what each look finds, the last for ever, on a clock of its own."""

    def __init__(self, *looks: State[str] | Exception) -> None:
        self.looks: list[State[str] | Exception] = list(looks)
        self.now = 0.0
        self.times: list[float] = []
        self.cancelled = 0

    async def check(self) -> State[str]:
        self.times.append(self.now)
        found = self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
        if isinstance(found, Exception):
            raise found
        return found

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)

    async def cancel(self) -> None:
        self.cancelled += 1

    def watch(self, chance: float = 0.5, **options: Any) -> AsyncGenerator[Any, None]:
        return watch(
            self.check,
            service="S",
            task_id="t1",
            sleep=self.sleep,
            clock=lambda: self.now,
            chance=lambda: chance,
            **options,
        )


def waited(service: Service, **options: Any) -> list[Any]:
    async def main() -> list[Any]:
        async with aclosing(service.watch(**options)) as looks:
            return [look async for look in looks]

    return asyncio.run(main())


def pauses(service: Service) -> list[float]:
    return [round(after - before, 3) for before, after in pairwise([0.0, *service.times])]


def test_a_task_is_watched_until_it_is_done_and_its_reply_comes_last() -> None:
    found = waited(Service(State(word="PENDING"), State(word="RUNNING", fraction=0.5), DONE))
    assert found[-1] is DONE
    assert [(p.state, p.fraction) for p in found[:-1]] == [
        ("submitted", None),
        ("PENDING", None),
        ("RUNNING", 0.5),
    ]
    assert all(isinstance(p, Progress) and p.task_id == "t1" for p in found[:-1])
    assert [p.elapsed for p in found[:-1]] == [0.0, 1.0, 2.5]


def test_the_waits_grow_to_a_limit() -> None:
    service = Service(*[RUNNING] * 9, DONE)
    waited(service)
    assert pauses(service)[:6] == [1.0, 1.5, 2.25, 3.375, 5.062, 7.594]
    assert pauses(service)[6:] == [10.0] * 4


@pytest.mark.parametrize(("chance", "first"), [(0.0, 0.8), (1.0, 1.2)])
def test_chance_spreads_the_waits_by_a_fifth(chance: float, first: float) -> None:
    service = Service(DONE)
    waited(service, chance=chance)
    assert pauses(service) == [first]


def test_a_resumed_task_is_looked_at_without_a_wait() -> None:
    service = Service(DONE)
    waited(service, resumed=True)
    assert service.times == [0.0]


def test_the_service_may_ask_us_to_stay_away_longer_but_not_for_ever() -> None:
    service = Service(State(word="QUEUED", wait=30), State(word="QUEUED", wait=9999), DONE)
    waited(service)
    assert pauses(service) == [1.0, 30.0, 60.0]


def test_a_busy_service_is_left_alone_as_long_as_it_asks() -> None:
    busy = RateLimited(service="S", status=429, message="slow down", retry_after=25)
    service = Service(busy, DONE)
    assert waited(service)[-1] is DONE
    assert pauses(service) == [1.0, 25.0]


@pytest.mark.parametrize("error", [UNREACHABLE, DOWN, TimeoutError(), GONE], ids=repr)
def test_a_look_that_fails_is_not_a_task_that_fails(error: Exception) -> None:
    assert waited(Service(RUNNING, error, error, RUNNING, DONE))[-1] is DONE


def test_a_row_of_failed_looks_is_told_until_a_look_succeeds() -> None:
    begun, *found, done = waited(Service(RUNNING, *[DOWN] * 4, RUNNING, DOWN, DOWN, DONE))
    assert done is DONE
    assert [bool(one.problem) for one in [begun, *found]] == [
        *(False, False),
        *(False, False, True, True),
        *(False, False, False),
    ]
    assert "bad gateway" in found[3].problem


def test_the_state_that_was_seen_last_stays_while_looks_fail() -> None:
    found = waited(Service(State(word="RUNNING", fraction=0.4), DOWN, DONE))
    assert [p.state for p in found[:-1]] == ["submitted", "RUNNING", "RUNNING"]


def test_a_task_that_the_service_does_not_know_is_believed_to_be_gone_the_third_time() -> None:
    service = Service(GONE)
    with pytest.raises(NotFound):
        waited(service)
    assert len(service.times) == 3


@pytest.mark.parametrize(
    "error",
    [
        FAILED,
        KeyRejected(service="S", status=401, message="who?"),
        RequestRefused(service="S", status=400, message="what?"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_definite_answer_ends_the_wait_at_once(error: SophNetError) -> None:
    service = Service(error)
    with pytest.raises(type(error)):
        waited(service)
    assert len(service.times) == 1


def test_a_failed_task_says_why() -> None:
    assert str(FAILED).startswith("S ended task t1 as FAILED: a forbidden word (code 7). ")


def test_a_passed_deadline_carries_the_id_and_says_how_to_go_on() -> None:
    service = Service(RUNNING)
    with pytest.raises(StillRunning) as caught:
        waited(service, pace=Pace(total=60))
    assert service.now == 60
    assert caught.value.task_id == "t1"
    assert caught.value.state == "RUNNING"
    said = str(caught.value)
    assert "S is still working on task t1 (RUNNING) after 60 s" in said
    assert "client.tasks.resume('t1')" in said


def test_a_passed_deadline_tells_of_the_failure_that_hid_the_task() -> None:
    with pytest.raises(StillRunning, match="last look failed: S answered 502: bad gateway"):
        waited(Service(DOWN), pace=Pace(total=5))


def test_the_last_look_is_at_the_deadline() -> None:
    service = Service(*[RUNNING] * 3, DONE)
    assert waited(service, pace=Pace(total=5))[-1] is DONE
    assert service.times[-1] == 5


def test_a_look_that_hangs_costs_one_look() -> None:
    service = Service(DONE)
    hung = 0

    async def check() -> State[str]:
        nonlocal hung
        hung += 1
        if hung == 1:
            await asyncio.Event().wait()
        return await service.check()

    async def main() -> list[Any]:
        looks = watch(check, service="S", task_id="t1", sleep=service.sleep, pace=Pace(look=0.01))
        return [look async for look in looks]

    assert asyncio.run(main())[-1] is DONE


async def first(looks: AsyncGenerator[Any, None], count: int) -> Sequence[Any]:
    return [await anext(looks) for _ in range(count)]


def test_leaving_early_stops_the_looks_and_tells_the_service() -> None:
    service = Service(RUNNING)

    async def main() -> None:
        async with aclosing(service.watch(cancel=service.cancel)) as looks:
            await first(looks, 3)

    asyncio.run(main())
    assert service.cancelled == 1
    assert len(service.times) == 2


def test_an_interrupt_in_the_middle_of_a_wait_tells_the_service() -> None:
    service = Service(RUNNING)

    async def main() -> None:
        async def forever(seconds: float) -> None:
            await asyncio.Event().wait()

        async def consume() -> None:
            looks = watch(
                service.check, service="S", task_id="t", sleep=forever, cancel=service.cancel
            )
            async with aclosing(looks):
                async for _ in looks:
                    pass

        consumer = asyncio.create_task(consume())
        await asyncio.sleep(0.01)
        consumer.cancel()
        with pytest.raises(asyncio.CancelledError):
            await consumer

    asyncio.run(main())
    assert service.cancelled == 1


def test_a_service_that_does_not_take_the_cancellation_does_not_hold_up_the_cell(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sophnet_jupyter.wire.poll.CANCEL_WAIT", 0.01)
    service = Service(RUNNING)

    async def main(cancel: Any) -> None:
        async with aclosing(service.watch(cancel=cancel)) as looks:
            await first(looks, 2)

    async def hangs() -> None:
        await asyncio.Event().wait()

    async def fails() -> None:
        raise DOWN

    asyncio.run(asyncio.wait_for(main(hangs), WITHIN))
    asyncio.run(asyncio.wait_for(main(fails), WITHIN))


def test_a_task_that_is_done_is_not_cancelled() -> None:
    service = Service(DONE)

    async def main() -> None:
        async with aclosing(service.watch(cancel=service.cancel)) as looks:
            async for look in looks:
                if look is DONE:
                    break

    asyncio.run(main())
    assert service.cancelled == 0


@pytest.mark.parametrize(
    ("task_id", "path"),
    [
        ("../x", "..%2Fx"),
        ("%2e%2e", "%252e%252e"),
        ("a/b?c#d", "a%2Fb%3Fc%23d"),
        ("任务", "%E4%BB%BB%E5%8A%A1"),
        (33484163592, "33484163592"),
    ],
)
def test_an_id_stays_one_segment_of_a_path(task_id: str | int, path: str) -> None:
    assert segment(task_id) == path


@pytest.mark.parametrize("task_id", ["", " ", ".", "..", None, True, 1.5])
def test_what_cannot_be_an_id_is_refused(task_id: Any) -> None:
    with pytest.raises(SettingsError):
        segment(task_id)
