"""What a token costs at the pace of a model, one every 10 ms: each wakes the loop."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

from ..processes import Server, Worker
from ..result import OURS, Goal, Result
from ..rounds import interleaved

FLOOR = "asyncio protocol (floor)"
NAMES = (OURS, "openai", "aiohttp + our decoder", FLOOR)
TOKENS = 300


def measure(*, full: bool) -> Iterator[Result]:
    with ExitStack() as stack:
        url = stack.enter_context(Server()).url(rate=100)
        workers = {name: stack.enter_context(Worker(name)) for name in NAMES}
        takes = {
            name: partial(worker.ask, "cost", url=url, tokens=TOKENS)
            for name, worker in workers.items()
        }
        samples = interleaved(takes, 9 if full else 3, warm_up=False)["cpu"]
    for goal in (Goal(times_less=3.5, than="openai"), Goal(times_less=1 / 1.35, than=FLOOR)):
        yield Result(
            measure="CPU of a token, one every 10 ms", unit="µs", samples=samples, goal=goal
        )
