from __future__ import annotations

import asyncio
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from sophnet_jupyter.errors import KeyRejected
from sophnet_jupyter.providers.tasks import intents
from sophnet_jupyter.providers.tasks.intents import LONGEST, is_left
from sophnet_jupyter.providers.tasks.journal import Task
from sophnet_jupyter.providers.tasks.tasks import Kind, Tasks

KEY = "sk-canary-0123456789abcdef"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "tasks.sqlite"


def opened(path: Path) -> Tasks:
    async def resume(task: Task):  # type: ignore[no-untyped-def]
        yield

    tasks = Tasks(path, scrub=lambda text: text.replace(KEY, "‹key›"))
    tasks.register("image", Kind(service="S", origin="o", resume=resume))
    return tasks


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from sophnet_jupyter.providers.tasks.tasks import Kind, Tasks

async def main():
    tasks = Tasks(Path(sys.argv[1]))
    tasks.register("image", Kind(service="S", origin="o", resume=None))
    async with tasks.intent("image", asked="a fox") as intent:
        # The service has answered; nothing of it is written down yet.
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))

asyncio.run(main())
"""


def test_a_kill_between_a_paid_answer_and_its_note_is_told_at_the_next_start(path: Path) -> None:
    assert subprocess.run([sys.executable, "-c", KILLED, str(path)], timeout=60).returncode != 0
    [said] = asyncio.run(opened(path).left())
    assert "S may work on a task of the kind 'image' (a fox)" in said
    assert asyncio.run(opened(path).left()) == []


def test_a_next_paid_request_tells_of_it_too(path: Path) -> None:
    subprocess.run([sys.executable, "-c", KILLED, str(path)], timeout=60)
    tasks = opened(path)

    async def ask() -> None:
        async with tasks.intent("image") as intent:
            await tasks.note(tasks.new("image", "t1"), intent)

    asyncio.run(ask())
    assert "(a fox)" in tasks.unheard()[0]


def test_a_request_that_is_under_way_in_a_living_kernel_is_not_told(path: Path) -> None:
    async def ask() -> list[str]:
        async with opened(path).intent("image", asked=KEY):
            return await opened(path).left()

    assert asyncio.run(ask()) == []
    assert KEY.encode() not in path.read_bytes()


def test_a_task_that_is_noted_settles_its_request(path: Path) -> None:
    tasks = opened(path)

    async def ask() -> None:
        async with tasks.intent("image") as intent:
            await tasks.note(tasks.new("image", "t1"), intent)

    asyncio.run(ask())
    assert tasks._journal.take_intents(lambda _: True) == ()


def test_a_request_that_the_service_refused_is_settled(path: Path) -> None:
    tasks = opened(path)

    async def ask() -> None:
        async with tasks.intent("image"):
            raise KeyRejected(service="S", status=401, message="no")

    with pytest.raises(KeyRejected):
        asyncio.run(ask())
    assert tasks._journal.take_intents(lambda _: True) == ()


def test_a_request_whose_answer_nobody_waited_for_is_told_in_the_same_kernel(path: Path) -> None:
    tasks = opened(path)

    async def main() -> None:
        asked = asyncio.Event()

        async def ask() -> None:
            async with tasks.intent("image", asked="a fox"):
                asked.set()
                await asyncio.Event().wait()

        asking = asyncio.create_task(ask())
        await asked.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking

    asyncio.run(main())
    assert "a fox" in asyncio.run(tasks.left())[0]


def test_who_is_gone_is_told_from_who_is_there() -> None:
    mine = replace(intents.intent("S", "image", ""), at=time.time())
    assert not is_left(mine)
    assert is_left(replace(mine, process=0))
    assert is_left(replace(mine, at=mine.at - LONGEST - 1))
    assert is_left(replace(mine, id="another-1-0"))
    assert not is_left(replace(mine, host=platform.node() + "-other", process=2**22 + 1))
    if os.name == "posix":
        assert not is_left(replace(mine, id="x", process=os.getppid()))
        assert is_left(replace(mine, id="x", process=2**22 + 1))
