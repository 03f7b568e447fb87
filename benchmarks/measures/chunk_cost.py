"""What one streamed chunk costs: CPU of a stream far faster than any model, by the chunk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

from ..contenders import CONTENDERS
from ..processes import Server, Worker
from ..result import Goal, Result
from ..rounds import interleaved

# A chunk costs litellm so much that a twentieth of them is enough.
SLOW = {"litellm": 20}
# These count what comes, and know no chunk.
LEFT_OUT = ("raw socket (floor)", "asyncio protocol (floor)")


def measure(*, full: bool) -> Iterator[Result]:
    chunks, rounds = (100_000, 9) if full else (12_000, 5)
    names = [name for name in CONTENDERS if name not in LEFT_OUT]
    with ExitStack() as stack:
        url = stack.enter_context(Server()).url()
        workers = {name: stack.enter_context(Worker(name)) for name in names}
        takes = {
            name: partial(worker.ask, "cost", url=url, tokens=chunks // SLOW.get(name, 1))
            for name, worker in workers.items()
        }
        samples = interleaved(takes, rounds)["cpu"]
    for goal in (
        Goal(times_less=35, than="openai"),
        Goal(times_less=1 / 1.3, than="aiohttp + our decoder"),
    ):
        yield Result(measure="CPU of a streamed chunk", unit="µs", samples=samples, goal=goal)
