"""
SQLite files that several kernels share: how one is made, opened, changed and brought up to date.

Opened anew for each transaction, 0.5 ms: so it survives a fork, and a file that somebody moves or
deletes. A fork waits for those that are open: SQLite's memory of who holds which lock goes into the
child, where nobody would ever let go of it. No write-ahead log: SQLite forbids it on network
drives, where homes of a hub lie. Calls are blocking, and raise `sqlite3.Error` and `OSError`.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ..errors import why
from ..language import mark, tr

T = TypeVar("T")

# Seconds to wait for another kernel's write, which takes some milliseconds.
BUSY = 5.0
# Seconds that a fork waits at most for transactions of other threads: they take milliseconds, but
# one may itself wait for another kernel.
FORK = 6.0


class NewerFile(sqlite3.DatabaseError):
    """A newer version of this package has written the file, so that it is only read."""

    def __init__(self) -> None:
        super().__init__(tr("a newer version of sophnet_jupyter has written it"))


# What SQLite says by the first byte of its code.
_SAID = {
    sqlite3.SQLITE_BUSY: mark("another program has been writing to it for too long"),
    sqlite3.SQLITE_LOCKED: mark("another program has been writing to it for too long"),
    sqlite3.SQLITE_CORRUPT: mark("it is damaged"),
    sqlite3.SQLITE_NOTADB: mark("it is no database"),
    sqlite3.SQLITE_FULL: mark("the disk is full"),
    sqlite3.SQLITE_IOERR: mark("the disk has failed"),
    sqlite3.SQLITE_READONLY: mark("nothing may be written there"),
    sqlite3.SQLITE_CANTOPEN: mark("it cannot be opened"),
    sqlite3.SQLITE_PERM: mark("this account may not"),
    sqlite3.SQLITE_ERROR: mark("its tables are not as they should be"),
}


def refused(error: Exception) -> str:
    """Why a file could not be used, in a few words."""
    if isinstance(error, OSError):
        return why(error)
    known = _SAID.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    return tr(known) if known else str(error)


@dataclass(frozen=True, slots=True)
class Schema:
    """
    What a file is to hold. Each of ``steps``, lists of statements, leads to the next version of it,
    from an empty file on; ``new`` are pragmas for a file that is made, ``each`` for every opening.
    """

    steps: tuple[tuple[str, ...], ...]
    new: tuple[str, ...] = ()
    each: tuple[str, ...] = ()


def read(
    path: Path, schema: Schema, work: Callable[[sqlite3.Connection], T], *, timeout: float = BUSY
) -> T:
    """Run ``work`` in one transaction that only reads, which a newer file allows too."""
    with opened(path, schema, timeout=timeout) as connection:
        return _transaction(connection, work, "BEGIN")


def write(
    path: Path, schema: Schema, work: Callable[[sqlite3.Connection], T], *, timeout: float = BUSY
) -> T:
    """Run ``work`` in one transaction. Raises `NewerFile`."""
    with opened(path, schema, timeout=timeout) as connection:
        if _version(connection) > len(schema.steps):
            raise NewerFile
        return transaction(connection, work)


def transaction(connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
    """Run ``work`` in one transaction of a connection: whole, or not at all."""
    # One that begins by reading could not wait for another's write to end.
    return _transaction(connection, work, "BEGIN IMMEDIATE")


@contextmanager
def opened(path: Path, schema: Schema, *, timeout: float = BUSY) -> Iterator[sqlite3.Connection]:
    """
    A connection to the file, which is made, or brought up to date, where that is needed.

    To be held for a transaction or two: a fork waits for it.
    """
    with not_forked(), closing(_connected(path, schema, timeout)) as connection:
        yield connection


def _connected(path: Path, schema: Schema, timeout: float) -> sqlite3.Connection:
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Made by us, since SQLite would make it readable by all. Its side files take after it. Only
        # when it is new: closing a file takes away the locks that this process has on it elsewhere.
        with suppress(FileExistsError):
            os.close(_new(path))
    connection = sqlite3.connect(path, timeout=timeout, isolation_level=None)
    try:
        for pragma in schema.each:
            connection.execute(pragma)
        if _version(connection) < len(schema.steps):
            _bring_up_to_date(connection, path, schema)
    except BaseException:
        connection.close()
        raise
    return connection


def in_memory(schema: Schema) -> sqlite3.Connection:
    """The same in memory, empty, for use from any one thread at a time."""
    memory = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    for step in schema.steps:
        for statement in step:
            memory.execute(statement)
    return memory


def _new(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _bring_up_to_date(connection: sqlite3.Connection, path: Path, schema: Schema) -> None:
    """Take the steps that the file lacks, in one transaction, after a copy of what is there."""
    if not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
        # Of no effect once something has been written.
        for pragma in schema.new:
            connection.execute(pragma)

    def work(rows: sqlite3.Connection) -> None:
        # Another kernel may have been first.
        version = _version(rows)
        if 0 < version < len(schema.steps):
            _copy(path, version)
        for step in schema.steps[version:]:
            for statement in step:
                rows.execute(statement)
        rows.execute(f"PRAGMA user_version = {max(version, len(schema.steps))}")

    transaction(connection, work)


def _copy(path: Path, version: int) -> None:
    """Keep the file as it is beside it, under the number of its version."""
    copy = path.with_name(f"{path.name}.v{version}")
    copy.unlink(missing_ok=True)
    os.close(_new(copy))
    # A connection of its own: one that is about to write cannot be copied from.
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)


def _transaction(
    connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], T], begin: str
) -> T:
    connection.execute(begin)
    try:
        result = work(connection)
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise
    return result


# How many connections each thread has open.
_open: Counter[int] = Counter()
_changed = threading.Condition()


@contextmanager
def not_forked() -> Iterator[None]:
    """Hold off a fork, except one of this thread: it could wait for itself for ever."""
    thread = threading.get_ident()
    with _changed:
        _open[thread] += 1
    try:
        yield
    finally:
        with _changed:
            _open[thread] -= 1
            if not _open[thread]:
                del _open[thread]
                _changed.notify_all()


def _before_fork() -> None:
    _changed.acquire()
    thread = threading.get_ident()
    _changed.wait_for(lambda: _open.keys() <= {thread}, FORK)


def _after_fork() -> None:
    global _changed
    _changed = threading.Condition()
    _open.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_fork,
        after_in_parent=lambda: _changed.release(),
        after_in_child=_after_fork,
    )
