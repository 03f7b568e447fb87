from __future__ import annotations

import asyncio
import random
import threading
from math import inf

import pytest

from sophnet_jupyter.wire.pace import BEGIN, Pace, Sent, patience, patient
from sophnet_jupyter.wire.turns import Turns, number

from ..waiting import WITHIN

pytestmark = pytest.mark.anyio


def never_mind() -> float:
    return inf


async def place(turns: Turns, *, rows: bool = True, at: int | None = None) -> Sent:
    return await turns.place(number() if at is None else at, patient=rows, within=never_mind)


async def full(turns: Turns, places: int = BEGIN) -> list[Sent]:
    """All places taken."""
    return [await place(turns) for _ in range(places)]


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def told(turns: Turns) -> tuple[int, int]:
    found = turns.told()
    return found.asked, found.under_way


async def test_more_than_may_go_wait_in_the_order_in_which_they_came() -> None:
    turns, went = Turns(), []
    under_way = await full(turns)

    async def go(name: int) -> Sent:
        sent = await place(turns)
        went.append(name)
        return sent

    tasks = [asyncio.create_task(go(name)) for name in range(3)]
    await settled()
    assert went == []
    assert told(turns) == (BEGIN + 3, BEGIN)
    for sent in under_way[:3]:
        turns.gone(sent)
        await settled()
    assert went == [0, 1, 2]
    assert all(task.done() for task in tasks)


async def test_a_single_question_goes_before_rows_and_a_row_asked_again_before_younger_ones() -> (
    None
):
    turns, went = Turns(), []
    old = number()
    under_way = await full(turns)

    async def go(name: str, **how: object) -> None:
        await place(turns, **how)  # type: ignore[arg-type]
        went.append(name)

    # Something was refused, so that single questions wait too.
    turns.refused(under_way.pop(), None)
    tasks = [
        asyncio.create_task(go("row")),
        asyncio.create_task(go("asked again", at=old)),
        asyncio.create_task(go("question", rows=False)),
    ]
    await settled()
    for sent in under_way:
        turns.gone(sent)
    await asyncio.wait(tasks)
    assert went == ["question", "asked again", "row"]


@pytest.mark.parametrize("moment", range(8))
async def test_who_is_cancelled_at_any_moment_loses_no_place(moment: int) -> None:
    turns = Turns()
    under_way = await full(turns)
    task = asyncio.create_task(place(turns))
    for step in range(8):
        if step == moment:
            task.cancel()
        if step == 3:
            turns.gone(under_way.pop())
        await asyncio.sleep(0)
    await asyncio.wait([task])
    if not task.cancelled():
        turns.gone(task.result())
    for sent in under_way:
        turns.gone(sent)
    assert told(turns) == (0, 0)
    await asyncio.wait_for(full(turns), WITHIN)


async def test_who_is_cancelled_in_the_step_in_which_it_was_woken_gives_its_place_back() -> None:
    turns = Turns()
    under_way = await full(turns)
    first, second = (asyncio.create_task(place(turns)) for _ in range(2))
    await settled()
    turns.gone(under_way.pop())
    # It has its place, and does not know yet.
    first.cancel()
    await asyncio.wait_for(second, WITHIN)
    assert first.cancelled()
    assert told(turns) == (BEGIN, BEGIN)


async def test_who_is_cancelled_while_sends_are_spread_out_is_not_waited_for() -> None:
    now = [100.0]
    turns = Turns(clock=lambda: now[0])
    under_way = await full(turns)
    now[0] += 1
    turns.refused(under_way.pop(), None)
    for sent in under_way:
        turns.answered(sent)
    turns.pace.sent(now[0])
    waiting = [asyncio.create_task(place(turns)) for _ in range(3)]
    await settled()
    assert not any(task.done() for task in waiting)
    for task in waiting[:2]:
        task.cancel()
    now[0] += 1
    await asyncio.wait_for(waiting[2], WITHIN)
    assert told(turns) == (2, 2)


async def test_a_storm_of_cancelled_callers_leaves_all_places_free() -> None:
    chance, turns, most = random.Random(5), Turns(Pace(chance=random.Random(6).random)), 0

    async def call(rows: bool) -> None:
        nonlocal most
        sent = await place(turns, rows=rows)
        most = max(most, turns.told().under_way)
        try:
            await asyncio.sleep(chance.random() / 500)
            if chance.random() < 0.05:
                turns.refused(sent, None)
            elif chance.random() < 0.9:
                turns.answered(sent)
        finally:
            turns.gone(sent)

    tasks = [asyncio.create_task(call(chance.random() < 0.8)) for _ in range(600)]
    while pending := [task for task in tasks if not task.done()]:
        for task in chance.sample(pending, min(8, len(pending))):
            task.cancel()
        await asyncio.sleep(0.001)
    assert told(turns) == (0, 0)
    assert most <= 32
    await asyncio.wait_for(place(turns), WITHIN)


async def test_two_loops_wait_for_each_other() -> None:
    turns, done = Turns(), []

    async def many(name: str) -> None:
        async def one() -> None:
            sent = await place(turns)
            await asyncio.sleep(0.001)
            done.append(name)
            turns.answered(sent)

        await asyncio.gather(*(one() for _ in range(100)))

    thread = threading.Thread(target=lambda: asyncio.run(many("there")))
    thread.start()
    await asyncio.wait_for(many("here"), WITHIN)
    await asyncio.to_thread(thread.join, WITHIN)
    assert sorted(done) == ["here"] * 100 + ["there"] * 100
    assert told(turns) == (0, 0)


async def test_a_loop_that_ended_with_callers_waiting_holds_nobody_up() -> None:
    turns = Turns()
    under_way = await full(turns)

    def elsewhere() -> None:
        loop = asyncio.new_event_loop()
        left = [loop.create_task(place(turns)) for _ in range(3)]
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
        for task in left:
            task._log_destroy_pending = False  # type: ignore[attr-defined]
        held.extend(left)

    held: list[asyncio.Task[Sent]] = []
    await asyncio.to_thread(elsewhere)
    here = asyncio.create_task(place(turns))
    await settled()
    turns.gone(under_way.pop())
    await asyncio.wait_for(here, WITHIN)


async def test_rows_leave_two_places_to_questions() -> None:
    turns = Turns()
    while True:
        rows = asyncio.create_task(place(turns))
        await settled()
        if not rows.done():
            break
        turns.let_through(rows.result())
    assert turns.told().under_way == 30
    for _ in range(2):
        assert await asyncio.wait_for(place(turns, rows=False), WITHIN)
    rows.cancel()


async def test_a_question_does_not_wait_for_a_height_that_nobody_refused() -> None:
    turns = Turns()
    await full(turns)
    for _ in range(2):
        assert await asyncio.wait_for(place(turns, rows=False), WITHIN)
    third = asyncio.create_task(place(turns, rows=False))
    await settled()
    assert not third.done()
    third.cancel()


async def test_who_cannot_wait_for_all_asks_for_itself() -> None:
    now = [0.0]
    turns = Turns(clock=lambda: now[0])
    for _ in range(12):
        sent = turns.pace.sent(now[0])
        now[0] += 1
        turns.refused(sent, 3600)
        now[0] += 1
    assert turns.pace.may_send(now[0], patient=True) > 3000
    impatient = turns.place(number(), patient=False, within=lambda: 60 - turns.shut_for())
    assert await asyncio.wait_for(impatient, WITHIN)


async def test_patience_is_of_the_calls_made_inside_alone() -> None:
    async def inside() -> float | None:
        await asyncio.sleep(0)
        return patience()

    with patient(600):
        task = asyncio.create_task(inside())
        with patient(5):
            assert patience() == 5
        assert patience() == 600
    assert patience() is None
    assert await task == 600
