from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from sophnet_jupyter.providers.tasks.pacing import PollPacing

pytestmark = pytest.mark.anyio


class Clock:
    """Notes the times at which sleepers would wake, while its own time stands still."""

    def __init__(self) -> None:
        self.now = 100.0
        self.woken: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.woken.append(self.now + seconds)
        await asyncio.sleep(0)


async def test_a_hundred_that_begin_together_are_spread_and_the_first_does_not_wait() -> None:
    clock = Clock()
    turns = PollPacing(5, clock=clock, sleep=clock.sleep)
    await asyncio.gather(*(turns.sleep(1.0) for _ in range(100)))
    woken = sorted(clock.woken)
    assert woken[0] == 101.0
    assert all(later - sooner >= 0.199 for sooner, later in pairwise(woken))
    assert woken[-1] == pytest.approx(101 + 99 / 5)


async def test_a_gap_between_others_is_used() -> None:
    clock = Clock()
    turns = PollPacing(5, clock=clock, sleep=clock.sleep)
    await asyncio.gather(turns.sleep(1.0), turns.sleep(9.0), turns.sleep(1.0), turns.sleep(3.0))
    assert clock.woken == pytest.approx([101, 109, 101.2, 103])


async def test_who_gives_up_leaves_the_turn_to_others() -> None:
    turns = PollPacing(5)
    waiting = asyncio.create_task(turns.sleep(60))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait({waiting})
    assert turns._taken == []


async def test_turns_that_have_passed_are_forgotten() -> None:
    clock = Clock()
    turns = PollPacing(5, clock=clock, sleep=clock.sleep)
    for _ in range(50):
        await turns.sleep(0)
        clock.now += 1
    assert len(turns._taken) <= 2
