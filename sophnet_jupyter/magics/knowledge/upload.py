"""Progress of uploads into a knowledge base, a line each, until the service has read the files."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from ...errors import KnowledgeNotReady, SophNetError, Stopped
from ...events import Progress
from ...kernel.loop import run
from ...kernel.output import Cell
from ...language import mark, tr
from ...providers.sophnet.knowledge.knowledge import Knowledge
from ...values.knowledge import KnowledgeFile
from ...views import knowledge as views
from ...views.safe.look import one_line
from ...views.safe.maths import inert

# Redraws a second at most.
RATE = 5
# How often the service is asked whether it has read the files, in seconds: soon at first.
SOON, LATE = 0.3, 3.0
# A service that takes longer goes on without us.
PATIENCE = 900.0


@dataclass(kw_only=True)
class UploadRow:
    """The progress of one file. ``done`` is None until the upload has ended."""

    name: str
    state: str = "waiting"
    fraction: float | None = None
    done: KnowledgeFile | None = None


class Uploading:
    """Uploads files one after the other, with their progress in this cell's output."""

    def __init__(self, cell: Cell, known: Knowledge, paths: Sequence[Path]) -> None:
        self._cell = cell
        self._known = known
        # Judged now, all of them: nothing is sent where one is of no use.
        self._sending = [known.files.uploading(path) for path in paths]
        self._lines = [UploadRow(name=path.name) for path in paths]
        self._display = ""
        self._drawn = 0.0

    def settle(self, *, wait: bool) -> list[KnowledgeFile]:
        """
        Send, and ``wait`` until all are read; shows them as a table, and returns them.

        What was sent stays there when this is interrupted. Raises `SophNetError`.
        """
        self._draw()
        try:
            run(self._all(wait=wait))
        except KeyboardInterrupt:
            self._draw(settled=True)
            if any(line.done for line in self._lines):
                name = self._known.service_id
                sys.stdout.write(
                    tr("What was sent stays there: %knowledge {name} files.\n", name=name)
                )
            raise Stopped() from None
        except SophNetError:
            self._draw(settled=True)
            raise
        self._draw(settled=True)
        made = [line.done for line in self._lines if line.done]
        if bad := next((one for one in made if wait and one.state == "ERROR"), None):
            raise KnowledgeNotReady(
                service=tr("the service"), title=bad.title, state=bad.state, what=mark("searched")
            )
        return made

    async def _all(self, *, wait: bool) -> None:
        for line, events in zip(self._lines, self._sending, strict=True):
            async with aclosing(events):
                async for item in events:
                    if isinstance(item, Progress):
                        line.state, line.fraction = item.state, item.fraction
                    else:
                        line.done, line.state = item, item.state
                    self._draw(soon=True)
        if wait:
            await self._wait()

    async def _wait(self) -> None:
        begun, pause = time.monotonic(), SOON
        while time.monotonic() - begun < PATIENCE:
            states = {one.id: one async for one in self._known.files.list()}
            for line in self._lines:
                if line.done and line.done.id in states:
                    line.done = states[line.done.id]
            self._draw(soon=True)
            if not any(line.done and line.done.state == "UPLOADING" for line in self._lines):
                return
            await asyncio.sleep(pause)
            pause = min(LATE, pause * 1.5)

    def _draw(self, *, soon: bool = False, settled: bool = False) -> None:
        if soon and time.monotonic() - self._drawn < 1 / RATE:
            return
        self._drawn = time.monotonic()
        made = [line.done for line in self._lines if line.done]
        data = views.files(self._known.service_id, made)
        if self._cell.place == "terminal":
            if settled:
                sys.stdout.write(data["text/plain"] + "\n")
            return
        if not self._cell.watched and not settled:
            return
        if not settled or len(made) < len(self._lines):
            data = progress(self._lines)
        self._display = self._cell.publish(
            data, display_id=self._display or None, update=bool(self._display)
        )


def progress(lines: Sequence[UploadRow]) -> dict[str, str]:
    """The progress of each file, as HTML and as text, a line each."""
    rows, said = [], []
    for line in lines:
        state = line.done.state if line.done else line.state
        share = "" if line.done or line.fraction is None else f" {line.fraction:.0%}"
        value = "" if line.done or line.fraction is None else f' value="{line.fraction:.3f}"'
        bar = (
            ""
            if state in ("ENABLED", "ERROR", "NOT_ENABLED", "waiting")
            else (f"<progress{value}></progress> ")
        )
        name, state = one_line(line.name), one_line(tr(state))
        rows.append(f"<div>{bar}{inert(name)} · {inert(state)}{share}</div>")
        said.append(f"{name} · {state}{share}")
    return {"text/html": "".join(rows), "text/plain": "\n".join(said)}
