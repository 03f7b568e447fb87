"""A comparison in the background: what `%sophnet jobs` lists, and `%sophnet cancel` ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

from ...kernel.loop import spawn
from ...language import tr
from ...runs.compare.comparison import Comparison


class ComparisonJob:
    """A comparison that goes on after its cell has ended."""

    conversation = ""

    def __init__(self, cell: int, prompt: str, comparison: Comparison) -> None:
        self.cell = cell
        self.prompt = prompt
        self.comparison = comparison
        self._began = time.monotonic()
        self._ended: float | None = None
        self.future: Future[Any] = Future()

    def start(self, work: Coroutine[Any, Any, Any], end: Callable[[], object]) -> None:
        """Begin; ``end`` is called when it has ended, on the loop's thread."""
        self.future = spawn(self._follow(work, end))

    @property
    def done(self) -> bool:
        return self.future.done()

    @property
    def state(self) -> str:
        cells = self.comparison.cells
        came = sum(not one.busy and (one.kept or one.task is not None) for one in cells)
        failed = sum(one.error is not None for one in cells)
        stopped = any(one.stopped for one in cells)
        going = not self.done and came < len(cells)
        word = "running" if going else "stopped" if stopped else "done"
        bad = tr(", {failed:,} failed", failed=failed) if failed else ""
        return tr(
            "{word}, {came:,} of {count:,} answers{bad}",
            word=word,
            came=came,
            count=len(cells),
            bad=bad,
        )

    @property
    def seconds(self) -> float:
        """How long it runs, or has run."""
        return (self._ended or time.monotonic()) - self._began

    @property
    def notices(self) -> tuple[str, ...]:
        return ()

    def cancel(self) -> None:
        """Hang up on all that is under way; what has come stays."""
        self.comparison.stop()

    async def _follow(self, work: Coroutine[Any, Any, Any], end: Callable[[], object]) -> None:
        try:
            with suppress(asyncio.CancelledError):
                await work
        finally:
            self._ended = time.monotonic()
            end()
