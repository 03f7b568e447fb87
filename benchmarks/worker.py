"""
One contender in a process of its own: its imports and its garbage are nobody else's.

``python -m benchmarks.worker NAME`` takes orders as lines of JSON and answers in the same way.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
from collections.abc import Awaitable, Callable
from statistics import median
from time import perf_counter, process_time
from typing import Any

from .contenders import CONTENDERS, Contender

# Streams of a measure of time: a few tokens each, since only the first one counts.
SHORT = 5
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


ORDERS: dict[str, Callable[..., Awaitable[dict[str, float]]]] = {
    "cost": cost,
    "first": first,
    "streams": streams,
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
