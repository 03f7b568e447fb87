"""
A store in an SQLite file that goes on in memory while the file cannot be used.

A file can be locked by another kernel, read-only, broken, or on a full disk, for a second or for
good. So what is written then stands in memory, the file is tried again later, and what came
meanwhile is carried over. Blocking, a few milliseconds a call: it is called from a thread.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar
from weakref import WeakSet, finalize

from ..language import mark, tr
from . import database
from .database import Schema

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]

# Seconds until the file is tried again, twice as many after each time, and how long that may wait.
AGAIN, AGAIN_AT_MOST = 5.0, 60.0
BRIEFLY = 0.5

_stores: WeakSet[Store] = WeakSet()


class _Away:
    """What a store has while its file cannot be used."""

    def __init__(self, memory: sqlite3.Connection, pending: int | None) -> None:
        self.memory = memory
        # Done again in the file once it can be used.
        self.pending: deque[Work[Any]] = deque(maxlen=pending)
        self.until = 0.0
        self.pause = AGAIN
        self.leave: finalize[..., Store]


class Store:
    """
    A store that several kernels share.

    ``what`` begins its notices: ``Tasks are kept``; ``advice`` ends that of a file that cannot be
    used. ``carried`` are the tables that can be read meanwhile, ``pending`` how many writes are
    carried over at most, None for all of them. ``on_notice`` is called when the file is lost and
    when it is back; ``clock`` is monotonic, in seconds.
    """

    def __init__(
        self,
        path: Path,
        schema: Schema,
        *,
        what: str,
        advice: str = mark("If it stays so, delete the file."),
        carried: Sequence[str] = (),
        pending: int | None = None,
        on_notice: Callable[[str], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.path = path
        self._schema = schema
        self._what = what
        self._advice = advice
        self._carried = carried
        self._pending = pending
        self._on_notice = on_notice
        self._clock = clock
        self._away: _Away | None = None
        self._lock = Lock()
        _stores.add(self)

    def read(self, work: Work[T]) -> T:
        """Run ``work``, which changes nothing, in one transaction, and return its result."""
        return self._do(work, write=False)

    def write(self, work: Work[T]) -> T:
        """
        Run ``work`` in one transaction, and return its result.

        Where the file cannot be used it is done in memory, and later once more in the file: so it
        says all that it writes, and does not depend on what it reads.
        """
        return self._do(work, write=True)

    def _do(self, work: Work[T], *, write: bool) -> T:
        with self._lock:
            result, said = self._done(work, write=write)
        if said:
            self._on_notice(said)
        return result

    def _done(self, work: Work[T], *, write: bool) -> tuple[T, str]:
        """The result, and what is to be told about the file."""
        said = ""
        if self._away is None or self._clock() >= self._away.until:
            try:
                return self._in_file(work, write=write), self._found()
            except (sqlite3.Error, OSError) as error:
                said = self._lost(error)
        assert self._away
        result = database.transaction(self._away.memory, work)
        if write:
            self._away.pending.append(work)
        return result, said

    def _in_file(self, work: Work[T], *, write: bool) -> T:
        away = self._away
        timeout = BRIEFLY if away else database.BUSY
        if away and away.pending:
            return database.write(self.path, self._schema, _after(away, work), timeout=timeout)
        do = database.write if write else database.read
        return do(self.path, self._schema, work, timeout=timeout)

    def _lost(self, error: Exception) -> str:
        """Go on in memory; what is to be told about it, once."""
        if away := self._away:
            away.pause = min(2 * away.pause, AGAIN_AT_MOST)
            away.until = self._clock() + away.pause
            return ""
        away = _Away(self._copied(), self._pending)
        away.until = self._clock() + away.pause
        self._away = away
        # Tried a last time when the kernel ends, if it ends in peace.
        away.leave = finalize(self, _leave, self.path, self._schema, away)
        return tr(
            "{what} in this kernel's memory for now, since {path} cannot be used: {why}. "
            "It is tried again by itself. {advice}",
            what=tr(self._what),
            path=self.path,
            why=database.refused(error),
            advice=tr(self._advice),
        )

    def _found(self) -> str:
        away, self._away = self._away, None
        if away is None:
            return ""
        away.leave.detach()
        away.memory.close()
        return tr(
            "{what} in {path} again, with what came meanwhile.", what=tr(self._what), path=self.path
        )

    def _copied(self) -> sqlite3.Connection:
        """A store in memory, with the tables that can still be read of the file."""
        memory = database.in_memory(self._schema)
        with database.not_forked(), suppress(sqlite3.Error, OSError, ValueError):
            source = f"{self.path.absolute().as_uri()}?mode=ro"
            with closing(sqlite3.connect(source, uri=True, timeout=BRIEFLY)) as old:
                for table in self._carried:
                    _copy(table, old, memory)
        return memory

    def _after_fork(self) -> None:
        """In a child: nobody holds the lock, and what is pending is the parent's to carry over."""
        self._lock = Lock()
        if self._away:
            self._away.pending.clear()


def _after(away: _Away, work: Work[T]) -> Work[T]:
    """Do what is pending first, in the same transaction."""

    def both(rows: sqlite3.Connection) -> T:
        for each in away.pending:
            each(rows)
        return work(rows)

    return both


def _copy(table: str, old: sqlite3.Connection, new: sqlite3.Connection) -> None:
    found = old.execute(f"SELECT * FROM {table}")  # noqa: S608 - names of our own
    known = {row[1] for row in new.execute(f"PRAGMA table_info({table})")}
    names = [column[0] for column in found.description]
    places = [place for place, name in enumerate(names) if name in known]
    columns, marks = ", ".join(names[place] for place in places), ", ".join("?" * len(places))
    put = f"INSERT OR REPLACE INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608
    new.executemany(put, ([row[place] for place in places] for row in found))


def _leave(path: Path, schema: Schema, away: _Away) -> None:
    """Try the file a last time."""
    with suppress(sqlite3.Error, OSError):
        if away.pending:
            database.write(path, schema, _after(away, lambda _: None), timeout=BRIEFLY)
            away.pending.clear()
    with suppress(sqlite3.Error):
        away.memory.close()


def _after_fork() -> None:
    for store in list(_stores):
        store._after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
