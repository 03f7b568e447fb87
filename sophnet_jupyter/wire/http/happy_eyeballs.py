"""
Connect to the first address of a name that answers, without waiting for dead ones.

RFC 8305. asyncio has this too, but leaves a socket open when it is cancelled meanwhile.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from itertools import zip_longest
from typing import Any, TypeVar

from ...language import tr

T = TypeVar("T")

# Seconds after which the next address is tried beside those before it.
NEXT = 0.25


async def first(
    addresses: Sequence[str],
    connect: Callable[[str], Coroutine[Any, Any, T]],
    *,
    abandon: Callable[[T], object],
) -> T:
    """
    Connect to the addresses in their order, a quarter of a second apart, until one answers.

    What others have opened by then is handed to ``abandon``. Raises the last failure where no
    address answers.
    """
    left = deque(addresses)
    running: set[asyncio.Task[T]] = set()
    failure: BaseException = OSError(tr("The name has no address"))
    try:
        while left or running:
            if left:
                running.add(asyncio.create_task(connect(left.popleft())))
            done, _ = await asyncio.wait(
                running, timeout=NEXT if left else None, return_when=asyncio.FIRST_COMPLETED
            )
            for task in done:
                running.discard(task)
                if not (error := task.exception()):
                    return task.result()
                failure = error
        raise failure
    finally:
        for task in running:
            task.cancel()
            task.add_done_callback(lambda task: _give_up(task, abandon))


def interleaved(addresses: Sequence[tuple[int, str]]) -> list[str]:
    """The addresses with their families alternating, from pairs of family and address."""
    favourite = addresses[0][0] if addresses else 0
    one = dict.fromkeys(address for family, address in addresses if family == favourite)
    other = dict.fromkeys(address for family, address in addresses if family != favourite)
    pairs = zip_longest(one, other)
    return [address for pair in pairs for address in pair if address is not None]


def _give_up(task: asyncio.Task[T], abandon: Callable[[T], object]) -> None:
    if not task.cancelled() and not task.exception():
        abandon(task.result())
