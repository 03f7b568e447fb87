"""Run a comparison in a cell: show its columns, store it, and report how it ended."""

from __future__ import annotations

import sys
from collections.abc import Callable, Coroutine
from typing import Any, Literal

from ...errors import AnswerIncomplete, SophNetError, Stopped
from ...kernel import running
from ...kernel.loop import run
from ...kernel.output import Cell
from ...kernel.running import HungUp
from ...language import tr
from ...runs.compare.comparison import Comparison
from ...views.answer import Context
from ...views.live.compared import RunningDisplay, TerminalColumns
from ..background.jobs import WAITED
from ..session.session import KernelSession
from .comparison_job import ComparisonJob

Shown = Literal["columns", "states", "voices"]
Work = Coroutine[Any, Any, object]


def show_comparison(
    session: KernelSession,
    comparison: Comparison,
    context: Context,
    *,
    out: str | None,
    shown: Shown = "columns",
    background: bool = False,
    strict: bool = False,
) -> Comparison:
    """
    Ask all columns while the cell shows them side by side, and store the comparison as ``out``.

    ``shown`` is what is seen while they come: ``columns`` of words, ``states`` of long tasks, or
    one player of ``voices``.

    An interrupt keeps what had come and raises `Stopped`. Raises the first error where no column
    has an answer: a column that fails beside others is a value.
    """
    shell = session.shell
    cell = Cell(shell)
    if out:
        shell.user_ns[out] = comparison
    session.remember_shown_value(comparison, context)
    work, draw = _view(session, cell, comparison, context, shown)
    models = ", ".join(dict.fromkeys(column.model for column in comparison.columns if column.model))
    one = running.begin(
        shell,
        background=background and cell.watched,
        # A panel has one; a line of text has none.
        has_button=cell.watched and cell.place != "terminal" and shown != "states",
        model=models,
    )

    def finish() -> None:
        draw()
        running.end(one, _ending(comparison))

    if background and cell.watched:
        asked = next(iter(comparison.asked.values()), "")
        job = ComparisonJob(shell.displayhook.prompt_count, asked, comparison)
        one.on_stop(job.cancel)
        job.start(work, finish)
        session.jobs.add(job)
        return comparison
    if background:
        sys.stdout.write(tr(WAITED) + "\n")
    try:
        run(work, one=one)
    except HungUp:
        # Its answers so far are the comparison, and the notebook goes on.
        pass
    except KeyboardInterrupt:
        shell.displayhook.update_user_ns(comparison)
        raise Stopped(response=comparison[0]) from None
    finally:
        finish()
    _raise_where_all_failed(comparison, strict=strict)
    return comparison


def _view(
    session: KernelSession, cell: Cell, comparison: Comparison, context: Context, shown: Shown
) -> tuple[Work, Callable[[], object]]:
    """What is to be waited for, and what draws the end."""
    if cell.place == "terminal":
        return comparison.run(), TerminalColumns(comparison).finish
    if not cell.watched or shown == "states":
        return comparison.run(), RunningDisplay(comparison, cell, context).finish
    from IPython.display import display

    if shown == "voices":
        from ...widgets.compare.voices import CompareVoices

        voices = CompareVoices(comparison)
        display(voices)
        return voices.follow(), lambda: None
    from ...widgets.compare.panel import Compare

    panel = Compare.showing(comparison, session.client, context)
    display(panel)
    return panel.follow(), lambda: None


def _ending(comparison: Comparison) -> running.State:
    """How all of it ended: as the worst of its answers."""
    endings = {answer.response.ending for answer in comparison.cells}
    if len(comparison.errors) == len(comparison.cells):
        return "failed"
    for ending in ("stopped", "incomplete"):
        if ending in endings:
            return ending
    return "complete"


def _raise_where_all_failed(comparison: Comparison, *, strict: bool) -> None:
    errors = comparison.errors
    if len(errors) == len(comparison.cells):
        error = next(iter(errors.values()))
        raise error if isinstance(error, SophNetError) else SophNetError(str(error)) from None
    endings = [answer.response for answer in comparison.cells]
    if strict and (cut := [one for one in endings if one.ending == "incomplete"]):
        raise AnswerIncomplete(service=cut[0].service)
