"""Runs that are kept row by row in the history, and gone on with after their process has ended."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from ..errors import SettingsError
from ..history import runs as store
from ..language import mark, tr
from ..runs.keeping import EQUAL
from ..runs.known import find, remember
from ..runs.rows import Item, Row, RowEnding, pack
from ..runs.run import Run

if TYPE_CHECKING:
    from .recording import Recorder

Retry = Literal["failed"]
# The endings that need no asking again.
ENDED: Mapping[str, RowEnding] = {
    name: name for name in ("complete", "incomplete", "failed", "stopped")
}
_CHANGED = mark(
    "The run {name!r} cannot go on: {what} changed since. Begin it anew without resume, or keep "
    "the rows whose prompt is equal with anyway."
)
_WHAT = {"prompt": mark("the prompt or an option has"), "table": mark("the table has")}


class Earlier:
    """Rows that need not be asked: by their number and question, or by the question alone."""

    def __init__(self, rows: Iterable[Row], *, failed: bool, anyway: bool) -> None:
        wanted = ("complete",) if failed else ("complete", "failed", "incomplete")
        found = [row for row in rows if row.ending in wanted]
        self._by_number = {row.number: row for row in found}
        self._by_key = {row.key: row for row in found if row.key} if anyway else {}
        self._anyway = anyway

    def __call__(self, item: Item) -> Row | None:
        row = self._by_number.get(item.number)
        if row and (row.key == item.key or not (self._anyway and row.key)):
            return replace(row, key=item.key)
        row = self._by_key.get(item.key)
        return row and replace(row, number=item.number)


def keep(
    recorder: Recorder | None,
    run: Run,
    *,
    name: str | None,
    resume: bool,
    retry: Retry | None,
    anyway: bool,
) -> Run:
    """
    Have a run kept where it has a ``name``, or where its client keeps everything.

    With ``resume`` or ``retry`` it goes on with the last one of that name, prompt and table. A few
    milliseconds of a disk. Raises `SettingsError` for what cannot be gone on with.
    """
    if name is not None and (not isinstance(name, str) or not name.strip()):
        raise SettingsError(tr("name is what the run is called, not {name!r:.80}.", name=name))
    if retry not in (None, "failed"):
        raise SettingsError(tr("retry is 'failed', not {retry!r:.80}.", retry=retry))
    on = bool(recorder and recorder.on)
    resume = resume or retry is not None
    if name is None and not on:
        if resume:
            raise SettingsError(
                tr(
                    "Only a run that is kept can be resumed: give it a name=, or make the client "
                    "with history=True."
                )
            )
        return run
    run.name = name or f"map-{run.prompt_hash[:8]}"
    before = find(run.name)
    record, rows = record_of(recorder, run, resume=resume, anyway=anyway)
    if before and resume:
        if before.state in ("running", "paused"):
            raise SettingsError(
                tr("The run {name!r} is still going: stop it first.", name=run.name)
            )
        rows = before.rows
    known = Earlier(rows, failed=retry is not None, anyway=anyway) if resume else None
    run.keep(record, known)
    remember(run)
    return run


def record_of(
    recorder: Recorder | None, run: Run, *, resume: bool, anyway: bool
) -> tuple[store.RunRecord | None, list[Row]]:
    """
    The record of a run, and the rows that an earlier one of its name has. Blocking.

    Raises `SettingsError` where there is none to go on with, or it has changed.
    """
    if recorder is None:
        return None, []
    begin = _beginner(recorder, run)
    if not resume:
        return begin(False), []
    before = begin(True)
    if (where := _elsewhere(before.kept)) and not anyway:
        raise SettingsError(
            tr(
                "The run {name!r} is still going in another process, {where}: stop it there first.",
                name=run.name,
                where=where,
            )
        )
    before.claim(_owner())
    if before.changed and not anyway:
        what = tr(" and ").join(tr(_WHAT[each]) for each in before.changed)
        raise SettingsError(tr(_CHANGED, name=run.name, what=what))
    # Rows that are equal to others find them again by themselves.
    rows = [row_of(kept, run.revive) for kept in before.rows() if kept.state != EQUAL]
    begun = sum(not row.ending for row in rows)
    if begun:
        run.notes.append(
            tr(
                "{count:,} rows were under way when the run ended: they are asked again, and "
                "may be paid twice.",
                count=begun,
            )
        )
    if not before.changed:
        return before, rows
    record = begin(False)
    return _adopting(record, before), rows


def is_kept(recorder: Recorder, run: Run) -> bool:
    """Whether there is a run of its name in this notebook. Blocking."""
    notebook, _ = recorder.place()
    found = store.runs(recorder.history, name=run.name)
    return any(each.notebook == notebook for each in found)


def _beginner(recorder: Recorder, run: Run) -> Callable[[bool], store.RunRecord]:
    notebook, _ = recorder.place()

    def begin(resume: bool) -> store.RunRecord:
        return store.begin(
            recorder.history,
            name=run.name,
            notebook=notebook,
            prompt=run.template,
            prompt_hash=run.prompt_hash,
            table_hash=run.table_hash,
            total=run.whole,
            resume=resume,
            settings={store.OWNER: _owner()},
        )

    return begin


def _owner() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def _elsewhere(kept: store.KeptRun) -> str:
    """The process in which a run is still going; nothing where there is none, or nobody can say."""
    host, _, number = str(kept.settings.get(store.OWNER, "")).rpartition(":")
    if kept.state not in ("running", "paused") or host != socket.gethostname():
        return ""
    # Windows would end the process that is asked about.
    if not number.isdecimal() or int(number) == os.getpid() or os.name != "posix":
        return ""
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return ""
    except PermissionError:
        pass  # somebody else's, and there
    return number


def _adopting(record: store.RunRecord, before: store.RunRecord) -> store.RunRecord:
    """A run that has changed goes on under a record of its own, with the rows of the other."""
    for kept in before.rows():
        record.adopt(kept)
    return record


def row_of(kept: store.KeptRow, revive: Callable[[str], Any] | None = None) -> Row:
    """A row as it was kept; one that was only begun has no ending."""
    response = kept.response
    if response and revive and kept.state == "complete":
        with suppress(ValueError):
            response = replace(response, parsed=revive(response.text))
    return Row(
        number=kept.number,
        key=kept.key,
        ending=ENDED.get(kept.state, ""),
        error=kept.error,
        seconds=round(response.timing.total, 3) if response else 0.0,
        cost=float(kept.price) if kept.price else None,
        currency=kept.currency,
        cached=kept.cached,
        attempts=kept.attempts,
        call=kept.call,
        packed=pack(response) if response else ((), ()),
    )
