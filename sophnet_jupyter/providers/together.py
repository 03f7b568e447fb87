"""Run several answers concurrently, merged into one stream of events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from ..errors import SophNetError
from ..events import Event


async def together(
    answers: Sequence[AsyncGenerator[Event, None]], *, at_once: int
) -> AsyncGenerator[tuple[int, Event | SophNetError], None]:
    """
    The events of all answers as they arrive, each with the index of its answer.

    An error of ours ends one answer and none of the others; it is yielded like an event. No more
    than ``at_once`` are under way. Leaving early closes them all.
    """
    arrived: asyncio.Queue[tuple[int, Event | SophNetError] | None] = asyncio.Queue()
    free = asyncio.Semaphore(at_once)

    async def follow(number: int, events: AsyncGenerator[Event, None]) -> None:
        async with aclosing(events), free:
            try:
                async for event in events:
                    arrived.put_nowait((number, event))
            except SophNetError as error:
                arrived.put_nowait((number, error))

    async def follow_all() -> None:
        async with asyncio.TaskGroup() as group:
            for number, events in enumerate(answers):
                group.create_task(follow(number, events))

    following = asyncio.ensure_future(follow_all())
    following.add_done_callback(lambda _: arrived.put_nowait(None))
    try:
        while (item := await arrived.get()) is not None:
            yield item
        await following
    finally:
        following.cancel()
        await asyncio.wait({following})
        if not following.cancelled():
            following.exception()
