"""The same magics in a terminal."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from contextlib import suppress

import pytest

from ..waiting import WITHIN

pty = pytest.importorskip("pty")
fcntl = pytest.importorskip("fcntl")
termios = pytest.importorskip("termios")
select = pytest.importorskip("select")

pytestmark = pytest.mark.kernel

# Everything that a terminal obeys instead of showing it.
CONTROLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b.|[\x00-\x08\x0b-\x1f\x7f-\x9f]")
OURS = {"\x1b[2m", "\x1b[0m", "\r"}


class Terminal:
    """IPython in a terminal, and somebody who types into it."""

    def __init__(self, environment, *options):
        self.screen, inside = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "IPython", *options, "--colors=NoColor", "--no-banner"],
            stdin=inside,
            stdout=inside,
            stderr=inside,
            env=environment,
            start_new_session=True,
            # Ctrl-C reaches the processes of the terminal they belong to.
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(inside)
        self.shown = ""

    def type(self, text, *, until="\nIn ["):
        """Type, and return what is shown up to and including ``until``."""
        begin = len(self.shown)
        os.write(self.screen, text.encode())
        self.wait(until, begin)
        return self.shown[begin:]

    def wait(self, text, begin=0, within=WITHIN, *, words=False):
        """Wait until it is shown; with ``words`` whatever orders to the screen stand between."""
        deadline = time.monotonic() + within
        while text not in (CONTROLS.sub("", self.shown[begin:]) if words else self.shown[begin:]):
            assert time.monotonic() < deadline, self.shown
            if select.select([self.screen], [], [], 0.1)[0]:
                self.shown += os.read(self.screen, 65536).decode("utf-8", "replace")

    def close(self):
        self.process.kill()
        self.process.wait()
        with suppress(OSError):
            os.close(self.screen)


@pytest.fixture(scope="module")
def shared_terminal(environment, running_sandbox):
    settings = {"SOPHNET_SANDBOX_URL": running_sandbox.root, "TERM": "dumb", "COLUMNS": "200"}
    terminal = Terminal(environment(**settings), "--simple-prompt")
    try:
        terminal.wait("In [1]: ")
        terminal.type("%load_ext sophnet_jupyter\n")
        yield terminal
    finally:
        terminal.close()


@pytest.fixture
def terminal(shared_terminal, sandbox):
    return shared_terminal


def test_tab_completes_an_option_where_somebody_types(environment, running_sandbox):
    settings = {"SOPHNET_SANDBOX_URL": running_sandbox.root, "TERM": "xterm"}
    terminal = Terminal(environment(PROMPT_TOOLKIT_NO_CPR="1", **settings))
    try:
        terminal.wait("In [")
        terminal.type("%load_ext sophnet_jupyter\n", until="%sophnet help")
        begin = len(terminal.shown)
        os.write(terminal.screen, b"%sophchat --mo\t")
        terminal.wait("%sophchat --model", begin, words=True)
        terminal.type(" Tabbed-7B Count to 3\r", until="1, 2, 3")
        assert running_sandbox.seen()[-1]["body"]["model"] == "Tabbed-7B"
    finally:
        terminal.close()


def test_an_answer_streams_and_its_result_is_one_line(terminal):
    asked = terminal.type("%sophchat Count to 500\n", until="9, 10")
    assert "499, 500" not in asked
    terminal.wait("\nIn [", len(terminal.shown) - 1)
    shown = asked + terminal.shown.rpartition(asked)[2]
    assert shown.count("499, 500.") == 1
    result = [line for line in shown.splitlines() if re.match(r"Out\[\d+\]: ", line)]
    assert len(result) == 1
    assert "<Response '1, 2, 3" in result[0]
    assert "✓ complete" in shown


def test_thoughts_stand_above_the_answer_in_grey(terminal):
    shown = terminal.type("%sophchat --think Count to 20\n")
    thought = shown.index("\x1b[2mthinking: The user writes")
    assert thought < shown.index("\x1b[0m", thought) < shown.index("19, 20.")


def test_nothing_that_a_model_says_reaches_the_terminal_as_a_command(terminal):
    terminal.type(r"evil = '\x1b]0;title\x07 \x1b[31mred \x1b[2J \x9b1m \x08 end-of-evil'" + "\n")
    shown = terminal.type("%sophchat --think {evil}\n")
    assert "end-of-evil" in shown
    assert set(CONTROLS.findall(shown)) <= OURS
    assert set(CONTROLS.findall(terminal.type("_\n"))) <= OURS


def test_an_interrupt_stops_with_one_line(terminal, sandbox, eventually):
    terminal.type("%sophchat Count to 9000\n", until="49, 50")
    shown = terminal.type("\x03")
    assert shown.count("Stopped: interrupted; the part that had arrived is kept in `_`.") == 1
    assert "Traceback" not in shown
    assert "KeyboardInterrupt" not in shown
    assert "■ stopped" in shown
    assert "'stopped'" in terminal.type("_.ending\n")
    eventually(lambda: sandbox.seen()[0]["ended"] == "hung up")
    assert "19, 20." in terminal.type("%sophchat Count to 20\n")


def test_a_question_is_no_call_for_help(terminal, sandbox):
    assert "42" in terminal.type("%sophchat What is 6*7?\n")
    assert sandbox.prompts() == ["What is 6*7?"]


def test_tables_are_text(terminal):
    shown = terminal.type("%sophnet\n")
    assert "no real model" in shown
    assert "<table>" not in shown


def test_long_work_is_one_line_with_its_state_time_and_task_and_an_interrupt_ends_it(
    terminal, sandbox
):
    shown = terminal.type("%imagine --seed 7 a red fox\n")
    assert re.search(r"(queue|running) … · \d+\.\d s · task \w", shown)
    assert "[image 1] a red fox" in shown
    assert "✓ complete" in shown
    terminal.type("%imagine --seed 8 a hen\n", until="· task ")
    with sandbox.still():
        shown = terminal.type("\x03")
    assert "The service goes on with the task" in shown
    assert shown.count("Stopped: ") == 1
    assert "Traceback" not in shown
