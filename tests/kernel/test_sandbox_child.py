"""The sandbox that a kernel without a key starts: one, robust, and gone with its kernel."""

from __future__ import annotations

import os
import signal
import socket
import sys
from urllib.parse import urlsplit

import pytest

pytestmark = pytest.mark.kernel

IMPORT = "import os, sys, threading, signal; from sophnet_jupyter.client import sandbox"


def listens(url):
    parts = urlsplit(url)
    with socket.socket() as probe:
        return probe.connect_ex((parts.hostname, parts.port)) == 0


@pytest.fixture(scope="module")
def keyless(start_kernel):
    """A kernel without any settings, as a new user has it."""
    with start_kernel() as kernel:
        kernel.run(IMPORT)
        yield kernel


@pytest.fixture
def url(keyless):
    """The address of its sandbox."""
    assert keyless.run("%sophchat Count to 5").status == "ok"
    return keyless.value("sandbox.running()")


def shut_down(kernel):
    kernel.manager.shutdown_kernel(now=False)


def restart(kernel):
    kernel.manager.restart_kernel(now=False)


def kill(kernel):
    os.kill(kernel.pid, signal.SIGKILL)


def leave(kernel):
    kernel.client.execute("os._exit(1)")


def kill_with_a_fork_alive(kernel):
    # The fork inherits the pipe by whose end the sandbox knows.
    kernel.run("if not os.fork(): import time; time.sleep(5); os._exit(0)")
    kill(kernel)


@pytest.mark.parametrize("end", [shut_down, restart, kill, leave, kill_with_a_fork_alive])
def test_it_ends_with_its_kernel(start_kernel, eventually, end):
    with start_kernel() as kernel:
        kernel.run(IMPORT)
        url = kernel.value("sandbox.address()")
        assert listens(url)
        end(kernel)
        eventually(lambda: not listens(url))


def test_it_does_not_start_before_it_is_needed(start_kernel):
    with start_kernel() as kernel:
        cells = [kernel.run(IMPORT), kernel.run("%sophnet"), kernel.run("%sophnet help")]
        assert [cell.status for cell in cells] == ["ok"] * 3
        assert kernel.value("sandbox.running()") is None


def test_interrupts_do_not_end_it(keyless, url):
    for _ in range(2):
        cell = keyless.run(
            "%sophchat Count to 900", interrupt_after=lambda cell: len(cell.updates) > 2
        )
        assert cell.errors[0]["ename"] == "Stopped"
    assert keyless.value("sandbox.running()") == url
    assert listens(url)


def test_there_is_one_however_many_threads_ask(start_kernel):
    with start_kernel() as kernel:
        kernel.run(f"""
{IMPORT}
urls, starts, start = [], [], sandbox._start
sandbox._start = lambda: starts.append(1) or start()
threads = [threading.Thread(target=lambda: urls.append(sandbox.address())) for _ in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
""")
        assert kernel.value("(len(urls), len(set(urls)), len(starts))") == (8, 1, 1)


def test_a_reload_keeps_it(keyless, url):
    keyless.run("import importlib; importlib.reload(sandbox)")
    assert keyless.value("sandbox.address()") == url


def test_a_killed_one_is_replaced_by_the_next_cell(keyless, url):
    keyless.run("sandbox._child.process.kill(); sandbox._child.process.wait()")
    assert not listens(url)
    assert keyless.value("sandbox.running()") is None
    cell = keyless.run("%sophchat Count to 5")
    assert "4, 5." in cell.text
    assert keyless.value("sandbox.running()") != url


def test_forks_of_the_kernel_leave_it_alone(keyless, url):
    keyless.run("import multiprocessing")
    code = (
        "with multiprocessing.get_context('fork').Pool(2) as pool: squares = pool.map(abs, [-3, 2])"
    )
    assert keyless.run(code).status == "ok"
    assert keyless.value("squares") == [3, 2]
    assert keyless.value("sandbox.running()") == url
    assert "4, 5." in keyless.run("%sophchat Count to 5").text


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_it_is_not_held_up_by_what_it_reports(keyless, url):
    # Nobody reads its standard error, to which it reports a fault of its own.
    keyless.run("""
with open(f"/proc/{sandbox._child.process.pid}/fd/2", "wb") as stderr:
    written = stderr.write(b"x" * 300_000)
""")
    assert keyless.value("written") == 300_000
    assert "4, 5." in keyless.run("%sophchat Count to 5").text
    assert keyless.value("sandbox.running()") == url


def test_files_of_the_notebook_folder_do_not_get_in_its_way(start_kernel, tmp_path):
    for name in ("uvicorn.py", "starlette.py", "secrets.py"):
        (tmp_path / name).write_text("raise SystemExit('the file of the user')")
    with start_kernel(cwd=tmp_path) as kernel:
        assert "4, 5." in kernel.run("%sophchat Count to 5").text


@pytest.mark.parametrize(
    ("command", "reason"),
    [("/nowhere/python", "it is not there"), ("/bin/false", "without a word")],
)
def test_one_that_cannot_start_takes_one_line(start_kernel, command, reason):
    with start_kernel() as kernel:
        kernel.run(f"import sys; sys.executable = {command!r}")
        cell = kernel.run("%sophchat Count to 5")
        [line] = cell.errors[0]["traceback"]
        assert line.startswith("SandboxFailed: The sandbox did not start: ")
        assert reason in line
        assert "SOPHNET_API_KEY" in line
