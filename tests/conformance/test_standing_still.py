"""A process that stood still, as in a suspend: what came meanwhile is not late."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from byte_server import END, ByteServer, Script, eventually, streamed, whole
from services import SOPHNET_CHAT

import sophnet_jupyter
from sophnet_jupyter.time_limit import within

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="Windows stops nobody")

PACKAGE = Path(sophnet_jupyter.__file__).parent
REST = b"".join(streamed(SOPHNET_CHAT.text("more"), SOPHNET_CHAT.finish("stop"))[1:])
CHILD = """
import asyncio
from sophnet_jupyter import Client
from sophnet_jupyter.errors import SophNetError
from sophnet_jupyter.settings import Timeouts

async def main():
    limits = Timeouts(connect={connect}, between={between}, total={total})
    async with Client("sk-a-made-up-key", {url!r}, model="m", timeouts=limits) as client:
        try:
            print((await client.chat.create("hi", stream={streams})).text)
        except SophNetError as error:
            print(type(error).__name__, error)

asyncio.run(main())
"""


def stopped(server: ByteServer, seconds: float, **limits: object) -> str:
    """What a child prints that stands still from its first request on."""
    streams = limits.pop("streams", True)
    code = CHILD.format(
        **{"connect": 5, "between": 5, "total": 60} | limits, url=server.url, streams=streams
    )
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    with child:
        eventually(lambda: server.requests, within=60)
        os.kill(child.pid, signal.SIGSTOP)
        time.sleep(seconds)
        os.kill(child.pid, signal.SIGCONT)
        return child.communicate(timeout=120)[0]


LIMITS = {
    "between two chunks": {"between": 2.0},
    "in all": {"total": 2.0},
    "in all, of an answer in one piece": {"total": 2.0, "streams": False},
    "before the head": {"between": 2.0, "streams": False},
}


@pytest.mark.parametrize("limits", LIMITS.values(), ids=LIMITS)
def test_what_came_while_the_process_stood_still_is_not_late(
    limits: dict[str, object], server: ByteServer
) -> None:
    slow: Script = [*streamed(SOPHNET_CHAT.text("some")), 0.2, REST, 0.2, END]
    server.play(
        slow if limits.get("streams", True) else [0.2, *whole(SOPHNET_CHAT.body("some more"))]
    )
    said = stopped(server, 2.5, **limits)
    assert "some" in said, said
    assert "more" in said, said
    assert "TimedOut" not in said


def test_a_service_that_is_silent_is_still_told_after_a_stop(server: ByteServer) -> None:
    server.play([*streamed(SOPHNET_CHAT.text("some")), 20.0, REST, END])
    assert "TimedOut" in stopped(server, 0.8, between=0.5)


@pytest.mark.anyio
async def test_a_limit_gives_back_what_the_loop_lost() -> None:
    came = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_later(0.3, came.set_result, "it")

    async def waited() -> str:
        async with within(0.2):
            return str(await came)

    task = asyncio.create_task(waited())
    await asyncio.sleep(0)
    # As code does that holds the interpreter.
    time.sleep(0.5)  # noqa: ASYNC251
    assert await task == "it"


@pytest.mark.anyio
async def test_a_limit_ends_what_never_comes() -> None:
    with pytest.raises(TimeoutError):
        async with within(0.01):
            await asyncio.Event().wait()
    async with within(None), within(60):
        await asyncio.sleep(0)


@pytest.mark.anyio
async def test_a_limit_that_was_lifted_ends_nothing() -> None:
    async with within(0.01) as limit:
        limit.lift()
        await asyncio.sleep(0.1)
    assert not limit.passed


# Where nobody is waited for whose words would be lost.
OF_OUR_OWN = {"time_limit.py", "wire/http/http.py", "wire/stream/stream.py"}
COUNTS_A_SUSPEND = re.compile(r"asyncio\.(timeout|timeout_at|wait_for)\(")


def test_no_limit_on_what_others_do_counts_a_suspend() -> None:
    found = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if path.relative_to(PACKAGE).parts[0] != "sandbox"
        and COUNTS_A_SUSPEND.search(path.read_text("utf-8"))
    }
    assert found == OF_OUR_OWN
