"""
What a request for ten vectors of 1,024 floats costs, 64 at a time, each value checked; and a call
for ten thousand.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

from ..processes import Server, Worker
from ..result import OURS, Goal, Result
from ..rounds import interleaved

CONCURRENT = 64
# What openai makes of a vector takes so long that a tenth of the requests is enough.
REQUESTS = {OURS: 800, "openai": 80}
TEXTS = 10_000


def measure(*, full: bool) -> Iterator[Result]:
    rounds = 7 if full else 3
    with ExitStack() as stack:
        url = stack.enter_context(Server()).url()
        workers = {name: stack.enter_context(Worker(name)) for name in REQUESTS}
        takes = {
            name: partial(
                worker.ask, "embed", url=url, requests=REQUESTS[name], concurrent=CONCURRENT
            )
            for name, worker in workers.items()
        }
        samples = interleaved(takes, rounds)["cpu"]
        many = {OURS: partial(workers[OURS].ask, "texts", url=url, texts=TEXTS)}
        called = interleaved(many, rounds)["cpu"]
    measured = "CPU of a request for 10 × 1,024 floats"
    for goal in (Goal(most=0.9), Goal(times_less=24, than="openai")):
        yield Result(measure=measured, unit="ms", samples=samples, goal=goal)
    yield Result(
        measure=f"CPU of one call for {TEXTS:,} vectors",
        unit="s",
        samples=called,
        goal=Goal(most=0.9),
    )
