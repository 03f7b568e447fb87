"""
One contender in a process of its own: its imports and its garbage are nobody else's.

``python -m benchmarks.worker NAME`` takes orders as lines of JSON and answers in the same way.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
from array import array
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from statistics import median
from time import perf_counter, process_time
from typing import Any

from .contenders import CONTENDERS, Contender
from .vectors import DIFFERENT, vector

# Streams of a measure of time: a few tokens each, since only the first one counts.
SHORT = 5
# Vectors of one request: as many as the service gives.
TEXTS = 10
# Seconds in which waiting begins.
BEGUN = 4.0
# Nobody asks again in the same instant: what a client still does behind an answer is not counted
# as the delay of the next one.
PAUSE = 0.003


async def cost(contender: Contender, tokens: int) -> dict[str, float]:
    """CPU of one long stream, in µs a chunk. A short one goes before, for the connection."""
    await contender.read(SHORT)
    gc.collect()
    before = process_time()
    count, _ = await contender.read(tokens)
    spent = process_time() - before
    assert count == tokens, f"{count} of {tokens} chunks arrived"
    return {"cpu": spent / tokens * 1e6}


async def first(contender: Contender, streams: int) -> dict[str, float]:
    """Of streams one after the other: µs to the first token, and CPU in µs a stream."""
    await contender.read(SHORT)
    gc.collect()
    waits, before = [], process_time()
    for _ in range(streams):
        await asyncio.sleep(PAUSE)
        begun = perf_counter()
        _, came = await contender.read(SHORT)
        waits.append(came - begun)
    return {
        "wait": median(waits) * 1e6,
        "cpu": (process_time() - before) / streams * 1e6,
    }


async def streams(contender: Contender, streams: int) -> dict[str, float]:
    """Just so many streams, one after the other."""
    for _ in range(streams):
        await contender.read(SHORT)
    return {}


async def embed(contender: Any, requests: int, concurrent: int) -> dict[str, float]:
    """CPU of requests for ten vectors each, so many at a time, in ms a request; and all correct."""
    left = iter(range(requests))

    async def ask(check: bool = False) -> None:
        for number in left:
            first = number * TEXTS
            texts = [str(text) for text in range(first, first + TEXTS)]
            rows = await contender.embed(texts)
            assert len(rows) == TEXTS
            if check:
                _check(rows, first)

    # The connections are open then, and what is checked is not what is measured.
    left = iter(range(concurrent))
    await asyncio.gather(*(ask(check=True) for _ in range(concurrent)))
    gc.collect()
    left, before = iter(range(requests)), process_time()
    await asyncio.gather(*(ask() for _ in range(concurrent)))
    return {"cpu": (process_time() - before) / requests * 1e3}


async def small(contender: Any, requests: int, concurrent: int) -> dict[str, float]:
    """CPU of short answers in one piece, so many at a time, in ms each."""
    left = iter(range(concurrent))

    async def ask() -> None:
        for number in left:
            await contender.ask(f"row {number}")

    await asyncio.gather(*(ask() for _ in range(concurrent)))
    gc.collect()
    left, before = iter(range(requests)), process_time()
    await asyncio.gather(*(ask() for _ in range(concurrent)))
    return {"cpu": (process_time() - before) / requests * 1e3}


async def texts(contender: Any, texts: int) -> dict[str, float]:
    """CPU of one call for the vectors of so many texts, in seconds."""
    await contender.embed(["1", "2"])
    gc.collect()
    before = process_time()
    rows = await contender.embed([str(text) for text in range(texts)])
    spent = process_time() - before
    assert len(rows) == texts
    return {"cpu": spent}


def _check(rows: Sequence[Sequence[float]], first: int) -> None:
    for number, row in enumerate(rows, first):
        known = vector(number % DIFFERENT)
        # As 32-bit floats, which is as much as an array of them can hold.
        assert array("f", row) == array("f", known), f"the vector of {number} is another"


async def rows(contender: Any, rows: int, asked: int) -> dict[str, float]:
    """
    So many questions, so many at a time, after one more to warm up.

    Returns how many were not answered, the seconds that 300 and all of them took, the CPU of a row
    in ms, and of a client that tells it how many of a thousand were refused.
    """
    await contender.ask("warm up")
    left, came, before = iter(range(rows)), [], process_time()
    begun = perf_counter()

    async def some() -> None:
        for row in left:
            with suppress(Exception):
                await contender.ask(f"row {row}")
                came.append(perf_counter() - begun)

    await asyncio.gather(*(some() for _ in range(asked)))
    found = {
        "missed": float(rows - len(came)),
        "first": came[299] if len(came) > 299 else 0.0,
        "seconds": perf_counter() - begun,
        "cpu": (process_time() - before) / rows * 1e3,
    }
    told = getattr(contender, "refused", None)
    return found | ({"refused": told() * 1e3} if told else {})


async def behind(contender: Any, rows: int, asked: int, singles: int) -> dict[str, float]:
    """
    Single questions while a run has so many under way: the seconds of one, and of one alone.

    The run has learned by then how many it may send, and is not over before the last of them.
    """

    async def alone() -> float:
        begun = perf_counter()
        await contender.single("a single question")
        return perf_counter() - begun

    await contender.ask("warm up")
    before = [await alone() for _ in range(singles)]
    left, done, learned = iter(range(rows)), 0, asyncio.Event()

    async def some() -> None:
        nonlocal done
        for row in left:
            await contender.ask(f"row {row}")
            done += 1
            if done >= asked:
                learned.set()

    running = [asyncio.create_task(some()) for _ in range(asked)]
    await learned.wait()
    meanwhile = [await alone() for _ in range(singles)]
    assert done < rows, "the run was over too soon"
    for task in running:
        task.cancel()
    await asyncio.wait(running)
    return {"alone": median(before), "behind": median(meanwhile)}


async def wait(contender: Any, tasks: int, seconds: float) -> dict[str, float]:
    """CPU of waiting for endless tasks for so many seconds, in percent of a core."""
    ids = [await contender.begin(f"picture {number}") for number in range(tasks)]
    waiting = [asyncio.ensure_future(contender.wait(task)) for task in ids]
    # Each is found in the journal first, once.
    await asyncio.wait(waiting, timeout=BEGUN)
    gc.collect()
    before = process_time()
    done, _ = await asyncio.wait(waiting, timeout=seconds)
    spent = process_time() - before
    for one in waiting:
        one.cancel()
    await asyncio.wait(waiting)
    assert not done, "a task has ended"
    return {"cpu": spent / seconds * 100}


ORDERS: dict[str, Callable[..., Awaitable[dict[str, float]]]] = {
    "cost": cost,
    "first": first,
    "streams": streams,
    "embed": embed,
    "small": small,
    "texts": texts,
    "rows": rows,
    "behind": behind,
    "wait": wait,
}


def main(name: str) -> None:
    out, sys.stdout = sys.stdout, sys.stderr  # some libraries print
    opened: dict[str, Contender] = {}
    with asyncio.Runner() as runner:
        for line in sys.stdin:
            answer = runner.run(_carry_out(opened, name, json.loads(line)))
            out.write(json.dumps(answer) + "\n")
            out.flush()


async def _carry_out(
    opened: dict[str, Contender], name: str, order: dict[str, Any]
) -> dict[str, Any]:
    what, url = order.pop("order"), order.pop("url")
    try:
        if url not in opened:
            opened[url] = CONTENDERS[name](url)
        return await ORDERS[what](opened[url], **order)
    except Exception as error:
        return {"missing": f"{type(error).__name__}: {error}"[:200]}


if __name__ == "__main__":
    main(sys.argv[1])
