from __future__ import annotations

import asyncio

import pytest

from sophnet_jupyter.errors import KeyRejected
from sophnet_jupyter.events import Finished, TextDelta
from sophnet_jupyter.magics.background.handle import Background, Cancelled
from sophnet_jupyter.magics.background.job_views import failure
from sophnet_jupyter.response import Arrival


@pytest.fixture
def start():
    """Starts an answer that first says "part"; returns its handle and what its end was told."""
    jobs = []

    def start(then, prompt="hi"):
        arrival, ends = Arrival(), []
        job = Background(7, prompt, "", arrival)
        jobs.append(job)

        async def answer():
            arrival.add(TextDelta(text="part"))
            return await then(arrival)

        job.start(answer(), lambda error: ends.append((job.done, job.future.done(), error)))
        return job, ends

    yield start
    for job in jobs:
        job.cancel()


async def whole(arrival):
    arrival.add(Finished(reason="stop"))
    return arrival.response


async def never(arrival):
    try:
        await asyncio.Event().wait()
    finally:
        arrival.end("stopped")


def fails_with(error):
    async def fail(arrival):
        raise error

    return fail


def test_an_answer_is_the_same_however_it_is_read(start) -> None:
    job, _ = start(whole)
    assert job.wait(60).text == "part"
    assert job.wait() is job.response
    assert (job.done, job.state, job.error) == (True, "complete", None)


@pytest.mark.anyio
async def test_any_loop_may_await_it(start) -> None:
    job, _ = start(whole)
    assert (await job) is (await job) is job.response


@pytest.mark.anyio
async def test_who_stops_waiting_does_not_stop_the_answer(start) -> None:
    job, _ = start(never)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await job
    assert job.state == "running"


def test_a_limit_ends_the_waiting_and_says_so(start) -> None:
    job, _ = start(never)
    with pytest.raises(TimeoutError, match=r"cell \[7\] is not whole after 0.01 s; it goes on"):
        job.wait(0.01)
    assert (job.done, job.error) == (False, None)


def test_a_cancelled_answer_keeps_its_part_and_says_where(start) -> None:
    job, _ = start(never)
    while not job.response.text:
        assert not job.done
    job.cancel()
    with pytest.raises(Cancelled, match=r"the part that had arrived is in \.response") as caught:
        job.wait(60)
    assert caught.value.response is job.response
    assert (job.state, job.response.text) == ("stopped", "part")


def test_cancelling_what_has_ended_changes_nothing(start) -> None:
    job, _ = start(whole)
    job.wait(60)
    job.cancel()
    assert job.wait(60).ending == "complete"


def test_the_end_is_told_once_and_before_those_who_wait(start) -> None:
    error = KeyRejected(service="SophNet", status=401, message="no")
    job, ends = start(fails_with(error))
    with pytest.raises(KeyRejected):
        job.wait(60)
    assert ends == [(True, False, error)]


def test_an_error_that_is_not_ours_is_a_failure_too(start) -> None:
    job, ends = start(fails_with(ZeroDivisionError("by zero")))
    with pytest.raises(ZeroDivisionError):
        job.wait(60)
    assert job.state == "failed"
    assert failure(ends[0][2]) == "ZeroDivisionError: by zero"


def test_a_long_prompt_does_not_make_a_long_line(start) -> None:
    job, _ = start(whole, prompt="a\nb " * 100)
    job.wait(60)
    assert len(repr(job)) < 90
    assert "\n" not in repr(job)
