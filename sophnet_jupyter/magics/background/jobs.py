"""The background answers of one kernel, with ``%sophnet jobs`` and ``%sophnet cancel``."""

from __future__ import annotations

import atexit
import sys
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future, wait
from typing import Any, Protocol

from IPython.core.error import UsageError

from ...errors import Stopped
from ...events import Event
from ...kernel import running
from ...kernel.output import Cell
from ...language import mark, tr
from ...response import Arrival, Response
from ...views.answer import Context
from ...views.live.answer import View
from ...views.safe.control_characters import plain
from .. import sheet
from .handle import Background, clipped
from .job_views import ForegroundView, InCell, JobView, OnPaper

# How many that have ended `%sophnet jobs` still shows. Each holds its answer.
REMEMBERED = 20
# How long the end of a kernel may wait for connections to be closed.
GRACE = 0.5
# How long `%sophnet cancel` may wait, so that it says how they ended.
PATIENCE = 5.0

WAITED = mark(
    "--background: here nobody sees what comes after a cell's end, so the cell waits for it."
)

Ask = Callable[[View, Arrival], Coroutine[Any, Any, Response]]
"""Asks, given what draws the answer and what gathers it."""


class ListedJob(Protocol):
    """What `%sophnet jobs` lists: an answer, or a run over many rows."""

    cell: int
    prompt: str
    conversation: str
    future: Future[Any]

    @property
    def done(self) -> bool: ...
    @property
    def state(self) -> str: ...
    @property
    def seconds(self) -> float: ...
    @property
    def notices(self) -> tuple[str, ...]: ...
    def cancel(self) -> None: ...


class Jobs:
    """The background jobs of one kernel, running and finished."""

    def __init__(self, shell: Any, view: Callable[[Context], View]) -> None:
        self._shell = shell
        self._view = view
        self._listed: list[ListedJob] = []
        self._papers: list[tuple[Background, JobView]] = []

    def start(
        self,
        ask: Ask,
        context: Context,
        *,
        prompt: str,
        out: str | None = None,
        place: Callable[[bool], JobView] | None = None,
    ) -> Background:
        """
        Start a request that draws into the current cell, and return its handle at once.

        Where a cell's end is the end of its output, this waits for the answer. Raises what goes
        wrong with it then. ``place`` makes what draws, told whether the cell waits; an answer's
        is the default.
        """
        cell = Cell(self._shell)
        waits = cell_waits(cell)
        where = place(waits) if place else self._place(cell, context, waits=waits)
        one = running.begin(self._shell, background=not waits)

        def on_event(response: Response, event: Event) -> None:
            running.name(one, response.model)
            where.view.on_event(response, event)

        arrival = Arrival(on_event=on_event)
        # IPython 9.18 counts on before a cell runs, others afterwards; this is right in all.
        number = self._shell.displayhook.prompt_count
        job = Background(number, prompt, context.conversation, arrival)
        one.on_stop(job.cancel)
        self.add(job)
        if out:
            self._shell.user_ns[out] = job

        def end(error: Exception | None) -> None:
            # Before it is shown: who sees its end finds it under its name.
            # Somebody may have put something else there by now.
            ours = self._shell.user_ns.get(out or "") is job
            if out and ours and (not error or has_content(job.response)):
                self._shell.user_ns[out] = job.response
            try:
                where.end(arrival, error)
            finally:
                stopped = isinstance(error, Stopped)
                running.end(one, "stopped" if stopped else arrival.response.ending)

        if not waits:
            if cell.place == "terminal":
                self._papers.append((job, where))
            where.begin(job.cell, job.cancel)
        job.start(ask(where.view, arrival), end)
        if waits:
            _wait(job)
        return job

    @property
    def running(self) -> list[ListedJob]:
        return [job for job in self._listed if not job.done]

    def in_conversation(self, name: str) -> ListedJob | None:
        """The running job of a conversation, if there is one."""
        return next((job for job in self.running if job.conversation == name), None)

    def jobs(self, rest: str) -> None:
        """``%sophnet jobs``: a table."""
        if not self._listed:
            sys.stdout.write(
                tr("Nothing has run in the background. %%sophchat --background does.\n")
            )
            return
        head = (tr("cell"), tr("state"), tr("time"), tr("prompt"))
        rows = [
            (f"[{job.cell}]", tr(job.state), f"{job.seconds:.1f} s", plain(clipped(job.prompt)))
            for job in self._listed
        ]
        sheet.lines(self._shell, [head, *rows])

    def cancel(self, rest: str) -> None:
        """``%sophnet cancel [N|all]``: close the connections of these jobs."""
        running = self.running
        if not running:
            raise UsageError(tr("Nothing runs in the background."))
        cells = ", ".join(str(cell) for cell in sorted({job.cell for job in running}))
        number = rest.strip("[] ")
        if not number and len(running) > 1:
            raise UsageError(
                tr("Which one? %sophnet cancel N, of {cells}, or %sophnet cancel all.", cells=cells)
            )
        chosen = [job for job in running if number in ("", "all", str(job.cell))]
        if not chosen:
            raise UsageError(
                tr("No answer of that cell is running: there is {cells}.", cells=cells)
            )
        _end(chosen, PATIENCE)
        for job in chosen:
            sys.stdout.write(
                tr(
                    "[{cell}] {state} after {seconds:.1f} s\n",
                    cell=job.cell,
                    state=tr(job.state),
                    seconds=job.seconds,
                )
            )
            # Such as that the service goes on with what it has begun.
            sys.stdout.writelines(f"{plain(notice)}\n" for notice in job.notices)

    def print_answers(self) -> None:
        """In a terminal, print before its next prompt the answers that are finished."""
        for job, paper in [entry for entry in self._papers if entry[0].future.done()]:
            self._papers.remove((job, paper))
            sys.stdout.write(f"\n— [{job.cell}] {plain(clipped(job.prompt))} —\n{paper.text}")

    def close(self) -> None:
        """Cancel all jobs: the kernel ends, or the extension is unloaded."""
        atexit.unregister(self.close)
        _end([job for job in self._listed if not job.future.done()])

    def _place(self, cell: Cell, context: Context, *, waits: bool) -> JobView:
        if waits:
            return ForegroundView(self._view(context))
        return OnPaper(cell, context) if cell.place == "terminal" else InCell(cell, context)

    def add(self, job: ListedJob) -> None:
        """List one that has begun."""
        # The end of a process closes its connections anyhow; this closes them in good order.
        atexit.unregister(self.close)
        atexit.register(self.close)
        ended = [job for job in self._listed if job.done]
        for old in ended[: max(0, len(ended) - REMEMBERED + 1)]:
            self._listed.remove(old)
        self._listed.append(job)


def has_content(response: Response) -> bool:
    """True if a response has any content worth keeping."""
    found = response.text, response.images, response.videos, response.audio
    return any(found)


def cell_waits(cell: Cell) -> bool:
    if cell.place == "terminal":
        return not (cell.is_console or sys.stdin.isatty())
    return not cell.watched


def _wait(job: Background) -> None:
    sys.stdout.write(tr(WAITED) + "\n")
    try:
        job.wait()
    except KeyboardInterrupt:
        _end([job])
        raise Stopped(response=job.response) from None


def _end(jobs: Sequence[ListedJob], seconds: float = GRACE) -> None:
    for job in jobs:
        job.cancel()
    wait([job.future for job in jobs], seconds)
