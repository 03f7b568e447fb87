"""What a short answer in one piece costs, 32 at a time, as in a run of many rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

from ..processes import Server, Worker
from ..result import OURS, Goal, Result
from ..rounds import interleaved

CONCURRENT = 32
REQUESTS = {OURS: 1_600, "openai": 320}


def measure(*, full: bool) -> Iterator[Result]:
    with ExitStack() as stack:
        url = stack.enter_context(Server()).url()
        workers = {name: stack.enter_context(Worker(name)) for name in REQUESTS}
        takes = {
            name: partial(
                worker.ask, "small", url=url, requests=REQUESTS[name], concurrent=CONCURRENT
            )
            for name, worker in workers.items()
        }
        samples = interleaved(takes, 7 if full else 3)["cpu"]
    yield Result(
        measure=f"CPU of a short answer, {CONCURRENT} at a time",
        unit="ms",
        samples=samples,
        goal=Goal(times_less=4, than="openai"),
    )
