from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing, closing
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from sophnet_jupyter.errors import NotFound, SettingsError, StillRunning, TaskFailed
from sophnet_jupyter.events import Event, Finished, ImageReady, Notice, Progress
from sophnet_jupyter.files.database import BUSY
from sophnet_jupyter.providers.tasks import journal as journal_module
from sophnet_jupyter.providers.tasks.journal import Journal, Task
from sophnet_jupyter.providers.tasks.tasks import Kind, Tasks
from sophnet_jupyter.values.image import Image
from sophnet_jupyter.wire.poll import Pace, State

KEY = "sk-canary-0123456789abcdef"
URL = "https://files.example/a.png?sign=secret"
RUNNING: State[str] = State(word="RUNNING")
PICTURE = Image(url=URL)
DONE = State(word="SUCCEEDED", done=True, reply="a fox", urls=(URL,), expires=2e9)
QUICK = Pace(first=0.001, longest=0.001)


def image(**given: Any) -> Task:
    return Task(**{"id": "t1", "service": "S", "kind": "image", "origin": "o"} | given)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "tasks.db"


class Painter:
    """A service that paints, and the resource that speaks with it."""

    def __init__(self, tasks: Tasks, *looks: State[str] | Exception, origin: str = "o") -> None:
        self.tasks = tasks
        self.looks: list[State[str] | Exception] = list(looks)
        self.cancelled: list[str] = []
        self.pace = QUICK
        kind = Kind(service="S", origin=origin, resume=self.resume, cancel=self.cancel)
        tasks.register("image", kind)

    async def check(self) -> State[str]:
        found = self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
        if isinstance(found, Exception):
            raise found
        return found

    async def cancel(self, task: Task) -> None:
        self.cancelled.append(task.id)

    def paint(self, task_id: str, asked: str = "a fox") -> AsyncGenerator[Event, None]:
        return self.events(self.tasks.new("image", task_id, asked=asked, state="PENDING"))

    def resume(self, task: Task) -> AsyncGenerator[Event, None]:
        return self.events(task, resumed=True)

    async def events(self, task: Task, *, resumed: bool = False) -> AsyncGenerator[Event, None]:
        looks = self.tasks.follow(
            task,
            self.check,
            pace=self.pace,
            resumed=resumed,
            cancel=lambda: self.cancel(task),
        )
        async with aclosing(looks):
            async for look in looks:
                if isinstance(look, State):
                    yield ImageReady(image=Image(url=look.urls[0]))
                    yield Finished(reason=look.word)
                else:
                    yield look


async def all_of(events: AsyncGenerator[Event, None]) -> list[Event]:
    async with aclosing(events):
        return [event async for event in events]


def rows(path: Path) -> tuple[Task, ...]:
    return Journal(path).find()


def test_the_id_is_on_disk_before_the_first_look(path: Path) -> None:
    tasks = Tasks(path)
    painter = Painter(tasks, RUNNING)
    found: list[Task] = []

    async def check() -> State[str]:
        found.extend(rows(path))
        return DONE

    painter.check = check  # type: ignore[method-assign]
    asyncio.run(all_of(painter.paint("t1")))
    assert [(task.id, task.state, task.finished) for task in found] == [("t1", "PENDING", False)]


def test_a_finished_task_keeps_its_addresses_and_when_they_expire(path: Path) -> None:
    events = asyncio.run(all_of(Painter(Tasks(path), RUNNING, DONE).paint("t1")))
    assert events[-2:] == [ImageReady(image=PICTURE), Finished(reason="SUCCEEDED")]
    [task] = rows(path)
    assert (task.state, task.finished, task.urls, task.expires) == ("SUCCEEDED", True, (URL,), 2e9)


def test_a_result_that_was_not_taken_leaves_its_task_open(path: Path) -> None:
    tasks = Tasks(path)
    painter = Painter(tasks, RUNNING, DONE)

    async def left_while_fetching() -> None:
        looks = tasks.follow(tasks.new("image", "t1"), painter.check, pace=QUICK)
        async with aclosing(looks):
            async for look in looks:
                if isinstance(look, State):
                    # As a download that breaks, or an interrupt, does it.
                    return

    asyncio.run(left_while_fetching())
    [task] = asyncio.run(tasks.list())
    assert (task.state, task.urls) == ("SUCCEEDED", (URL,))
    assert asyncio.run(tasks.resume("t1")).images == (PICTURE,)
    assert asyncio.run(tasks.list()) == ()


def test_a_kernel_that_died_can_be_followed_by_another(path: Path) -> None:
    painter = Painter(Tasks(path), RUNNING, DONE)
    first = Tasks(path)
    first.register("image", Kind(service="S", origin="o", resume=painter.resume))
    asyncio.run(all_of(_begun(first)))
    response = asyncio.run(painter.tasks.resume("t1"))
    assert response.images == (PICTURE,)
    assert response.ending == "complete"
    assert rows(path)[0].finished


async def _begun(tasks: Tasks) -> AsyncGenerator[Event, None]:
    """A task that is left after its first look, with nobody told."""

    async def check() -> State[str]:
        return RUNNING

    async with aclosing(tasks.follow(tasks.new("image", "t1"), check, pace=QUICK)) as looks:
        async for look in looks:
            assert isinstance(look, Progress)
            if look.state == "RUNNING":
                return
            yield look


def test_a_passed_deadline_leaves_a_task_that_can_be_resumed(path: Path) -> None:
    painter = Painter(Tasks(path), RUNNING)
    painter.pace = Pace(first=0.001, longest=0.001, total=0.01)
    with pytest.raises(StillRunning) as caught:
        asyncio.run(all_of(painter.paint("t1")))
    [task] = asyncio.run(painter.tasks.list())
    assert (task.id, task.state) == (caught.value.task_id, "RUNNING")
    painter.looks = [DONE]
    assert asyncio.run(painter.tasks.resume("t1")).images == (PICTURE,)


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (TaskFailed(service="S", task_id="t1", state="FAILED"), "FAILED"),
        (NotFound(service="S", status=404, message="no such task"), "gone"),
    ],
    ids=["failed", "gone"],
)
def test_a_task_that_cannot_end_well_is_finished(path: Path, error: Any, state: str) -> None:
    painter = Painter(Tasks(path), error)
    with pytest.raises(type(error)):
        asyncio.run(all_of(painter.paint("t1")))
    assert [(task.state, task.finished) for task in rows(path)] == [(state, True)]
    assert asyncio.run(painter.tasks.list()) == ()


def test_an_interrupt_calls_the_task_off_and_writes_that_down(path: Path) -> None:
    painter = Painter(Tasks(path), RUNNING)

    async def main() -> None:
        async with aclosing(painter.paint("t1")) as events:
            await anext(events)

    asyncio.run(main())
    assert painter.cancelled == ["t1"]
    assert [(task.state, task.finished) for task in rows(path)] == [("cancelled", True)]


def test_an_interrupt_while_the_id_is_written_loses_no_id(path: Path) -> None:
    painter = Painter(Tasks(path), RUNNING)

    async def main() -> None:
        painting = asyncio.create_task(all_of(painter.paint("t1")))
        await asyncio.sleep(0)
        painting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await painting

    asyncio.run(main())
    assert [task.id for task in rows(path)] == ["t1"]


def test_cancelling_by_id_tells_the_service(path: Path) -> None:
    painter = Painter(Tasks(path), RUNNING)
    Journal(path).put(image())
    asyncio.run(painter.tasks.cancel("t1"))
    assert painter.cancelled == ["t1"]
    assert rows(path)[0].finished


def test_cancelling_where_the_service_cannot_says_so(path: Path) -> None:
    tasks = Tasks(path)
    tasks.register("image", Kind(service="S", origin="o", resume=Painter(tasks, DONE).resume))
    Journal(path).put(image())
    with pytest.raises(SettingsError, match="no way to call"):
        asyncio.run(tasks.cancel("t1"))
    assert not rows(path)[0].finished


def test_a_forgotten_task_is_gone_from_the_list(path: Path) -> None:
    painter = Painter(Tasks(path), RUNNING)
    Journal(path).put(image())
    assert asyncio.run(painter.tasks.forget("t1"))
    assert not asyncio.run(painter.tasks.forget("t1"))
    assert rows(path) == ()


def test_the_list_is_of_this_folder_unless_asked_for_everywhere(path: Path, tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    tasks = Tasks(path, folder=lambda: here)
    now = time.time()
    for task in (
        image(id="a", folder=str(here), created=now + 1),
        image(id="b", folder=str(there), created=now + 2),
        image(id="c", folder=str(here), created=now + 3),
        image(id="d", folder=str(here), created=now + 4, finished=True),
    ):
        Journal(path).put(task)

    def listed(**options: bool) -> list[str]:
        return [task.id for task in asyncio.run(tasks.list(**options))]

    assert listed() == ["c", "a"]
    assert listed(everywhere=True) == ["c", "b", "a"]
    assert listed(unfinished=False) == ["d", "c", "a"]


def test_a_deleted_working_folder_stops_nothing(path: Path) -> None:
    def lost() -> Path:
        raise FileNotFoundError

    painter = Painter(Tasks(path, folder=lost), DONE)
    assert asyncio.run(all_of(painter.paint("t1")))[-1] == Finished(reason="SUCCEEDED")


def test_what_was_asked_is_kept_short_on_one_line_and_without_the_key(path: Path) -> None:
    tasks = Tasks(path, scrub=lambda text: text.replace(KEY, "‹key›"))
    painter = Painter(tasks, DONE)
    asyncio.run(all_of(painter.paint("t1", asked=f"my key is {KEY}\n" + "fox " * 999)))
    [task] = rows(path)
    assert task.asked.startswith("my key is ‹key› fox fox")
    assert len(task.asked) == 200
    assert KEY.encode() not in path.read_bytes()


def test_the_repr_of_a_task_shows_no_signed_address() -> None:
    assert "secret" not in repr(image(urls=(URL,)))


def test_an_unknown_id_says_where_to_look(path: Path) -> None:
    painter = Painter(Tasks(path), DONE)
    with pytest.raises(SettingsError, match=r"No task nope .* 'image'"):
        asyncio.run(painter.tasks.resume("nope"))


def test_a_task_begun_in_the_console_is_resumed_by_its_kind(path: Path) -> None:
    painter = Painter(Tasks(path), DONE)
    assert asyncio.run(painter.tasks.resume("far", kind="image")).images == (PICTURE,)
    assert rows(path)[0].id == "far"
    with pytest.raises(SettingsError, match="'video' is no kind of task"):
        asyncio.run(painter.tasks.resume("far", kind="video"))


def test_a_task_of_the_sandbox_is_not_asked_of_the_real_service(path: Path) -> None:
    Journal(path).put(image(origin="sandbox"))
    painter = Painter(Tasks(path), DONE, origin="https://www.sophnet.com")
    with pytest.raises(SettingsError, match="begun at sandbox"):
        asyncio.run(painter.tasks.resume("t1"))


def test_equal_ids_of_two_services_are_two_tasks(path: Path) -> None:
    journal = Journal(path)
    journal.put(image(origin="sandbox"))
    journal.put(image(origin="https://www.sophnet.com"))
    assert len(journal.find(task_id="t1")) == 2


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_only_the_owner_can_read_the_journal(path: Path) -> None:
    old = os.umask(0)
    try:
        Journal(path).put(image())
    finally:
        os.umask(old)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


WRITER = """
import sys
from pathlib import Path
from sophnet_jupyter.providers.tasks.journal import Journal, Task
said = []
journal = Journal(Path(sys.argv[1]), on_notice=said.append)
for number in range(40):
    journal.put(Task(id=f"{sys.argv[2]}-{number}", service="S", kind="image"))
    journal.find(unfinished=True)
sys.exit(str(said) if said else 0)
"""


def test_several_kernels_write_at_once_and_nothing_is_lost(path: Path) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, path, str(n)]) for n in range(4)]
    assert [writer.wait(120) for writer in writers] == [0] * 4
    assert len(rows(path)) == 160


def test_threads_of_one_kernel_share_a_journal(path: Path) -> None:
    said: list[str] = []
    shared = [Journal(path, on_notice=said.append) for _ in range(2)]

    def write(name: int) -> None:
        for number in range(20):
            shared[name % 2].put(image(id=f"{name}-{number}"))

    threads = [threading.Thread(target=write, args=[name]) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not said
    assert len(rows(path)) == 80


def test_a_missing_file_is_made_anew(path: Path) -> None:
    said: list[str] = []
    journal = Journal(path, on_notice=said.append)
    journal.put(image(id="a"))
    path.unlink()
    assert journal.find() == ()
    journal.put(image(id="b"))
    assert [task.id for task in rows(path)] == ["b"]
    assert not said


def _corrupt(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this is no database" * 100)


def _half(path: Path) -> None:
    Journal(path).put(image(id="old"))
    content = path.read_bytes()
    path.write_bytes(content[:100] + b"\xff" * (len(content) - 100))


def _another(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE tasks (colour TEXT)")


def _a_folder(path: Path) -> None:
    path.mkdir(parents=True)


def _no_folder(path: Path) -> None:
    path.parent.write_text("a file where the folder should be")


@pytest.mark.parametrize("spoil", [_corrupt, _half, _another, _a_folder, _no_folder])
def test_a_file_that_cannot_be_used_costs_one_notice(path: Path, spoil: Any) -> None:
    spoil(path)
    tasks = Tasks(path)
    painter = Painter(tasks, RUNNING, DONE)
    events = asyncio.run(all_of(painter.paint("t1")))
    assert events[-1] == Finished(reason="SUCCEEDED")
    [notice] = [event for event in events if isinstance(event, Notice)]
    assert str(path) in notice.text
    painter.looks = [RUNNING, DONE]
    again = asyncio.run(all_of(painter.paint("t2")))
    assert not [event for event in again if isinstance(event, Notice)]
    assert tasks.unheard() == []
    found = asyncio.run(tasks.list(unfinished=False))
    assert [task.id for task in found] == ["t2", "t1"]


def test_a_task_that_is_only_written_down_tells_of_a_bad_file_too(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no database " * 99)
    tasks = Tasks(path)
    Painter(tasks)
    asyncio.run(tasks.note(tasks.new("image", "t1")))
    [said] = tasks.unheard()
    assert str(path) in said
    assert tasks.unheard() == []


def test_a_file_that_cannot_be_written_is_still_read(path: Path) -> None:
    Journal(path).put(image(id="old"))
    with closing(sqlite3.connect(path)) as newer:
        newer.execute("PRAGMA user_version = 99")
    said: list[str] = []
    journal = Journal(path, on_notice=said.append)
    journal.put(image(id="new"))
    assert {task.id for task in journal.find()} == {"old", "new"}
    assert len(said) == 1


def test_old_tasks_are_pruned(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_module, "KEPT_FINISHED", 3)
    now = 1e9
    journal = Journal(path, now=lambda: now)
    journal.put(image(id="abandoned"))
    for number in range(5):
        now += 1
        journal.put(image(id=f"done {number}", finished=True))
    assert {task.id for task in journal.find()} == {"abandoned", "done 2", "done 3", "done 4"}
    now += 91 * 86400
    journal.put(image(id="new"))
    assert {task.id for task in journal.find(unfinished=True)} == {"new"}


def test_a_later_word_of_a_task_keeps_when_it_was_begun(path: Path) -> None:
    now = 1e9
    journal = Journal(path, now=lambda: now)
    task = journal.put(image())
    now += 5
    journal.put(replace(task, state="RUNNING"))
    [found] = journal.find()
    assert (found.created, found.changed, found.state) == (1e9, 1e9 + 5, "RUNNING")


def test_the_loop_runs_on_while_another_kernel_holds_the_file(path: Path) -> None:
    painter = Painter(Tasks(path), DONE)
    Journal(path).put(image(id="old"))

    async def main() -> float:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            painting = asyncio.create_task(all_of(painter.paint("t1")))
            longest, last = 0.0, time.perf_counter()
            for _ in range(20):
                await asyncio.sleep(0.005)
                longest, last = max(longest, time.perf_counter() - last), time.perf_counter()
            assert not painting.done()
            other.execute("ROLLBACK")
        await painting
        return longest

    # The busy kernel was waited for in a thread. A loop that waited for it would stand still for
    # all of ``BUSY``, since the file is given back on that same loop.
    assert asyncio.run(main()) < 0.9 * BUSY
    assert {task.id for task in rows(path)} == {"old", "t1"}
