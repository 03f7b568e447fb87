"""The parts of a large table on their way to become vectors: awaited, watched, stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Generator, Mapping
from pathlib import Path
from typing import Any, Literal

from ...language import tr
from .. import looks
from ..looks import Drawn
from ..progress import STATES
from ..verdicts import in_rows

State = Literal["ready", "running", "stopped", "failed", "done"]


class BatchEmbedding(Drawn):
    """
    What `batch.embed` returns: ``await`` it. Nothing is asked before.

    Progress stands in the cell while it is awaited. An interrupt ends it, and so does `stop`: parts
    that are whole stay, vectors that came are kept by their worker, and the next run goes on.
    """

    def __init__(
        self,
        folder: Path,
        parts: int,
        work: Callable[[BatchEmbedding], Coroutine[Any, Any, Mapping[str, Any]]],
        *,
        dashboard: str = "",
    ) -> None:
        self.folder = folder
        """Where the parts and ``manifest.json`` are written."""
        self.parts = parts
        """How many there are."""
        self.dashboard = dashboard
        """The address of the cluster's own page; empty without a cluster."""
        self.state: State = "ready"
        """``ready``, ``running``, ``stopped``, ``failed`` or ``done``."""
        self.done = self.skipped = self.rows = self.missing = 0
        self.manifest: Mapping[str, Any] = {}
        """What is in the folder: parts, rows, model, origins, versions. Empty until all is done."""
        self._work = work
        self._task: asyncio.Task[Mapping[str, Any]] | None = None
        self._redraw: Callable[[], object] = lambda: None

    def __await__(self) -> Generator[Any, None, BatchEmbedding]:
        return self._whole().__await__()

    async def _whole(self) -> BatchEmbedding:
        if self.state == "done":
            return self
        self.done = self.skipped = self.rows = self.missing = 0
        self.state = "running"
        self._task = asyncio.ensure_future(self._work(self))
        self._redraw, end = looks.follow(self)
        try:
            self.manifest = await self._task
            self.state = "done"
        except asyncio.CancelledError:
            self.state = "stopped"
            raise
        except BaseException:
            self.state = "failed"
            raise
        finally:
            self._task.cancel()
            await asyncio.wait({self._task})
            end()
        return self

    def stop(self) -> None:
        """End it. What is whole stays, and so do the vectors that were paid for."""
        if self._task is not None:
            self._task.get_loop().call_soon_threadsafe(self._task.cancel)

    def came(self, facts: Mapping[str, Any]) -> None:
        """Note that a part is whole. For who does the work."""
        self.done += 1
        self.skipped += bool(facts.get("skipped"))
        self.rows += int(facts["rows"])
        self.missing += int(facts["missing"])
        self._redraw()

    @property
    def files(self) -> list[Path]:
        """The files of the parts, in the order of the rows; empty until all is done."""
        return [self.folder / each["file"] for each in self.manifest.get("parts", [])]

    def __repr__(self) -> str:
        parts = tr("{done:,} of {parts:,} parts", done=self.done, parts=self.parts)
        said = [parts, in_rows(self.rows)]
        if self.missing:
            said.append(tr("{n:,} without a vector", n=self.missing))
        if self.skipped:
            said.append(tr("{n:,} parts from before", n=self.skipped))
        said.append(tr(STATES[self.state]))
        return tr("<vectors in {folder}: {said}>", folder=self.folder, said=tr(", ").join(said))
