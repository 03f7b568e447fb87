"""A run in a cell: begun, watched, interrupted, and its table stored."""

from __future__ import annotations

import sys
from argparse import Namespace

from IPython.core.error import UsageError

from ...client.kept_runs import Earlier, is_kept, record_of
from ...client.recording import Recorder
from ...errors import SettingsError, Stopped
from ...history.runs import RunRecord
from ...kernel import running
from ...kernel.loop import run as wait_for
from ...kernel.output import Cell
from ...kernel.running import Running
from ...language import tr
from ...runs.known import find, remember
from ...runs.rows import Row
from ...runs.run import Run
from ..background.jobs import WAITED, cell_waits
from ..session.session import KernelSession
from .earlier import CHANGED, rows_in
from .job import RunJob
from .watching import Watch, watching


class RunStopped(Stopped):
    """A run was interrupted. What is done is in the table."""

    def __init__(self, run: Run, out: str) -> None:
        super().__init__()
        self.run = run
        self._out = out

    def __str__(self) -> str:
        told = self.run.progress()
        of = "" if told.total is None else tr(" of {total:,}", total=told.total)
        return tr(
            "interrupted after {done:,}{of} rows; what is done is in {out}, and --resume goes on.",
            done=told.done,
            of=of,
            out=self._out,
        )


def check(args: Namespace, out: str | None) -> None:
    """Raise `UsageError` for options that do not go together."""
    if args.each is None:
        for name in ("resume", "retry", "anyway", "first", "budget"):
            if getattr(args, name):
                raise UsageError(
                    tr("--{name} goes with --each: one answer alone is asked for anew.", name=name)
                )
        return
    if out is None:
        raise UsageError(tr("--each needs -o NAME: the answers are stored there as they come."))
    if not 1 <= args.concurrency <= 32:
        raise UsageError(tr("--concurrency goes from 1 to 32."))
    if args.first is not None and args.first < 1:
        raise UsageError(tr("--first is how many rows to begin with, at least 1."))
    if args.anyway and not (args.resume or args.retry):
        raise UsageError(
            tr("--anyway goes with --resume: it keeps rows of a run that has changed.")
        )


class Each:
    """One cell with ``--each``: ``run`` is made of what was kept, then shown and stored."""

    def __init__(self, session: KernelSession, args: Namespace, out: str) -> None:
        self._session = session
        self._args = args
        self._out = out

    def go(self, run: Run, recorder: Recorder, *, asked: str) -> None:
        """
        See a run to its end; in the background the cell ends at once.

        ``recorder`` keeps it row by row. Raises `UsageError`, `RunStopped`, or what has ended it.
        """
        run.name = self._out
        _ = run.table_hash  # of the table as it is now: somebody may change it in its place
        self._keep(run, recorder if recorder.on else None)
        remember(run)
        cell = Cell(self._session.shell)
        in_background = bool(getattr(self._args, "background", False))
        if in_background and not cell_waits(cell):
            self._begin(run, asked)
            return
        if in_background:
            sys.stdout.write(tr(WAITED) + "\n")
        watch = watching(self._session.shell, run, lambda: self._again(run, asked))
        watch.begin()
        one = self._listed(run, watch, background=False)
        try:
            wait_for(followed(run))
        except KeyboardInterrupt:
            raise RunStopped(run, self._out) from None
        finally:
            _unlist(one, run)
            self._store(run)
            watch.end()

    def _begin(self, run: Run, asked: str) -> None:
        """Let it go on after the cell has ended."""
        shell = self._session.shell
        watch = watching(shell, run, lambda: self._again(run, asked))
        shell.user_ns[self._out] = run
        watch.begin()
        self._start(run, asked, watch)

    def _again(self, run: Run, asked: str) -> None:
        """Go on with a run that has stopped, from its panel's button."""
        if run.state not in ("running", "paused"):
            self._start(run, asked, None)

    def _listed(self, run: Run, watch: Watch | None, *, background: bool) -> Running | None:
        """Have the page mark its cell, and offer to stop it where its own panel does not."""
        if watch is None:
            return None
        return running.begin(
            self._session.shell,
            background=background,
            stop=run.stop,
            has_button=watch.has_buttons,
        )

    def _start(self, run: Run, asked: str, watch: Watch | None) -> None:
        shell = self._session.shell
        job = RunJob(shell.displayhook.prompt_count, asked, run)
        one = self._listed(run, watch, background=True)
        ours = run, self._session.shell.user_ns.get(self._out)

        def over(error: Exception | None) -> None:
            _unlist(one, run)
            # Somebody may have put something else under that name by now.
            if any(self._session.shell.user_ns.get(self._out) is each for each in ours):
                self._store(run)
            if watch:
                watch.end()

        job.start(followed(run), over)
        self._session.jobs.add(job)

    def _store(self, run: Run) -> None:
        self._session.shell.user_ns[self._out] = run.joined()

    def _keep(self, run: Run, recorder: Recorder | None) -> None:
        """Have it kept, and go on from the table of ``-o`` or from what was kept."""
        args = self._args
        if not (args.resume or args.retry):
            record, _ = record_of(recorder, run, resume=False, anyway=False)
            run.keep(record, None)
            return
        before, held = find(self._out), self._session.shell.user_ns.get(self._out)
        if isinstance(held, Run):
            before, held = held, None
        if before and before.state in ("running", "paused"):
            raise UsageError(tr("{out} is still running: %sophnet cancel ends it.", out=self._out))
        if before and not args.anyway and (what := _changed(before, run)):
            raise UsageError(tr(CHANGED, what=what))
        record, rows = self._recorded(run, recorder, is_there=bool(before or held is not None))
        rows = before.rows if before else rows
        if held is not None and not args.anyway:
            rows = rows_in(held, run.table, rows, run.fields)
        run.keep(record, Earlier(rows, failed=bool(args.retry), anyway=args.anyway))

    def _recorded(
        self, run: Run, recorder: Recorder | None, *, is_there: bool
    ) -> tuple[RunRecord | None, list[Row]]:
        """What was kept of it; what is there without was begun before anything was kept."""
        if recorder and (is_there or is_kept(recorder, run)):
            try:
                return record_of(recorder, run, resume=True, anyway=self._args.anyway)
            except SettingsError as error:
                raise UsageError(tr("--resume: {error}", error=error)) from None
        if not is_there:
            raise UsageError(tr("--resume: there is no earlier result under the name of -o."))
        return record_of(recorder, run, resume=False, anyway=False)


def _changed(before: Run, run: Run) -> str:
    """What is not as it was, in words; nothing where all is."""
    if before.prompt_hash != run.prompt_hash:
        return tr("the prompt or an option has")
    return tr("the table has") if before.table_hash != run.table_hash else ""


def _unlist(one: Running | None, run: Run) -> None:
    if one is None:
        return
    endings: dict[str, running.State] = {"done": "complete", "failed": "failed"}
    running.end(one, endings.get(run.state, "stopped"))


async def followed(run: Run) -> None:
    """The run, to its end."""
    await run
