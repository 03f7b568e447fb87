"""A process that was forked off a kernel, and threads that ask at once."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.kernel

FORKED = """
import os, sys, time
%sophchat -o before What is 17 * 23?
read, write = os.pipe()
child = os.fork()
if child == 0:
    try:
        get_ipython().run_line_magic("sophchat", "-o after What is 18 * 23?")
        said = get_ipython().user_ns["after"].text
    except BaseException as error:
        said = repr(error)
    os.write(write, said.encode())
    os._exit(0)
os.close(write)
deadline = time.monotonic() + 50
while time.monotonic() < deadline and os.waitpid(child, os.WNOHANG) == (0, 0):
    time.sleep(0.05)
else:
    if time.monotonic() >= deadline:
        os.kill(child, 9)
said = os.read(read, 10_000).decode()
"""
THREADS = """
import threading
from sophnet_jupyter.kernel import loop
start = threading.Barrier(16)
found = []
def ask():
    start.wait()
    found.append(loop.loop())
threads = [threading.Thread(target=ask) for _ in range(16)]
_ = [thread.start() for thread in threads], [thread.join() for thread in threads]
"""


@pytest.mark.filterwarnings("ignore")
def test_a_magic_in_a_forked_child_answers(kernel: Any) -> None:
    outcome = kernel.run(FORKED)
    assert outcome.status == "ok", outcome.reply
    assert "414" in kernel.value("said")


def test_sixteen_threads_that_ask_at_once_share_one_loop(start_kernel: Any) -> None:
    with start_kernel(load=False) as kernel:
        assert kernel.run(THREADS).status == "ok"
        assert kernel.value("len({id(each) for each in found})") == 1
        names = "[thread.name for thread in threading.enumerate()].count('sophnet')"
        assert kernel.value(names) == 1
