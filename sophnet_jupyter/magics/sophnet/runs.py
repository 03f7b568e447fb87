"""``%sophnet runs``: runs over many rows, and one of them in its panel."""

from __future__ import annotations

import sys
import time

from IPython.core.error import UsageError

from ...client.runs import run
from ...errors import SettingsError, span
from ...history.runs import KeptRun, runs
from ...language import tr
from ...runs.known import all_runs
from ...runs.progress import STATES
from ...views.safe.control_characters import plain
from .. import sheet
from ..session.session import KernelSession

# Of those that were kept so many are listed.
MOST = 30


class RunCommands:
    """Lists runs, and shows one."""

    def __init__(self, session: KernelSession) -> None:
        self._session = session

    def runs(self, rest: str) -> None:
        """``%sophnet runs [NAME]``. Raises `UsageError` for a name that is none."""
        if rest:
            self._session.dress()
            try:
                run(rest).show()
            except SettingsError as error:
                raise UsageError(str(error)) from None
            return
        live = all_runs()
        rows: list[tuple[str, ...]] = [
            (tr("run"), tr("state"), tr("rows"), tr("when"), tr("prompt"))
        ]
        for each in live:
            told = each.progress()
            count = (
                tr("{done:,} of {total:,}", done=told.done, total=told.total)
                if told.total is not None
                else f"{told.done:,}"
            )
            rows.append(
                (each.name, tr(STATES[told.state]), count, tr("here"), _short(each.template))
            )
        names = {each.name for each in live}
        kept = runs(self._session.client.history)[:MOST]
        rows += [_row(each) for each in kept if each.name not in names]
        if len(rows) == 1:
            sys.stdout.write(tr("There is no run yet. %%sophchat --each makes one.\n"))
            return
        sheet.lines(self._session.shell, rows)


def _row(kept: KeptRun) -> tuple[str, ...]:
    total = tr(" of {total:,}", total=kept.total) if kept.total is not None else ""
    ago = tr("{span} ago", span=span(max(0.0, time.time() - kept.changed)))
    state = STATES.get(kept.state, kept.state)
    return kept.name, tr(state), f"{kept.done:,}{total}", ago, _short(kept.prompt)


def _short(text: str) -> str:
    words = plain(" ".join(text.split()))
    return words if len(words) <= 60 else words[:59] + "…"
