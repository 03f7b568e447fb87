"""A run whose process is killed, and that is gone on with by the next: nothing is lost."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sophnet_jupyter.runs.run import MOST_AT_ONCE

ROWS, KILLS, BATCH = 300, 20, 16
RUN = f"""
import asyncio, sys
from sophnet_jupyter import Client, SettingsError
async def main():
    async with Client(api_key="sandbox", base_url=sys.argv[1]) as client:
        rows = [{{"n": n}} for n in range({ROWS})]
        def begin(resume):
            return client.chat.map("What is {{n}}*3?", rows, name="killed", resume=resume)
        try:
            run = begin(True)
        except SettingsError:
            run = begin(False)
        async for row in run:
            told = run.progress()
            print(told.done - told.kept, flush=True)
        whole = (run.to_frame()["ending"] == "complete").sum()
        print("whole", whole, run.usage.total_tokens > 0, *run.notes)
asyncio.run(main())
"""


def test_a_run_that_is_killed_at_twenty_random_moments_loses_nothing(
    start_sandbox: Callable[..., Any], tmp_path: Path
) -> None:
    chance = random.Random(7)
    # Of so many new rows each: they reach some half of all, and the rest is for the last.
    moments = [chance.randrange(0, ROWS // KILLS) for _ in range(KILLS)]
    environment = {**os.environ, "SOPHNET_DATA_DIR": str(tmp_path)}
    asked = 0
    with start_sandbox("--tokens-per-second", "0") as sandbox:

        def start() -> subprocess.Popen[str]:
            return subprocess.Popen(
                [sys.executable, "-c", RUN, sandbox.url],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env=environment,
            )

        for moment in moments:
            with start() as process:
                assert process.stdout
                for line in process.stdout:
                    if line.startswith("whole") or int(line) >= moment:
                        break
                process.kill()
            asked += len(sandbox.seen())
            sandbox.forget()
        with start() as process:
            said, error = process.communicate(timeout=120)
        last = len(sandbox.seen())
    assert f"whole {ROWS} True" in said, error[-2000:]
    assert last < ROWS, "what was answered before is not asked again"
    assert asked + last <= ROWS + KILLS * (MOST_AT_ONCE + BATCH)


def test_a_run_that_is_going_in_another_process_is_not_begun_twice(
    start_sandbox: Callable[..., Any], tmp_path: Path
) -> None:
    environment = {**os.environ, "SOPHNET_DATA_DIR": str(tmp_path)}
    with start_sandbox("--first-token", "2", "--tokens-per-second", "0") as sandbox:
        command = [sys.executable, "-c", RUN, sandbox.url]
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        with subprocess.Popen(command, text=True, env=environment, **pipes) as first:
            assert first.stdout
            first.stdout.readline()
            refused = RUN.replace("except SettingsError:", "except SettingsError as error:")
            refused = refused.replace("run = begin(False)", "sys.exit(str(error))")
            second = subprocess.run(
                [sys.executable, "-c", refused, sandbox.url],
                text=True,
                env=environment,
                capture_output=True,
                timeout=60,
            )
            first.kill()
    assert "is still going in another process" in second.stderr


TWICE = """
import os, signal, threading, time
from IPython.core.interactiveshell import InteractiveShell
from sophnet_jupyter.magics import extension
from sophnet_jupyter.runs.known import find
shell = InteractiveShell()
extension.load(shell)
shell.user_ns["rows"] = [{"n": n} for n in range(40)]

def press():
    while not ((run := find("told")) and run.progress().done >= 3):
        time.sleep(0.005)
    os.kill(os.getpid(), signal.SIGINT)
    # While the first is answered: the run hangs up, and what is done is stored.
    while "told" not in shell.user_ns:
        time.sleep(0.0005)
        os.kill(os.getpid(), signal.SIGINT)

def ask(options):
    cell = f"%%sophchat --each rows -o told --concurrency 2 {options}\\nWhat is {{n}}*3?"
    return shell.run_cell(cell, store_history=True).error_in_exec

def hear(*_):
    # As Python hears it, but for a press that comes once all is stored.
    if "told" not in shell.user_ns:
        raise KeyboardInterrupt

signal.signal(signal.SIGINT, hear)
pressing = threading.Thread(target=press)
pressing.start()
error = ask("")
pressing.join()
done = [row["ending"] for row in shell.user_ns["told"]].count("complete")
print("stopped", type(error).__name__, 3 <= done < 40, flush=True)
error = ask("--resume")
print("resumed", error, [row["ending"] for row in shell.user_ns["told"]].count("complete"))
"""


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_an_interrupt_that_is_pressed_twice_loses_no_row_that_is_done(
    start_sandbox: Callable[..., Any], tmp_path: Path
) -> None:
    with start_sandbox("--tokens-per-second", "60") as sandbox:
        places = ("SOPHNET_DATA_DIR", "SOPHNET_CONFIG_DIR", "IPYTHONDIR")
        environment = {**os.environ, **dict.fromkeys(places, str(tmp_path))}
        done = subprocess.run(
            [sys.executable, "-c", TWICE],
            text=True,
            env={**environment, "SOPHNET_SANDBOX_URL": sandbox.root},
            capture_output=True,
            timeout=120,
        )
    assert "stopped RunStopped True" in done.stdout, done.stdout + done.stderr
    assert "resumed None 40" in done.stdout, done.stdout + done.stderr


FULL = """
import asyncio, resource, signal, sys
from sophnet_jupyter import Client
async def main():
    async with Client(api_key="sandbox", base_url=sys.argv[1], history=True) as client:
        history = client.history
        rows = [{"n": n} for n in range(120)]
        run = client.chat.map("What is {n}*3?", rows, name="full", resume="again" in sys.argv)
        count = 0
        async for row in run:
            count += 1
            if count == 20 and "again" not in sys.argv:
                # From here on no file of this process grows: as on a disk that is full.
                history.writer.flush()
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                size = history.path.stat().st_size
                resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        endings = list(run.to_frame()["ending"])
        print("whole", endings.count("complete"), run.state, run.progress().kept, *client.notices())
asyncio.run(main())
"""


@pytest.mark.skipif(os.name != "posix", reason="limits of POSIX")
def test_a_disk_that_is_full_in_the_middle_of_a_run_costs_no_answer_and_is_said(
    start_sandbox: Callable[..., Any], tmp_path: Path
) -> None:
    environment = {**os.environ, "SOPHNET_DATA_DIR": str(tmp_path)}
    said = []
    with start_sandbox("--tokens-per-second", "0") as sandbox:
        for words in ([], ["again"]):
            done = subprocess.run(
                [sys.executable, "-c", FULL, sandbox.url, *words],
                text=True,
                env=environment,
                capture_output=True,
                timeout=120,
            )
            said.append(done.stdout)
            assert "whole 120 done" in done.stdout, done.stderr[-2000:]
    assert "waits in this kernel's memory" in said[0]
    # With room again, a later run goes on from what was written before.
    assert int(said[1].split()[3]) >= 20
