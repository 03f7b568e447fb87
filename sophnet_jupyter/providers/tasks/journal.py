"""
Tasks whose results are not fetched yet, kept on disk: they outlive the kernel.

Blocking, a few milliseconds a call; `tasks` calls it from a thread. No key is in here, but the
addresses of results may be signed, so the file is readable by its owner alone.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from ...errors import quoted
from ...files.database import Schema
from ...files.store import Store
from ...language import mark

# Finished tasks are kept to this number, others to this age in seconds: no service keeps longer.
KEPT_FINISHED = 300
KEPT_UNFINISHED = 90 * 86400.0

SCHEMA = Schema(
    steps=(
        (
            """CREATE TABLE IF NOT EXISTS tasks (
            id TEXT NOT NULL, service TEXT NOT NULL, kind TEXT NOT NULL, origin TEXT NOT NULL,
            state TEXT NOT NULL, finished INTEGER NOT NULL, created REAL NOT NULL,
            changed REAL NOT NULL, folder TEXT NOT NULL, asked TEXT NOT NULL, urls TEXT NOT NULL,
            expires REAL, PRIMARY KEY (origin, service, id))""",
            """CREATE TABLE IF NOT EXISTS intents (
            id TEXT PRIMARY KEY, service TEXT NOT NULL, kind TEXT NOT NULL, asked TEXT NOT NULL,
            at REAL NOT NULL, host TEXT NOT NULL, process INTEGER NOT NULL)""",
        ),
    )
)


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


class Intent(msgspec.Struct, frozen=True, kw_only=True):
    """
    A request for paid work that is about to be sent: by which process, and since when.

    It is deleted when the task is known, or when it is known that there is none. One that is left
    was sent by a kernel that ended before the answer came. ``process`` is 0 where that is known.
    """

    id: str
    service: str
    kind: str
    asked: str = ""
    at: float = 0.0
    host: str = ""
    process: int = 0


_INTENT_COLUMNS = ", ".join(Intent.__struct_fields__)
_PUT_INTENT = f"""
INSERT OR REPLACE INTO intents ({_INTENT_COLUMNS})
VALUES ({", ".join("?" * len(Intent.__struct_fields__))})
"""  # noqa: S608 - names of our own
_DROP_INTENT = "DELETE FROM intents WHERE id = ?"


class Journal:
    """
    Tasks in an SQLite file that several kernels share.

    Where the file cannot be used (read-only, broken, a full disk, held by another) it goes on in
    memory until it can be, with what can still be read of the file, and calls ``on_notice`` with a
    sentence that says so.
    """

    def __init__(
        self,
        path: Path,
        *,
        on_notice: Callable[[str], None] = lambda _: None,
        now: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.path = path
        self._now = now
        self._store = Store(
            path,
            SCHEMA,
            what=mark("Tasks are kept"),
            advice=mark("Note the ids of long tasks; if it stays so, delete the file."),
            carried=("tasks",),
            on_notice=on_notice,
            clock=clock,
        )

    def put(self, task: Task, *, intent: str = "") -> Task:
        """
        Insert or update a task; returns it with its times.

        ``intent`` is the id of the request that has begun it, which is thereby settled.
        """
        now = self._now()
        task = msgspec.structs.replace(task, created=task.created or now, changed=now)

        def work(rows: sqlite3.Connection) -> None:
            rows.execute(_PUT, _row(task))
            rows.execute(_PRUNE, {"oldest": now - KEPT_UNFINISHED, "kept": KEPT_FINISHED})
            if intent:
                rows.execute(_DROP_INTENT, [intent])

        self._store.write(work)
        return task

    def find(
        self, *, task_id: str | None = None, folder: str | None = None, unfinished: bool = False
    ) -> tuple[Task, ...]:
        """The tasks of an id or folder, all without either; newest first."""
        wanted = {"id": task_id, "folder": folder, "unfinished": unfinished}
        return self._store.read(lambda rows: tuple(map(_task, rows.execute(_FIND, wanted))))

    def drop(self, task_id: str) -> bool:
        """Delete every task of that id; False if there was none."""
        return self._store.write(
            lambda rows: rows.execute("DELETE FROM tasks WHERE id = ?", [task_id]).rowcount > 0
        )

    def intend(self, intent: Intent) -> Intent:
        """Note a request before it is sent; returns it with its time."""
        intent = msgspec.structs.replace(intent, at=intent.at or self._now())
        self._store.write(lambda rows: rows.execute(_PUT_INTENT, msgspec.structs.astuple(intent)))
        return intent

    def settle(self, intent: str) -> None:
        """Forget a request of which it is known what came of it."""
        self._store.write(lambda rows: rows.execute(_DROP_INTENT, [intent]))

    def take_intents(self, left: Callable[[Intent], bool]) -> tuple[Intent, ...]:
        """The requests that are ``left`` by who sent them, taken out; oldest first."""

        def look(rows: sqlite3.Connection) -> tuple[Intent, ...]:
            found = rows.execute(f"SELECT {_INTENT_COLUMNS} FROM intents ORDER BY at")  # noqa: S608
            intents = (
                Intent(**dict(zip(Intent.__struct_fields__, row, strict=True))) for row in found
            )
            return tuple(filter(left, intents))

        found = self._store.read(look)
        if found:
            ids = [[intent.id] for intent in found]
            self._store.write(lambda rows: rows.executemany(_DROP_INTENT, ids))
        return found


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
