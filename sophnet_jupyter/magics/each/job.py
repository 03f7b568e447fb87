"""A run in the background: what `%sophnet jobs` lists, and `%sophnet cancel` ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any

from ...errors import SophNetError
from ...kernel.loop import spawn
from ...language import tr
from ...runs.run import Run


class RunJob:
    """A run that goes on after its cell has ended."""

    conversation = ""

    def __init__(self, cell: int, prompt: str, run: Run) -> None:
        self.cell = cell
        self.prompt = prompt
        self.run = run
        self._began = time.monotonic()
        self._ended: float | None = None
        self.future: Future[Any] = Future()

    def start(
        self, work: Coroutine[Any, Any, Any], end: Callable[[Exception | None], None]
    ) -> None:
        """Begin; ``end`` is told how it ended, on the loop's thread."""
        self.future = spawn(self._follow(work, end))

    @property
    def done(self) -> bool:
        return self.future.done()

    @property
    def state(self) -> str:
        told = self.run.progress()
        of = "" if told.total is None else tr(" of {total:,}", total=told.total)
        return tr("{state}, {done:,}{of} rows", state=told.state, done=told.done, of=of)

    @property
    def seconds(self) -> float:
        """How long it runs, or has run."""
        return (self._ended or time.monotonic()) - self._began

    @property
    def notices(self) -> tuple[str, ...]:
        return ()

    def cancel(self) -> None:
        """End it; what has come stays."""
        self.run.stop()

    async def _follow(
        self, work: Coroutine[Any, Any, Any], end: Callable[[Exception | None], None]
    ) -> None:
        error: Exception | None = None
        try:
            await work
        except asyncio.CancelledError:
            raise
        except SophNetError as failure:
            error = failure
        finally:
            self._ended = time.monotonic()
            end(error)
