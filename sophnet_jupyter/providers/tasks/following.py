"""Follow a task to its end, and fetch its results."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import TypeVar

import msgspec

from ...events import Event, Finished, Progress
from ...wire.held import held
from ...wire.poll import Pace, State
from .journal import Task
from .tasks import Tasks

T = TypeVar("T")


async def follow_and_fetch(
    tasks: Tasks,
    task: Task,
    check: Callable[[], Awaitable[State[T]]],
    fetch: Callable[[State[T]], AsyncGenerator[Event, None]],
    *,
    pace: Pace,
    resumed: bool,
    index: int = 0,
) -> AsyncGenerator[Event, None]:
    """
    Follow a task as `Tasks.follow` does, then yield the events of ``fetch`` and `Finished`.

    ``index`` is its place among several. Raises what ``check`` and ``fetch`` raise.
    """
    looks = tasks.follow(task, check, pace=pace, resumed=resumed)
    found: State[T] | None = None
    async with aclosing(looks):
        async for said in looks:
            match said:
                case State():
                    found = said
                    # In here, since the task stays open until what it has made is fetched.
                    async with held(fetch(said)) as events:
                        async for event in events:
                            yield event
                case Progress():
                    yield msgspec.structs.replace(said, index=index)
                case _:
                    yield said
    assert found
    yield Finished(reason=found.word)
