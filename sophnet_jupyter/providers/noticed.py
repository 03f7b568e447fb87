"""A line for the reader before the events of an answer."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable

from ..events import Event, Notice
from ..wire.held import held
from .keeping import Keep, Wanted


async def noticed(said: str, events: AsyncGenerator[Event, None]) -> AsyncGenerator[Event, None]:
    """``said`` as a `Notice`, then the events."""
    async with held(events) as rest:
        yield Notice(text=said)
        async for event in rest:
            yield event


def once(said: str, keep: Keep) -> Keep:
    """``keep`` with a line before its first answer: what is said of each is soon read of none."""
    left = [said] if said else []

    def kept(
        wanted: Wanted, make: Callable[[], AsyncGenerator[Event, None]]
    ) -> AsyncGenerator[Event, None]:
        events = keep(wanted, make)
        return noticed(left.pop(), events) if left else events

    return kept if said else keep
