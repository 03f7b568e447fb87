"""
Runs over many rows, kept row by row, so that one that was killed can be gone on with.

A row is marked as begun before it is sent, and as done together with its answer.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from ..errors import SettingsError
from ..events import Event
from ..language import tr
from ..response import Response
from .calls import CallRecord, read
from .current import CURRENT
from .history import History
from .keys import AskedCall

# Of the settings of a run: the process that it is, or was, going in.
OWNER = "owner"
# Rows that are read from the store at a time.
PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRow:
    """A row as it was kept: ``state`` is ``begun`` where no answer was, else how it ended."""

    number: int
    key: str
    state: str
    attempts: int = 0
    error: str = ""
    call: int | None = None
    response: Response | None = None
    cached: bool = False
    price: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRun:
    """A run in the list of runs. Times are in seconds since the epoch."""

    id: int
    name: str
    notebook: str
    prompt: str
    prompt_hash: str
    settings: Mapping[str, Any]
    table_hash: str
    total: int | None
    state: str
    at: float
    changed: float
    rows: int = 0
    done: int = 0


class RowRecord:
    """
    One row that is under way; `Recording` gives it the answer's call, `done` ends it.

    Around the asking of it: entered it is marked as begun, and calls in it belong to it.
    """

    def __init__(self, run: RunRecord, number: int, key: str) -> None:
        self.run = run
        self.number = number
        self.key = key
        self.call: CallRecord | None = None

    def __enter__(self) -> RowRecord:
        self.run.begun(self.number, self.key)
        self._entered = CURRENT.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        CURRENT.reset(self._entered)

    def done(
        self,
        *,
        state: str,
        attempts: int = 1,
        error: str = "",
        response: Response | None = None,
        events: Sequence[Event] = (),
    ) -> None:
        """
        Have its end written, with its call. ``state`` is how it ended: ``complete``, ``failed``, …

        Where nobody has recorded the call, ``events`` are kept in its place. Never blocks.
        """
        call = self.call
        if call is None and (events or response is not None):
            call = CallRecord(
                asked=AskedCall(service=response.service if response else "", resource="row"),
                at=time.time(),
                origin="",
                events=events,
                ending=response.ending if response else "failed",
            )
        values = (state, attempts, self.run.history.scrub(error), self.run.id, self.number)
        if call is None:
            self.run.history.writer.put(
                lambda rows: rows.execute(_END, (*values[:3], None, *values[3:]))
            )
            return
        call.run, call.run_name = self.run.id, self.run.name

        def after(rows: sqlite3.Connection, call_id: int) -> None:
            rows.execute(_END, (*values[:3], call_id, *values[3:]))

        self.run.history.add(call, after)


_END = "UPDATE rows SET state = ?, attempts = ?, error = ?, call = ? WHERE run = ? AND number = ?"
_BEGUN = """
INSERT INTO rows VALUES (?, ?, ?, 'begun', 0, '', NULL)
ON CONFLICT DO UPDATE SET key = excluded.key, state = 'begun'
"""


class RunRecord:
    """
    What the store has of one run: made by `begin`.

    ``resumed`` says that it was there before; ``changed`` what of it is not as it was (``prompt``,
    ``table``). Its methods queue and never block, except `rows` and `states`, which read.
    """

    def __init__(
        self, history: History, kept: KeptRun, *, resumed: bool, changed: Sequence[str]
    ) -> None:
        self.history = history
        self.id = kept.id
        self.name = kept.name
        self.kept = kept
        self.resumed = resumed
        self.changed = tuple(changed)

    def row(self, number: int, key: str) -> RowRecord:
        """
        A row that is about to be asked.

        Enter it in the row's own task. Call `RowRecord.done` in it, or behind it.
        """
        return RowRecord(self, number, key)

    def begun(self, number: int, key: str) -> None:
        """Mark a row as begun: it is about to be sent."""
        values = (self.id, number, key.encode())
        self.history.writer.put(lambda rows: rows.execute(_BEGUN, values), 300, along=True)

    def state(self, state: str, *, total: int | None = None) -> None:
        """Note how the run stands: ``running``, ``paused``, ``stopped``, ``complete``, …"""
        values = (state, time.time(), total, self.id)
        self.history.writer.put(
            lambda rows: rows.execute(
                "UPDATE runs SET state = ?, changed = ?, total = coalesce(?, total) WHERE id = ?",
                values,
            ),
            300,
        )

    def claim(self, owner: str) -> None:
        """Note whose run it is from now on: what tells one process from all others."""
        chosen = {**self.kept.settings, OWNER: owner}
        values = (msgspec.json.encode(chosen, enc_hook=str).decode(), self.id)
        self.history.write(
            lambda rows: rows.execute("UPDATE runs SET settings = ? WHERE id = ?", values)
        )

    def adopt(self, row: KeptRow) -> None:
        """Have a row of another run as one of this, with the call that answered it."""
        values = (self.id, row.number, row.key.encode(), row.state, row.attempts, row.error)
        self.history.writer.put(
            lambda rows: rows.execute(
                "INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?, ?, ?, ?)", (*values, row.call)
            ),
            300,
        )

    def calls(self) -> dict[int, int]:
        """The id of the call that answered each row, by the row's number. Blocking."""

        def work(rows: sqlite3.Connection) -> dict[int, int]:
            found = rows.execute(
                "SELECT number, call FROM rows WHERE run = ? AND call IS NOT NULL", [self.id]
            )
            return dict(found.fetchall())

        return self.history.read(work)

    def states(self) -> dict[int, tuple[str, str]]:
        """The state and the key of each row by its number, without the answers. Blocking."""

        def work(rows: sqlite3.Connection) -> dict[int, tuple[str, str]]:
            found = rows.execute("SELECT number, state, key FROM rows WHERE run = ?", [self.id])
            return {number: (state, bytes(key).decode()) for number, state, key in found}

        return self.history.read(work)

    def rows(self, *, first: int = 0, count: int | None = None) -> Iterator[KeptRow]:
        """The rows in their order from ``first`` on, some at a time, with answers. Blocking."""
        number, left = first, count
        while left is None or left > 0:
            page = self._page(number, PAGE if left is None else min(PAGE, left))
            yield from page
            if not page:
                return
            number = page[-1].number + 1
            left = None if left is None else left - len(page)

    def _page(self, first: int, count: int) -> list[KeptRow]:
        def work(rows: sqlite3.Connection) -> list[KeptRow]:
            found = rows.execute(
                "SELECT number, key, state, attempts, error, call FROM rows "
                "WHERE run = ? AND number >= ? ORDER BY number LIMIT ?",
                [self.id, first, count],
            ).fetchall()
            ids = [row[5] for row in found if row[5] is not None]
            marks = ", ".join("?" * len(ids))
            calls = {
                call.id: call
                for call in read(rows, f"WHERE id IN ({marks})", ids, self.history.media)
            }
            return [_kept_row(row, calls.get(row[5])) for row in found]

        return self.history.read(work)


def begin(
    history: History,
    *,
    name: str,
    notebook: str = "",
    prompt: str = "",
    prompt_hash: str = "",
    table_hash: str = "",
    settings: Mapping[str, Any] | None = None,
    total: int | None = None,
    resume: bool = False,
) -> RunRecord:
    """
    Begin a run, or with ``resume`` go on with the last one of that name in that notebook.

    Blocking. Raises `SettingsError` where there is none to go on with; one whose prompt or table
    has changed is returned with ``changed``, for the caller to decide.
    """
    if resume:
        found = [run for run in runs(history, name=name) if run.notebook == notebook]
        if not found:
            raise SettingsError(
                tr(
                    "There is no run {name!r} of this notebook to resume: leave out resume.",
                    name=name,
                )
            )
        kept = found[0]
        compared = (
            ("prompt", kept.prompt_hash, prompt_hash),
            ("table", kept.table_hash, table_hash),
        )
        changed = [what for what, then, now in compared if then != now]
        return RunRecord(history, kept, resumed=True, changed=changed)
    now = time.time()
    words = history.scrub(prompt)
    chosen = history.scrub(msgspec.json.encode(dict(settings or {}), enc_hook=str).decode())
    values = [now, now, name, notebook, words, prompt_hash, chosen, table_hash, total, "running"]

    def work(rows: sqlite3.Connection) -> int:
        marks = ", ".join("?" * len(values))
        put = f"INSERT INTO runs VALUES (NULL, {marks})"  # noqa: S608 - names of our own
        return int(rows.execute(put, values).lastrowid or 0)

    number = history.write(work)
    kept = KeptRun(
        id=number,
        name=name,
        notebook=notebook,
        prompt=words,
        prompt_hash=prompt_hash,
        settings=dict(settings or {}),
        table_hash=table_hash,
        total=total,
        state="running",
        at=now,
        changed=now,
    )
    return RunRecord(history, kept, resumed=False, changed=())


def runs(history: History, *, name: str | None = None) -> list[KeptRun]:
    """The runs that are kept, of a name or all, newest first. Blocking."""

    def work(rows: sqlite3.Connection) -> list[KeptRun]:
        found = rows.execute(_RUNS, {"name": name}).fetchall()
        return [_kept_run(row) for row in found]

    return history.read(work)


_RUNS = """
SELECT id, at, changed, name, notebook, prompt, prompt_hash, settings, table_hash, total, state,
    (SELECT count(*) FROM rows WHERE run = runs.id),
    (SELECT count(*) FROM rows WHERE run = runs.id AND state = 'complete')
FROM runs WHERE :name IS NULL OR name = :name ORDER BY id DESC
"""


def _kept_run(row: tuple[Any, ...]) -> KeptRun:
    names = (
        *("id", "at", "changed", "name", "notebook", "prompt", "prompt_hash", "settings"),
        *("table_hash", "total", "state", "rows", "done"),
    )
    values = dict(zip(names, row, strict=True))
    try:
        settings = msgspec.json.decode(values["settings"], type=dict[str, Any])
    except msgspec.DecodeError:
        settings = {}
    return KeptRun(**values | {"settings": settings})


def _kept_row(row: tuple[Any, ...], call: CallRecord | None) -> KeptRow:
    number, key, state, attempts, error, call_id = row
    return KeptRow(
        number=number,
        key=bytes(key).decode(),
        state=state,
        attempts=attempts,
        error=error,
        call=call_id,
        response=call.response if call else None,
        cached=bool(call and call.cached_from is not None),
        price=call.price if call else "",
        currency=call.currency if call else "",
    )
