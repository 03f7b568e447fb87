"""User callbacks that are called with each final sentence, also while a cell runs."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from ...events import Transcript

OnFinal = Callable[[Transcript], Any]


class Hearers:
    """
    Calls its callbacks one after the other, on threads other than the loop's.

    ``complain`` is called with what one of them raised: the others hear the sentence all the same.
    """

    def __init__(self, complain: Callable[[Exception], None]) -> None:
        self._complain = complain
        self._all: list[OnFinal] = []
        self._queue: asyncio.Queue[Transcript | None] = asyncio.Queue()

    def add(self, hear: OnFinal) -> None:
        self._all.append(hear)

    def put(self, sentence: Transcript) -> None:
        """Queue a sentence for the callbacks."""
        self._queue.put_nowait(sentence)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """A context in which callbacks run; on leaving, queued sentences are delivered first."""
        self._queue = asyncio.Queue()
        calling = asyncio.create_task(self._call())
        try:
            yield
        finally:
            self._queue.put_nowait(None)
            with suppress(asyncio.CancelledError):
                await calling

    async def _call(self) -> None:
        while (sentence := await self._queue.get()) is not None:
            for hear in list(self._all):
                try:
                    answer = await asyncio.to_thread(hear, sentence)
                    if inspect.isawaitable(answer):
                        await answer
                except Exception as error:
                    self._complain(error)
