"""A run whose process is killed, and that is gone on with by the next: nothing is lost."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

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
    with start_sandbox("--first-token", "0.2", "--tokens-per-second", "0") as sandbox:
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
