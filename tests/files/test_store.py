from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from sophnet_jupyter.files import database
from sophnet_jupyter.files.database import NewerFile, Schema
from sophnet_jupyter.files.store import AGAIN, AGAIN_AT_MOST, Store

SCHEMA = Schema(steps=(("CREATE TABLE words (word TEXT PRIMARY KEY)",),))
LATER = Schema(steps=(*SCHEMA.steps, ("ALTER TABLE words ADD COLUMN times INTEGER",)))


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "words.sqlite"


@pytest.fixture
def clock() -> Clock:
    return Clock()


def add(word: str) -> Any:
    return lambda rows: rows.execute("INSERT OR REPLACE INTO words (word) VALUES (?)", [word])


def words(rows: sqlite3.Connection) -> list[str]:
    return [word for (word,) in rows.execute("SELECT word FROM words ORDER BY word")]


def in_file(path: Path) -> list[str]:
    return database.read(path, SCHEMA, words)


def store(path: Path, clock: Clock, said: list[str], **options: Any) -> Store:
    return Store(
        path,
        SCHEMA,
        what="Words are kept",
        carried=["words"],
        on_notice=said.append,
        clock=clock,
        **options,
    )


def test_a_file_that_was_held_too_long_gets_the_rows_that_came_meanwhile(
    path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY", 0.01)
    said: list[str] = []
    mine = store(path, clock, said)
    mine.write(add("before"))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        mine.write(add("meanwhile"))
        assert "meanwhile" in mine.read(words)
        other.execute("ROLLBACK")
    # Not before its time: a file that stays away costs a wait once in a while only.
    mine.write(add("soon"))
    assert in_file(path) == ["before"]
    clock.now += AGAIN
    mine.write(add("later"))
    assert in_file(path) == ["before", "later", "meanwhile", "soon"]
    assert ["for now" in said[0], "again, with what" in said[1], len(said)] == [True, True, 2]


def test_rows_are_carried_over_by_a_read_too(path: Path, clock: Clock) -> None:
    path.mkdir(parents=True)
    mine = store(path, clock, [])
    mine.write(add("a"))
    path.rmdir()
    clock.now += AGAIN
    assert mine.read(words) == ["a"]
    assert in_file(path) == ["a"]


def test_a_broken_file_is_used_again_once_somebody_deletes_it(path: Path, clock: Clock) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this is no database" * 100)
    said: list[str] = []
    mine = store(path, clock, said)
    mine.write(add("a"))
    for _ in range(20):
        clock.now += AGAIN_AT_MOST
        mine.read(words)
    path.unlink()
    clock.now += AGAIN_AT_MOST
    mine.write(add("b"))
    assert in_file(path) == ["a", "b"]
    assert len(said) == 2


def test_a_bound_on_what_is_carried_over_drops_the_oldest(path: Path, clock: Clock) -> None:
    path.mkdir(parents=True)
    mine = store(path, clock, [], pending=2)
    for word in "abc":
        mine.write(add(word))
    path.rmdir()
    clock.now += AGAIN
    assert mine.read(words) == ["b", "c"]


LEAVING = """
import sys
from pathlib import Path
from sophnet_jupyter.files.database import Schema
from sophnet_jupyter.files.store import Store
path = Path(sys.argv[1])
path.mkdir(parents=True)
schema = Schema(steps=(("CREATE TABLE words (word TEXT PRIMARY KEY)",),))
mine = Store(path, schema, what="Words are kept")
mine.write(lambda rows: rows.execute("INSERT INTO words VALUES ('a')"))
path.rmdir()
"""


def test_a_kernel_that_ends_tries_the_file_a_last_time(path: Path) -> None:
    subprocess.run([sys.executable, "-c", LEAVING, str(path)], check=True, timeout=60)
    assert in_file(path) == ["a"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="fork of POSIX")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_carries_nothing_over_that_is_the_parents(path: Path, clock: Clock) -> None:
    path.mkdir(parents=True)
    mine = store(path, clock, [])
    mine.write(add("parent"))
    path.rmdir()
    clock.now += AGAIN
    with mine._lock:  # as another thread would hold it
        child = os.fork()
    if not child:
        mine.write(add("child"))
        os._exit(0)
    os.waitpid(child, 0)
    assert in_file(path) == ["child"]
    mine.write(add("more"))
    assert in_file(path) == ["child", "more", "parent"]


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_only_the_owner_can_read_a_store_and_its_copy(path: Path) -> None:
    old = os.umask(0)
    try:
        database.write(path, SCHEMA, add("a"))
        database.write(path, LATER, add("b"))
    finally:
        os.umask(old)
    files = sorted(path.parent.iterdir())
    assert [file.name for file in files] == ["words.sqlite", "words.sqlite.v1"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_an_older_file_is_brought_up_to_date_after_a_copy(path: Path) -> None:
    database.write(path, SCHEMA, add("a"))
    database.write(path, LATER, add("b"))
    found = database.read(path, LATER, lambda rows: rows.execute("SELECT * FROM words").fetchall())
    assert found == [("a", None), ("b", None)]
    assert in_file(path.with_name("words.sqlite.v1")) == ["a"]


def test_a_step_that_fails_leaves_the_file_as_it_was(path: Path) -> None:
    database.write(path, SCHEMA, add("a"))
    bad = Schema(steps=(*SCHEMA.steps, ("CREATE TABLE more (a)", "CREATE TABLE words (b)")))
    with pytest.raises(sqlite3.OperationalError):
        database.write(path, bad, add("b"))
    with closing(sqlite3.connect(path)) as rows:
        tables = [name for (name,) in rows.execute("SELECT name FROM sqlite_master")]
    assert "more" not in tables
    assert in_file(path) == ["a"]


def test_a_newer_file_is_read_and_not_written(path: Path) -> None:
    database.write(path, LATER, add("a"))
    assert in_file(path) == ["a"]
    with pytest.raises(NewerFile):
        database.write(path, SCHEMA, add("b"))
