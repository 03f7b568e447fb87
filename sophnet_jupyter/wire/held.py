"""A generator that reads from another, closed in the right order even by garbage collection."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any, Generic, TypeVar

T = TypeVar("T")


_held: set[AsyncGenerator[Any, Any]] = set()


class held(Generic[T]):  # noqa: N801 - used like aclosing, and named like it
    """
    `contextlib.aclosing` for a generator that reads from another.

    Keeps the inner one alive by itself. So when a reader goes without closing, the collector finds
    the outermost generator alone, which then closes the others in their order. If it found all of
    them it would begin to close all at once, and they would fall over each other.
    """

    def __init__(self, thing: AsyncGenerator[T, Any]) -> None:
        self.thing = thing

    async def __aenter__(self) -> AsyncGenerator[T, Any]:
        _held.add(self.thing)
        return self.thing

    async def __aexit__(self, *_: object) -> None:
        try:
            await self.thing.aclose()
        finally:
            _held.discard(self.thing)
