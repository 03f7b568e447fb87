"""Histories of parallel jobs, put together in one."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from ..errors import SettingsError
from ..files import database
from ..files.saving import exported, save_private
from ..language import tr
from . import index
from .schema import SCHEMA

_SUMS = ("calls", "tokens_in", "tokens_out", "tokens_cached", "characters", "money", "unknown")


def merge(sources: Sequence[Path], target: Path) -> int:
    """
    Write a new history ``target`` of several; returns how many calls it has. Blocking.

    A call that several have is in it once. Media are copied beside it. Raises `SettingsError`.
    """
    if target.exists():
        raise SettingsError(tr("{path} is there already: name a new file.", path=target))
    for source in sources:
        if not source.is_file():
            raise SettingsError(tr("{path} is no file.", path=source))
    try:
        with exported(target) as draft, database.opened(draft, SCHEMA) as rows:
            # One that is named twice is taken once: its sums would count double.
            for source in dict.fromkeys(source.resolve() for source in sources):
                _add(rows, source)
                _copy_media(source.with_name("media"), target.with_name("media"))
            while database.transaction(rows, index.build):
                pass
            return int(rows.execute("SELECT count(*) FROM calls").fetchone()[0])
    except sqlite3.Error as error:
        raise SettingsError(
            tr("The histories cannot be put together: {reason}.", reason=database.refused(error))
        ) from None


def _add(rows: sqlite3.Connection, source: Path) -> None:
    # Brought up to date first: an older file lacks tables.
    with database.opened(source, SCHEMA):
        pass
    rows.execute("ATTACH ? AS other", [str(source)])
    try:
        database.transaction(rows, _copy)
    finally:
        rows.execute("DETACH other")


def _copy(rows: sqlite3.Connection) -> None:
    query = "SELECT coalesce(max(id), 0) FROM {}"
    calls = int(rows.execute(query.format("calls")).fetchone()[0])
    runs = int(rows.execute(query.format("runs")).fetchone()[0])
    columns = [row[1] for row in rows.execute("PRAGMA table_info(calls)")]
    moved = {"id": f"id + {calls}", "run": f"run + {runs}", "cached_from": f"cached_from + {calls}"}
    chosen = ", ".join(moved.get(name, name) for name in columns)
    # The same call of two files: one was copied from the other.
    new = (
        "NOT EXISTS (SELECT 1 FROM main.calls AS mine WHERE mine.key = theirs.key "
        "AND mine.at = theirs.at AND mine.origin = theirs.origin)"
    )
    rows.execute(
        f"INSERT INTO calls ({', '.join(columns)}) "  # noqa: S608 - names of our own
        f"SELECT {chosen} FROM other.calls AS theirs WHERE {new} ORDER BY id"
    )
    rows.execute("INSERT OR IGNORE INTO bodies SELECT * FROM other.bodies")
    rows.execute("INSERT OR IGNORE INTO media SELECT * FROM other.media")
    copied = f"IN (SELECT id - {calls} FROM main.calls)"  # noqa: S608
    rows.execute(
        f"INSERT OR IGNORE INTO uses SELECT call + {calls}, hash, media FROM other.uses "  # noqa: S608
        f"WHERE call {copied}"
    )
    names = [row[1] for row in rows.execute("PRAGMA table_info(runs)")][1:]
    rows.execute(
        f"INSERT INTO runs (id, {', '.join(names)}) "  # noqa: S608
        f"SELECT id + {runs}, {', '.join(names)} FROM other.runs"
    )
    rows.execute(
        f"INSERT INTO rows SELECT run + {runs}, number, key, state, attempts, error, "  # noqa: S608
        f"call + {calls} FROM other.rows"
    )
    # A conversation is one: turns of two are not mixed.
    rows.execute(
        "INSERT INTO turns SELECT * FROM other.turns WHERE (conversation_of, name) NOT IN "
        "(SELECT DISTINCT conversation_of, name FROM main.turns)"
    )
    sums = ", ".join(f"{name} = {name} + excluded.{name}" for name in _SUMS)
    # "WHERE true", or the parser would take ON for that of a join.
    rows.execute(
        f"INSERT INTO spent SELECT * FROM other.spent WHERE true ON CONFLICT DO UPDATE SET {sums}"  # noqa: S608
    )


def _copy_media(source: Path, target: Path) -> None:
    if source.resolve() == target.resolve() or not source.is_dir():
        return
    for file in source.glob("??/*"):
        copy = target / file.parent.name / file.name
        if not copy.exists():
            copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            save_private(file.read_bytes(), copy)
