from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.events import AudioChunk, Event, Finished, Started, TextDelta, Usage
from sophnet_jupyter.history import runs
from sophnet_jupyter.history.calls import CallRecord
from sophnet_jupyter.history.history import History, is_first
from sophnet_jupyter.history.keys import AskedCall
from sophnet_jupyter.history.writer import AT_EXIT, BATCH
from sophnet_jupyter.settings import Secret

from ..waiting import wait

KEY = "sk-canary-0123456789abcdef"
SERVICE, SANDBOX = "https://www.sophnet.com", "sandbox/scripted/0.1.0"
ASKED = AskedCall(
    service="SophNet",
    resource="chat",
    request={"model": "m", "messages": [{"role": "user", "content": "hi"}], "stream": True},
)


def events(text: str = "hello") -> list[Event]:
    return [
        Started(service="SophNet", model="m"),
        TextDelta(text=text),
        Usage(prompt_tokens=1, completion_tokens=2, total_tokens=3),
        Finished(reason="stop"),
    ]


def call(asked: AskedCall = ASKED, **given: Any) -> CallRecord:
    text = given.pop("text", "hello")
    values = {"question": "hi", "at": time.time(), "origin": SERVICE, "events": events(text)}
    return CallRecord(asked=asked, **values | given)


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "data")


def count(history: History, table: str) -> int:
    query = f"SELECT count(*) FROM {table}"
    return int(history.read(lambda rows: rows.execute(query).fetchone()[0]))


def test_a_call_comes_back_as_it_was(history: History) -> None:
    history.add(call(first_token=0.1, seconds=2.0))
    found = history.find(ASKED, [SERVICE])
    assert found
    assert found.asked == ASKED
    assert (found.question, found.response.text, found.ending) == ("hi", "hello", "complete")
    assert (found.response.timing.first_token, found.response.timing.total) == (0.1, 2.0)
    assert found.events == events()


def test_the_transport_is_no_part_of_a_key_and_the_repetition_is() -> None:
    quiet = {name: value for name, value in ASKED.request.items() if name != "stream"}
    assert replace(ASKED, request=quiet).key == ASKED.key
    turned = dict(reversed(list(ASKED.request.items())))
    assert replace(ASKED, request=turned).key == ASKED.key
    assert replace(ASKED, number=1).key != ASKED.key


@pytest.mark.parametrize(
    "other",
    [{"service": "Dify"}, {"resource": "images"}, {"app": "writer"}, {"request": {"model": "n"}}],
)
def test_another_question_has_another_key(other: dict[str, Any]) -> None:
    assert replace(ASKED, **other).key != ASKED.key


def test_two_dify_apps_with_equal_inputs_do_not_answer_for_each_other(history: History) -> None:
    writer = AskedCall(
        service="Dify", resource="complete", app="WRITER", request={"inputs": {"a": 1}}
    )
    reader = replace(writer, app="READER")
    history.add(call(writer))
    assert history.find(writer, [SERVICE])
    assert history.find(reader, [SERVICE]) is None


@pytest.mark.parametrize(("one", "other"), [(SERVICE, SANDBOX), (SANDBOX, SERVICE)])
def test_the_sandbox_never_answers_for_a_service_nor_the_reverse(
    history: History, one: str, other: str
) -> None:
    history.add(call(origin=one))
    assert history.find(ASKED, [other]) is None
    assert history.find(ASKED, [one])


@pytest.mark.parametrize("ending", ["failed", "stopped", "incomplete"])
def test_failures_and_cut_answers_are_never_found(history: History, ending: Any) -> None:
    history.add(call(ending=ending))
    assert history.find(ASKED, [SERVICE]) is None


def test_parts_that_repeat_are_kept_once(history: History) -> None:
    for number in range(3):
        system = {"role": "system", "content": "rules " * 200}
        user = {"role": "user", "content": str(number)}
        asked = replace(ASKED, request={"messages": [system, user]})
        history.add(call(asked, question=str(number)))
        found = history.find(asked, [SERVICE])
        assert found
        assert found.asked.request == asked.request
    assert count(history, "bodies") == 1


def test_media_are_kept_once_as_files_of_their_hash(history: History) -> None:
    for _ in range(2):
        history.add(call(events=[AudioChunk(data=b"sound"), Finished(reason="stop")]))
    found = history.find(ASKED, [SERVICE])
    assert found
    assert found.response.audio == b"sound"
    [folder] = history.media.folder.iterdir()
    [file] = folder.iterdir()
    assert file.name.startswith(folder.name)
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE(history.path.stat().st_mode) == 0o600


def test_no_key_is_ever_in_the_file(history: History) -> None:
    secret = Secret(KEY)
    request = {"messages": [{"content": f"my key is {KEY}"}], "long": f"{KEY} " * 99}
    history.add(
        call(
            AskedCall(service="S", resource="chat", request=request),
            question=f"my key is {KEY}",
            error=f"refused {KEY}",
            text=f"you said {KEY}",
        )
    )
    record = runs.begin(history, name="n", prompt=KEY, settings={"a": KEY})
    with record.row(0, "k") as row:
        row.done(state="failed", error=KEY)
    assert history.writer.flush()
    assert KEY.encode() not in history.path.read_bytes()
    assert "‹key›".encode() in history.path.read_bytes()
    assert secret


def test_a_signed_address_is_kept_without_its_signature(history: History) -> None:
    address = "https://files.example/a.png"
    history.add(call(text=f"see {address}?Expires=1&Signature=secret123 and {address}?page=2"))
    history.add(call(error=f"{address}?x-oss-signature=secret123"))
    history.writer.flush()
    found = history.find(ASKED, [SERVICE])
    assert found
    assert found.response.text == f"see {address} and {address}?page=2"
    assert b"secret123" not in history.path.read_bytes()


def test_what_was_spent_is_summed(history: History) -> None:
    for _ in range(3):
        history.add(call(price="0.5", currency="CNY", priced_by="prices"))
    history.add(call(cached_from=1))
    [row] = history.read(lambda rows: rows.execute("SELECT * FROM spent").fetchall())
    assert row[1:] == ("SophNet", "m", "", "", 0, "CNY", "prices", 3, 3, 6, 0, 0, 1.5, 0)


def test_a_record_that_cannot_be_written_holds_up_no_other(history: History) -> None:
    def broken(rows: sqlite3.Connection) -> None:
        raise RuntimeError

    history.writer.put(broken)
    history.add(call(text="half \ud800"))
    history.add(call(text="whole"))
    found = history.find(ASKED, [SERVICE])
    assert found
    assert found.response.text == "whole"


WRITING = """
import sys, time
from pathlib import Path
from sophnet_jupyter.events import Finished, TextDelta
from sophnet_jupyter.history.calls import CallRecord
from sophnet_jupyter.history.history import History
from sophnet_jupyter.history.keys import AskedCall
from sophnet_jupyter.history.writer import AT_EXIT, BATCH

history = History(Path(sys.argv[1]))
for number in range(int(sys.argv[2])):
    asked = AskedCall(service="S", resource="chat", request={"number": number})
    events = [TextDelta(text="x" * 500), Finished(reason="stop")]
    history.add(CallRecord(asked=asked, at=time.time(), origin="o", events=events))
    if number == 100:
        history.writer.flush()
        print("begun", flush=True)
sys.exit(0 if history.writer.flush(50) else 1)
"""


def test_two_kernels_write_at_once_and_nothing_is_lost(history: History) -> None:
    command = [sys.executable, "-c", WRITING, str(history.folder), "1000"]
    writers = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    assert count(history, "calls") == 2000


def test_a_kernel_that_is_killed_loses_its_last_records_at_most(history: History) -> None:
    command = [sys.executable, "-c", WRITING, str(history.folder), "100000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        assert writer.stdout
        assert writer.stdout.readline() == b"begun\n"
        writer.kill()
    with closing(sqlite3.connect(history.path)) as rows:
        assert rows.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    numbers = history.read(lambda rows: rows.execute("SELECT id FROM calls").fetchall())
    assert len(numbers) > 100
    history.add(call())
    assert history.find(ASKED, [SERVICE])


def test_who_reads_waits_for_a_slow_disk_however_slow_it_is(history: History) -> None:
    history.add(call(question="first"))
    began, goes_on = threading.Event(), threading.Event()

    def slow(rows: sqlite3.Connection) -> None:
        began.set()
        goes_on.wait(60)

    history.writer.put(slow)
    history.add(call(question="last"))
    assert began.wait(60)
    # Longer than the end of a kernel waits.
    threading.Timer(AT_EXIT + 1, goes_on.set).start()
    found = history.read(lambda rows: rows.execute("SELECT asked FROM calls").fetchall())
    assert found == [("first",), ("last",)]


def test_who_reads_does_not_wait_for_what_cannot_be_written(tmp_path: Path) -> None:
    history = History(tmp_path / "data")
    history.path.mkdir(parents=True)
    history.add(call(question="first"))
    with pytest.raises(sqlite3.Error):
        history.read(lambda rows: rows)
    assert not history.writer.waiting
    history.path.rmdir()
    assert history.writer.flush(60)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_line_of_a_first_history_is_known_in_any_language(
    history: History, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOPHNET_LANGUAGE", language)
    history.add(call())
    [said] = history.notices
    assert str(history.path) in said
    assert is_first(said)
    assert not is_first("! something else")


def test_what_cannot_be_written_yet_waits_and_is_bounded(tmp_path: Path) -> None:
    history = History(tmp_path / "data")
    history.path.mkdir(parents=True)
    history.writer._most = 50_000
    for number in range(50):
        history.add(call(question=str(number), text="x" * 1000))
    assert not history.writer.flush(0.5)
    wait(lambda: history.notices)
    [said] = history.notices
    assert "waits in this kernel's memory" in said
    history.path.rmdir()
    assert history.writer.flush(60)
    kept = history.read(lambda rows: rows.execute("SELECT asked FROM calls").fetchall())
    # The oldest made room, except for those that were being written just then.
    assert kept[-1] == ("49",)
    assert len(kept) < 40


def test_what_comes_last_stays_also_while_all_else_is_being_written(history: History) -> None:
    began, goes_on = threading.Event(), threading.Event()

    def slow(rows: sqlite3.Connection) -> None:
        began.set()
        goes_on.wait(60)

    history.writer._most = 5000
    history.writer.put(slow, 5000)
    assert began.wait(60)
    for number in range(3):
        history.add(call(question=str(number)))
    goes_on.set()
    found = history.read(lambda rows: rows.execute("SELECT asked FROM calls").fetchall())
    assert found == [("2",)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="fork of POSIX")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_writes_its_own_records_only(history: History) -> None:
    history.add(call(question="parent"))
    child = os.fork()
    if not child:
        history.add(call(question="child"))
        os._exit(0 if history.writer.flush(60) else 1)
    assert os.waitpid(child, 0)[1] == 0
    history.add(call(question="parent"))
    found = history.read(lambda rows: rows.execute("SELECT asked FROM calls").fetchall())
    assert sorted(found) == [("child",), ("parent",), ("parent",)]


def test_a_row_is_begun_before_it_is_sent_and_done_with_its_answer(history: History) -> None:
    record = runs.begin(history, name="n", notebook="nb", prompt_hash="p", table_hash="t")
    with record.row(0, "first") as row:
        assert runs.CURRENT.get() is row
        assert record.states() == {0: ("begun", "first")}
        row.call = call()
        row.done(state="complete", attempts=2)
    assert runs.CURRENT.get() is None
    record.begun(1, "second")
    again = runs.begin(
        history, name="n", notebook="nb", prompt_hash="p", table_hash="t", resume=True
    )
    assert (again.resumed, again.changed, again.id) == (True, (), record.id)
    [done, begun] = again.rows()
    assert (done.number, done.key, done.state, done.attempts) == (0, "first", "complete", 2)
    assert done.response
    assert done.response.text == "hello"
    assert (begun.key, begun.state, begun.response) == ("second", "begun", None)


def test_rows_are_read_in_pages(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "PAGE", 7)
    record = runs.begin(history, name="n")
    for number in range(30):
        record.begun(number, str(number))
    assert [row.number for row in record.rows()] == list(range(30))
    assert [row.number for row in record.rows(first=10, count=9)] == list(range(10, 19))


def test_a_changed_prompt_or_table_is_told(history: History) -> None:
    runs.begin(history, name="n", prompt_hash="p", table_hash="t")
    again = runs.begin(history, name="n", prompt_hash="q", table_hash="t", resume=True)
    assert again.changed == ("prompt",)
    again = runs.begin(history, name="n", prompt_hash="p", table_hash="u", resume=True)
    assert again.changed == ("table",)


@pytest.mark.parametrize("other", [{"name": "m"}, {"name": "n", "notebook": "other"}])
def test_a_run_that_is_not_there_cannot_be_gone_on_with(
    history: History, other: dict[str, str]
) -> None:
    runs.begin(history, name="n", notebook="nb")
    with pytest.raises(SettingsError, match="no run"):
        runs.begin(history, **other, resume=True)


def test_runs_are_listed_newest_first_with_how_far_they_are(history: History) -> None:
    runs.begin(history, name="old")
    record = runs.begin(history, name="new", total=3, settings={"model": "m"})
    record.begun(0, "a")
    with record.row(1, "b") as row:
        row.done(state="complete", events=events())
    record.state("stopped")
    first, second = runs.runs(history)
    assert (first.name, first.rows, first.done, first.total) == ("new", 2, 1, 3)
    assert (first.state, first.settings) == ("stopped", {"model": "m"})
    assert second.name == "old"


def test_what_is_small_goes_along_and_fills_no_batch(history: History) -> None:
    began, goes_on = threading.Event(), threading.Event()
    seen: list[sqlite3.Connection] = []

    def hold(rows: sqlite3.Connection) -> None:
        began.set()
        goes_on.wait(60)

    history.writer.put(hold)
    assert began.wait(60)
    for number in range(2 * BATCH):
        history.writer.put(seen.append, along=number % 2 == 1)
    goes_on.set()
    until = time.monotonic() + 60
    while len(seen) < 2 * BATCH and time.monotonic() < until:
        time.sleep(0.01)
    # Each transaction has a connection of its own.
    assert len(seen) == 2 * BATCH
    assert len(set(map(id, seen))) == 1
