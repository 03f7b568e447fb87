"""
Tasks whose results are not fetched yet, kept on disk: they outlive the kernel.

Blocking, a few milliseconds a call; `tasks` calls it from a thread. No key is in here, but the
addresses of results may be signed, so the file is readable by its owner alone.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar
from weakref import finalize

import msgspec

from ...errors import quoted

T = TypeVar("T")

# Seconds to wait for another kernel's write, which takes some milliseconds.
BUSY = 5.0
# Finished tasks are kept to this number, others to this age in seconds: no service keeps longer.
KEPT_FINISHED = 300
KEPT_UNFINISHED = 90 * 86400.0

_SCHEMA = """
CREATE TABLE IF NOT EXISTS tasks (
    id TEXT NOT NULL, service TEXT NOT NULL, kind TEXT NOT NULL, origin TEXT NOT NULL,
    state TEXT NOT NULL, finished INTEGER NOT NULL, created REAL NOT NULL, changed REAL NOT NULL,
    folder TEXT NOT NULL, asked TEXT NOT NULL, urls TEXT NOT NULL, expires REAL,
    PRIMARY KEY (origin, service, id))
"""


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """
    A long task that runs at a service.

    ``kind`` names what can resume it, ``origin`` where it was begun (``https://host`` or
    ``sandbox``), ``folder`` the working folder then; ``asked`` is what for, in a line. ``state`` is
    the service's word, ``urls`` are its results until ``expires``. Times are in seconds since the
    epoch.
    """

    id: str
    service: str
    kind: str
    origin: str = ""
    state: str = "submitted"
    finished: bool = False
    created: float = 0.0
    changed: float = 0.0
    folder: str = ""
    asked: str = ""
    urls: tuple[str, ...] = ()
    expires: float | None = None

    def __repr__(self) -> str:
        # Without the addresses: who holds one can fetch the result.
        asked = f" · {self.asked}" if self.asked else ""
        return quoted(f"<Task {self.id} · {self.service} {self.kind} · {self.state}{asked}>")


_FIELDS = Task.__struct_fields__
_COLUMNS = ", ".join(_FIELDS)
_PUT = f"INSERT OR REPLACE INTO tasks ({_COLUMNS}) VALUES ({', '.join('?' * len(_FIELDS))})"  # noqa: S608 - names of our own
_FIND = f"""
SELECT {_COLUMNS} FROM tasks
WHERE (:id IS NULL OR id = :id) AND (:folder IS NULL OR folder = :folder)
    AND NOT (finished AND :unfinished)
ORDER BY created DESC, changed DESC
"""  # noqa: S608 - names of our own
_PRUNE = """
DELETE FROM tasks WHERE (NOT finished AND created < :oldest) OR rowid IN (
    SELECT rowid FROM tasks WHERE finished ORDER BY changed DESC LIMIT -1 OFFSET :kept)
"""


class Journal:
    """
    Tasks in an SQLite file that several kernels share.

    Where the file cannot be used (read-only, broken, a full disk) it goes on in memory, with what
    can still be read of the file, and calls ``on_notice`` once with a sentence that says so.
    """

    def __init__(
        self,
        path: Path,
        *,
        on_notice: Callable[[str], None] = lambda _: None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.path = path
        self._on_notice = on_notice
        self._now = now
        self._memory: sqlite3.Connection | None = None
        self._lock = Lock()

    def put(self, task: Task) -> Task:
        """Insert or update a task; returns it with its times."""
        now = self._now()
        task = msgspec.structs.replace(task, created=task.created or now, changed=now)

        def work(rows: sqlite3.Connection) -> None:
            rows.execute(_PUT, _row(task))
            rows.execute(_PRUNE, {"oldest": now - KEPT_UNFINISHED, "kept": KEPT_FINISHED})

        self._do(work)
        return task

    def find(
        self, *, task_id: str | None = None, folder: str | None = None, unfinished: bool = False
    ) -> tuple[Task, ...]:
        """The tasks of an id or folder, all without either; newest first."""
        wanted = {"id": task_id, "folder": folder, "unfinished": unfinished}
        return self._do(lambda rows: tuple(map(_task, rows.execute(_FIND, wanted))))

    def drop(self, task_id: str) -> bool:
        """Delete every task of that id; False if there was none."""
        return self._do(
            lambda rows: rows.execute("DELETE FROM tasks WHERE id = ?", [task_id]).rowcount > 0
        )

    def _do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run one transaction, in the file if it can be used."""
        with self._lock:
            if self._memory is None:
                try:
                    # Opened anew each time, 0.5 ms: so it survives a fork, and a file that somebody
                    # moves or deletes.
                    with closing(_opened(self.path)) as connection:
                        return _transaction(connection, work)
                except (sqlite3.Error, OSError) as error:
                    self._memory = _in_memory(self.path)
                    finalize(self, self._memory.close)
                    problem = error
            else:
                return _transaction(self._memory, work)
        self._on_notice(
            f"Tasks are kept in this kernel's memory only, since {self.path} cannot be used: "
            f"{problem}. Note the ids of long tasks, or delete the file."
        )
        return self._do(work)


def _opened(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Made by us, since SQLite would make it readable by all. Its side files take after it. Only
    # when it is new: closing a file takes away the locks that this process has on it elsewhere.
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    # No write-ahead log: SQLite forbids it on network drives, where homes of a hub lie, and at a
    # few writes a minute it would gain nothing.
    connection = sqlite3.connect(path, timeout=BUSY, isolation_level=None)
    try:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'tasks'").fetchone():
            connection.execute(_SCHEMA)
    except BaseException:
        connection.close()
        raise
    return connection


def _in_memory(path: Path) -> sqlite3.Connection:
    """A journal in memory, with the tasks that a read-only file still holds."""
    memory = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    memory.execute(_SCHEMA)
    with suppress(sqlite3.Error, OSError, ValueError):
        source = f"{path.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(source, uri=True)) as old:
            rows = old.execute(f"SELECT {_COLUMNS} FROM tasks").fetchall()  # noqa: S608
            memory.executemany(_PUT, rows)
    return memory


def _transaction(connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
    # A transaction that begins by reading cannot wait for another's write to end.
    connection.execute("BEGIN IMMEDIATE")
    try:
        result = work(connection)
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise
    return result


def _row(task: Task) -> list[Any]:
    row = list(msgspec.structs.astuple(task))
    row[_FIELDS.index("urls")] = msgspec.json.encode(task.urls).decode()
    return row


def _task(row: tuple[Any, ...]) -> Task:
    given = dict(zip(_FIELDS, row, strict=True))
    urls: tuple[str, ...] = ()
    with suppress(msgspec.DecodeError):
        urls = msgspec.json.decode(given["urls"], type=tuple[str, ...])
    return Task(**given | {"urls": urls, "finished": bool(given["finished"])})
