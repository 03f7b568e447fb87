"""
One thread that writes to the store, in batches.

On the loop's thread a write would hold up every answer: a merge of the search index takes 30 ms.
Nothing waits for it: what cannot be written yet stays in a queue, which is bounded.
"""

from __future__ import annotations

import atexit
import logging
import os
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from weakref import WeakSet

from ..files import database
from ..files.database import Schema
from ..language import mark, tr

# Changes to one transaction at most, and the seconds for which a batch may gather.
BATCH, GATHER = 16, 0.2
# So many more that are small and go along: a transaction costs what twenty of them do.
ALONG = 48
# Bytes that may wait: beyond, the oldest go.
MOST_WAITING = 64 * 1024 * 1024
# Seconds at the end of the kernel, and until a file that could not be used is tried again.
AT_EXIT = 2.0
AGAIN, AGAIN_AT_MOST = 5.0, 60.0

log = logging.getLogger("sophnet_jupyter.history")

Change = Callable[[sqlite3.Connection], object]


class _Waiting(NamedTuple):
    change: Change
    size: int
    prepare: Callable[[], object] | None
    along: bool


class Writer:
    """
    Writes changes to a file in the order in which they were given.

    ``on_notice`` hears in a sentence that the file cannot be used, and that it can be again;
    ``what`` begins these sentences.
    """

    def __init__(
        self,
        path: Path,
        schema: Schema,
        *,
        on_notice: Callable[[str], None] = lambda _: None,
        most_waiting: int = MOST_WAITING,
        what: str = mark("The history"),
    ) -> None:
        self.path = path
        self._what = what
        self._schema = schema
        self._on_notice = on_notice
        self._most = most_waiting
        self._begin_anew()
        _writers.add(self)

    def _begin_anew(self) -> None:
        """Also in a forked child: what waits is the parent's to write."""
        self._waiting: deque[_Waiting] = deque()
        self._bytes = 0
        # How many of those that wait fill a batch.
        self._filling = 0
        self._busy = 0
        # How many changes were ever put, and how many of these no longer wait.
        self._put = self._gone = 0
        self._lost = 0
        self._problem = ""
        self._leaving = self._closing = False
        self._thread: threading.Thread | None = None
        self._changed = threading.Condition()

    def put(
        self,
        change: Change,
        size: int = 1000,
        *,
        prepare: Callable[[], object] | None = None,
        along: bool = False,
    ) -> None:
        """
        Have ``change`` written soon; ``size`` is what it takes in memory, in bytes. Never blocks.

        It is called on the writer's thread, in a transaction, and again if that one fails.
        ``prepare`` is called there before, while other kernels may still write. What goes ``along``
        with others fills no batch.
        """
        with self._changed:
            self._put += 1
            self._waiting.append(_Waiting(change, size, prepare, along))
            self._bytes += size
            self._filling += not along
            while self._bytes > self._most and len(self._waiting) > self._busy + 1:
                # Neither those that are being written are taken away, nor the newest.
                gone = self._waiting[self._busy]
                del self._waiting[self._busy]
                self._bytes -= gone.size
                self._filling -= not gone.along
                self._gone += 1
                self._lost += 1
            if self._thread is None:
                self._closing = False
                # Registered once, however many threads there were.
                atexit.unregister(_at_exit)
                atexit.register(_at_exit)
                self._thread = threading.Thread(
                    target=self._run, name="sophnet-history", daemon=True
                )
                self._thread.start()
            if len(self._waiting) == 1 or (self._filling == BATCH and not along):
                # Not by each: the thread waits for the first of a batch, and for the last.
                self._changed.notify_all()

    @property
    def waiting(self) -> bool:
        """Whether something is not written yet, and will be soon."""
        return bool(self._waiting) and not self._problem

    def flush(self, seconds: float = AT_EXIT) -> bool:
        """Wait until all is written; False where it is not by then. Blocking."""
        with self._changed:
            self._leaving = True
            self._changed.notify_all()
            try:
                return self._changed.wait_for(lambda: not self._waiting, seconds)
            finally:
                self._leaving = False

    def catch_up(self) -> None:
        """
        Wait until what was put before is written, however long that takes. Blocking.

        Ends early where the file cannot be used: then it is tried again only later.
        """
        with self._changed:
            last = self._put
            # A disk that is slow is waited for, a thread that is gone is not.
            try:
                while self.waiting and self._gone < last and self._is_writing():
                    self._leaving = True
                    self._changed.notify_all()
                    self._changed.wait(1.0)
            finally:
                self._leaving = False

    def _is_writing(self) -> bool:
        thread = self._thread
        return thread is not None and thread.is_alive() and thread is not threading.current_thread()

    def close(self) -> None:
        """Write what waits, and end the thread; the next change starts another. Blocking."""
        self.flush()
        with self._changed:
            thread, self._closing = self._thread, True
            self._changed.notify_all()
        if thread is not None:
            thread.join(AT_EXIT)
        if not any(writer._thread for writer in list(_writers)):
            atexit.unregister(_at_exit)

    def _run(self) -> None:
        pause = 0.0
        while True:
            with self._changed:
                # A thread that has nothing to do ends, and the next change starts another.
                self._changed.wait_for(lambda: self._waiting or self._closing, 5.0)
                if not self._waiting or self._closing:
                    self._thread = None
                    return
                if pause:
                    self._changed.wait_for(lambda: self._leaving, pause)
                elif not self._is_full():
                    self._changed.wait_for(self._is_full, GATHER)
                batch = self._next_batch()
                self._busy = len(batch)
            problem = self._written(batch)
            # First, so that nobody who is woken waits for a file that cannot be used.
            self._tell(problem)
            with self._changed:
                self._busy = 0
                if not problem:
                    for each in batch:
                        self._waiting.popleft()
                        self._bytes -= each.size
                        self._filling -= not each.along
                        self._gone += 1
                self._changed.notify_all()
            pause = min(max(AGAIN, 2 * pause), AGAIN_AT_MOST) if problem else 0.0

    def _is_full(self) -> bool:
        return self._leaving or self._filling >= BATCH

    def _next_batch(self) -> list[_Waiting]:
        if self._leaving:
            # At the end all at once: each transaction waits for other kernels.
            return list(self._waiting)
        batch: list[_Waiting] = []
        room = {False: BATCH, True: ALONG}
        for each in self._waiting:
            if not room[each.along]:
                break
            room[each.along] -= 1
            batch.append(each)
        return batch

    def _written(self, batch: list[_Waiting]) -> str:
        """Write a batch; what was the matter with the file, empty where nothing was."""

        def work(rows: sqlite3.Connection) -> None:
            if not _all_made(rows, batch):
                for each in batch:
                    _change(rows, each.change)

        for each in batch:
            if each.prepare:
                # What fails here fails again as a change, and is left out then.
                with suppress(Exception):
                    each.prepare()
        try:
            database.write(self.path, self._schema, work)
        except (sqlite3.Error, OSError) as error:
            return str(error) or type(error).__name__
        return ""

    def _tell(self, problem: str) -> None:
        if problem and not self._problem:
            self._on_notice(
                tr(
                    "{what} waits in this kernel's memory, since {path} cannot be used: "
                    "{problem}. It is tried again by itself.",
                    what=tr(self._what),
                    path=self.path,
                    problem=problem,
                )
            )
        elif self._problem and not problem:
            facts = {"what": tr(self._what), "path": self.path}
            said = tr("{what} is kept in {path} again.", **facts)
            if self._lost:
                said = tr(
                    "{what} is kept in {path} again; {lost:,} records of meanwhile were too many.",
                    lost=self._lost,
                    **facts,
                )
            self._on_notice(said)
            self._lost = 0
        self._problem = problem


def _all_made(rows: sqlite3.Connection, batch: list[_Waiting]) -> bool:
    """Make all changes at once, as is nearly always possible; False where none is made then."""
    rows.execute("SAVEPOINT batch")
    try:
        for each in batch:
            each.change(rows)
    except (sqlite3.OperationalError, OSError):
        raise
    except Exception:
        rows.execute("ROLLBACK TO batch")
        return False
    finally:
        with suppress(sqlite3.Error):
            # Gone already where SQLite has ended the transaction by itself.
            rows.execute("RELEASE batch")
    return True


def _change(rows: sqlite3.Connection, change: Change) -> None:
    """Make one change. One that cannot be made is left out, so that the others are not held up."""
    rows.execute("SAVEPOINT one")
    try:
        change(rows)
    except (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.ProgrammingError) as error:
        _left_out(rows, error)
    except (sqlite3.Error, OSError):
        raise
    except Exception as error:
        _left_out(rows, error)
    rows.execute("RELEASE one")


def _left_out(rows: sqlite3.Connection, error: Exception) -> None:
    rows.execute("ROLLBACK TO one")
    # Without its words, which may be those of a prompt.
    log.warning("a record was left out of the history: %s", type(error).__name__)


_writers: WeakSet[Writer] = WeakSet()


def _at_exit() -> None:
    until = time.monotonic() + AT_EXIT
    for writer in list(_writers):
        with suppress(Exception):
            writer.flush(max(0.0, until - time.monotonic()))


def _after_fork() -> None:
    for writer in list(_writers):
        writer._begin_anew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
