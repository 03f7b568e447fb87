"""A run: what is asked, what comes back, and what stays when somebody leaves."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Iterator

import pytest

from sophnet_jupyter.errors import (
    BalanceExhausted,
    KeyRejected,
    RateLimited,
    RequestRefused,
    ServiceDown,
    SettingsError,
    TimedOut,
)
from sophnet_jupyter.events import Event, Finished, TextDelta
from sophnet_jupyter.runs.columns import added
from sophnet_jupyter.runs.rows import Item
from sophnet_jupyter.runs.run import AHEAD, Run

from ..waiting import WITHIN, until
from .asks import Held, echo, failing, items

pytestmark = pytest.mark.anyio

REFUSED = {"service": "Test", "message": "no"}


async def test_every_question_has_its_answer_in_the_order_of_the_questions() -> None:
    run = await Run(items(100), echo())
    assert [row.answer for row in run.rows] == [f"<q{n}>" for n in range(100)]
    assert (run.state, run.usage.total_tokens) == ("done", 300)


async def test_rows_are_given_as_they_come() -> None:
    held, came = Held(), []
    async with asyncio.timeout(WITHIN):
        run = Run(items(3), held.ask)
        held.let_go(2)
        async for row in run:
            came.append(row.number)
            held.let_go(*({2: [0], 0: [1]}.get(row.number, [])))
    assert came == [2, 0, 1]


async def test_no_more_are_under_way_than_was_asked_for() -> None:
    held, most = Held(), 0
    run = Run(items(20), held.ask, concurrency=4)
    task = asyncio.ensure_future(run._whole())
    for number in range(20):
        await held.until(lambda number=number: number in held.under_way)
        most = max(most, len(held.under_way))
        held.let_go(number)
    await task
    assert most == 4


async def test_who_leaves_hangs_up_and_the_next_asks_only_what_has_no_answer() -> None:
    asked: list[int] = []
    run = Run(items(50), echo(asked), concurrency=4)
    reading = run.__aiter__()
    first = [await anext(reading) for _ in range(10)]
    await reading.aclose()
    assert run.state == "stopped"
    done = {row.number for row in run.rows if row.ending == "complete"}
    assert done >= {row.number for row in first}
    asked.clear()
    await run
    assert sorted(asked) == sorted(set(range(50)) - done)
    assert run.state == "done"


async def test_a_cancelled_wait_keeps_the_part_that_had_come() -> None:
    held = Held()
    run = Run(items(8), held.ask)
    task = asyncio.ensure_future(run._whole())
    await held.until(lambda: len(held.under_way) == 8)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sorted(held.left) == list(range(8))
    assert {(row.answer, row.ending) for row in run.rows} == {("half ", "stopped")}


async def test_one_of_two_who_wait_may_leave() -> None:
    held = Held()
    run = Run(items(2), held.ask)
    leaving, staying = (asyncio.ensure_future(run._whole()) for _ in range(2))
    await held.until(lambda: len(held.under_way) == 2)
    leaving.cancel()
    await asyncio.wait({leaving})
    held.let_go(0, 1)
    assert await staying is run
    assert held.left == []


async def test_equal_questions_are_asked_once_and_cost_once() -> None:
    asked: list[int] = []
    same = [Item(number=n, prompt=f"q{n % 3}", key=f"k{n % 3}") for n in range(12)]
    run = await Run(same, echo(asked))
    assert sorted(asked) == [0, 1, 2]
    assert [row.answer for row in run.rows] == [f"<q{n % 3}>" for n in range(12)]
    assert (run.progress().equal, run.usage.total_tokens) == (9, 9)
    assert [row.cached for row in run.rows] == [False] * 3 + [True] * 9


async def test_questions_without_a_key_are_never_equal() -> None:
    asked: list[int] = []
    await Run([Item(number=n, prompt="q") for n in range(3)], echo(asked))
    assert sorted(asked) == [0, 1, 2]


async def test_a_row_that_fails_is_a_value_and_the_others_go_on() -> None:
    def error(item: Item) -> Exception | None:
        return ServiceDown(status=500, **REFUSED) if item.number == 3 else None

    run = await Run(items(10), failing(error))
    row = run.rows[3]
    assert (row.ending, row.answer) == ("failed", "half")
    assert row.error.startswith("Test answered 500: no")
    assert sum(row.ending == "complete" for row in run.rows) == 9
    assert run.progress().failures == (row,)


async def test_a_bug_of_a_tool_is_the_rows_error_too() -> None:
    run = await Run(items(2), failing(lambda item: ZeroDivisionError("x") if item.number else None))
    assert run.rows[1].error == "ZeroDivisionError: x"


@pytest.mark.parametrize(
    "error",
    [
        KeyRejected(status=401, **REFUSED),
        BalanceExhausted(status=402, **REFUSED),
        RateLimited(service="Test", status=429, message="You exceeded your current quota"),
        RateLimited(service="Test", status=429, message="账户余额不足"),
        RequestRefused(service="Test", status=400, message="response_format is not supported"),
    ],
)
async def test_an_error_that_would_come_for_all_ends_the_run(error: Exception) -> None:
    asked: list[int] = []
    run = Run(items(100), failing(lambda item: error if item.number == 5 else None, asked))
    with pytest.raises(type(error)):
        await run
    assert run.state == "failed"
    assert len(asked) < 100
    assert run.rows[5].error


@pytest.mark.parametrize(
    "error",
    [
        RateLimited(status=429, **REFUSED),
        RequestRefused(service="Test", status=400, message="content filter: violence"),
    ],
)
async def test_an_error_of_one_question_does_not_end_the_run(error: Exception) -> None:
    run = await Run(items(20), failing(lambda item: error if item.number == 5 else None))
    assert run.progress().complete == 19


async def test_what_failed_can_be_asked_again() -> None:
    asked: list[int] = []
    errors: list[Exception] = [ServiceDown(status=500, **REFUSED)]
    run = await Run(
        items(10),
        failing(lambda item: errors.pop() if item.number == 3 and errors else None, asked),
    )
    asked.clear()
    assert run.retry() == 1
    came = [row.number async for row in run]
    assert asked == [3]
    assert sorted(came) == list(range(10))
    assert (run.rows[3].ending, run.rows[3].attempts) == ("complete", 2)
    assert run.progress().failed == 0


async def test_equal_questions_that_failed_are_asked_again_once() -> None:
    asked: list[int] = []
    errors: list[Exception] = [ServiceDown(status=500, **REFUSED)]
    same = [Item(number=n, prompt="q", key="k") for n in range(4)]
    run = await Run(same, failing(lambda item: errors.pop() if errors else None, asked))
    assert {row.ending for row in run.rows} == {"failed"}
    assert run.retry() == 4
    await run
    assert len(asked) == 2
    assert {row.ending for row in run.rows} == {"complete"}


async def test_a_paused_run_sends_nothing_and_goes_on_where_it_was() -> None:
    held = Held()
    run = Run(items(10), held.ask, concurrency=2)
    task = asyncio.ensure_future(run._whole())
    await held.until(lambda: len(held.under_way) == 2)
    run.pause()
    held.let_go(*range(10))
    await until(lambda: not run.progress().under_way)
    assert (run.state, run.progress().done) == ("paused", 2)
    run.go_on()
    await task
    assert run.progress().complete == 10


async def test_a_run_is_stopped_from_another_thread() -> None:
    held = Held()
    run = Run(items(4), held.ask)
    task = asyncio.ensure_future(run._whole())
    await held.until(lambda: len(held.under_way) == 4)
    threading.Thread(target=run.stop).start()
    await task
    assert run.state == "stopped"
    assert len(held.left) == 4


async def test_a_run_is_followed_from_another_loop() -> None:
    held = Held()
    run = Run(items(2), held.ask)
    task = asyncio.ensure_future(run._whole())
    await held.until(lambda: len(held.under_way) == 2)

    async def follow() -> list[int]:
        return [row.number async for row in run]

    following = asyncio.to_thread(asyncio.run, follow())
    other = asyncio.ensure_future(following)
    await until(lambda: run._followers == 2)
    held.let_go(0, 1)
    await task
    assert sorted(await asyncio.wait_for(other, WITHIN)) == [0, 1]


async def test_an_endless_source_is_read_as_its_reader_goes_on() -> None:
    taken = []

    def endless() -> Iterator[Item]:
        number = 0
        while True:
            taken.append(number)
            yield Item(number=number, prompt=str(number))
            number += 1

    run = Run(endless(), echo(), total=None)
    seen = 0
    async for row in run:
        seen += 1
        assert row.answer
        assert len(taken) <= seen + AHEAD
        if seen == 200:
            break


async def test_a_row_that_takes_too_long_fails_alone() -> None:
    held = Held()
    held.let_go(0)
    run = await Run(items(2), held.ask, patience=0.2)
    assert [row.ending for row in run.rows] == ["complete", "failed"]
    assert run.rows[1].error == str(TimedOut(service="The service", limit="row", seconds=0.2))


async def test_a_source_that_breaks_ends_the_run_and_keeps_what_came() -> None:
    def broken() -> Iterator[Item]:
        yield from items(3)
        raise OSError("disk")

    run = Run(broken(), echo(), concurrency=1, total=None)
    with pytest.raises(OSError, match="disk"):
        await run
    assert [row.answer for row in run.rows] == ["<q0>", "<q1>", "<q2>"]


async def test_a_run_without_rows_is_done_at_once() -> None:
    run = await Run([], echo())
    assert (run.state, run.rows) == ("done", [])


async def test_a_question_that_cannot_be_made_is_not_sent() -> None:
    asked: list[int] = []
    run = await Run([Item(number=0, prompt="", problem="No picture.")], echo(asked))
    assert (asked, run.rows[0].ending, run.rows[0].error) == ([], "failed", "No picture.")


async def test_a_row_that_the_limit_of_tokens_has_cut_is_not_told_as_complete() -> None:
    async def cut(item: Item) -> AsyncGenerator[Event, None]:
        yield TextDelta(text="The first hal")
        yield Finished(reason="length")

    run = await Run(items(1), cut)
    assert added(run.rows)[0]["ending"] == ["cut at the token limit"]
    assert run.rows[0].ending == "complete", "the service has said all that it will"
    assert "cut at the token limit" in repr(run.rows[0])


async def test_a_row_gives_back_the_whole_response() -> None:
    run = await Run(items(1), echo())
    response = run.rows[0].response
    assert (response.text, response.model, response.ending) == ("<q0>", "m", "complete")
    assert response.usage is not None
    assert response.usage.total_tokens == 3


@pytest.mark.parametrize("wrong", [{"concurrency": 0}, {"concurrency": 33}, {"first": 0}])
async def test_figures_that_cannot_be_right_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(SettingsError):
        Run(items(1), echo(), **wrong)


async def test_the_first_rows_alone_are_asked() -> None:
    asked: list[int] = []
    run = await Run(items(100), echo(asked), first=5)
    assert sorted(asked) == [0, 1, 2, 3, 4]
    assert (len(run.rows), run.whole) == (5, 100)


async def test_an_answer_that_nobody_reads_is_closed_in_order() -> None:
    closed = []

    async def ask(item: Item) -> AsyncGenerator[Event, None]:
        try:
            async for event in echo()(item):
                yield event
        finally:
            closed.append(item.number)

    await Run(items(3), ask)
    assert sorted(closed) == [0, 1, 2]
