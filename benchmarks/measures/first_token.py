"""How long the first token takes beyond what the network needs: streams one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

from ..contenders import CONTENDERS
from ..processes import Server, Worker
from ..result import Goal, Result
from ..rounds import interleaved

LIMIT = "raw socket (floor)"


def measure(*, full: bool) -> Iterator[Result]:
    streams, rounds = (400, 9) if full else (60, 7)
    with ExitStack() as stack:
        url = stack.enter_context(Server()).url()
        workers = {name: stack.enter_context(Worker(name)) for name in CONTENDERS}
        takes = {
            name: partial(worker.ask, "first", url=url, streams=streams)
            for name, worker in workers.items()
        }
        found = interleaved(takes, rounds)
    limits = found["wait"].pop(LIMIT)
    waits = {
        name: [wait - limit for wait, limit in zip(taken, limits, strict=True)]
        for name, taken in found["wait"].items()
    }
    yield Result(
        measure="first token, time over a raw socket",
        unit="µs",
        samples=waits,
        goal=Goal(times_less=3.3, than="openai"),
    )
    goal = Goal(times_less=4, than="openai")
    yield Result(measure="CPU of a short stream", unit="µs", samples=found["cpu"], goal=goal)
