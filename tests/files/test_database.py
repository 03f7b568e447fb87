"""SQLite files that several kernels and their children share."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from sophnet_jupyter.files import database
from sophnet_jupyter.files.database import Schema

SCHEMA = Schema((("CREATE TABLE notes (said)",),))


def note(path: Path, said: str) -> None:
    database.write(
        path, SCHEMA, lambda rows: rows.execute("INSERT INTO notes VALUES (?)", [said]), timeout=60
    )


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_child_can_write_though_another_thread_was_writing_when_it_was_forked(
    tmp_path: Path,
) -> None:
    path = tmp_path / "notes.sqlite"
    begun, done = threading.Event(), threading.Event()

    def slowly() -> None:
        def work(rows: object) -> None:
            begun.set()
            # Time enough for the fork to be asked for in the middle.
            done.wait(0.3)

        database.write(path, SCHEMA, work)

    for _ in range(3):
        begun.clear()
        writing = threading.Thread(target=slowly)
        writing.start()
        assert begun.wait(60)
        child = os.fork()
        if not child:
            try:
                note(path, "child")
                os._exit(0)
            except BaseException:
                os._exit(1)
        assert os.waitpid(child, 0)[1] == 0
        writing.join()
    assert database.read(
        path, SCHEMA, lambda rows: rows.execute("SELECT count(*) FROM notes").fetchone()
    ) == (3,)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_fork_within_a_transaction_of_its_own_thread_waits_for_nobody(tmp_path: Path) -> None:
    def work(rows: object) -> int:
        child = os.fork()
        if not child:
            os._exit(0)
        return os.waitpid(child, 0)[1]

    assert database.write(tmp_path / "notes.sqlite", SCHEMA, work) == 0
    note(tmp_path / "notes.sqlite", "parent")
