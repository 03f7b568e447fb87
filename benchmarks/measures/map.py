"""A run over the rows of a table: its memory, the cost of a row, and what a kill costs."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator

from ..contenders import KEY
from ..processes import Sandbox, Worker, environment, side
from ..result import OURS, Goal, Result
from ..rounds import interleaved

MANY = 100_000
ROWS, KILLED_AT = 1000, 500
# Rows that were under way, and at most one batch of the store's writer.
TWICE = 32 + 16


def measure(*, full: bool) -> Iterator[Result]:
    memory = [_ours("memory", str(MANY))["memory"] for _ in range(3 if full else 1)]
    yield Result(
        measure=f"a run of {MANY:,} rows: memory over the table",
        unit="MB",
        samples={OURS: memory},
        goal=Goal(most=250),
    )
    takes = {OURS: _row, "openai": lambda: _peer("openai")}
    found = interleaved(takes, 3 if full else 1, warm_up=False)
    yield Result(
        measure="a row with its history kept: CPU",
        unit="ms",
        samples=found["cpu"],
        goal=Goal(times_less=1 / 0.6, than="openai"),
    )
    missed, twice = zip(*(_killed() for _ in range(3 if full else 1)), strict=True)
    what = f"killed at row {KILLED_AT} of {ROWS:,} and resumed"
    yield Result(
        measure=f"{what}: not answered", unit="", samples={OURS: list(missed)}, goal=Goal(most=0)
    )
    yield Result(
        measure=f"{what}: asked twice",
        unit="",
        samples={OURS: list(twice)},
        goal=Goal(most=TWICE),
    )


def _row() -> dict[str, float]:
    with Sandbox(KEY, seconds=0.3) as server, tempfile.TemporaryDirectory() as folder:
        return _ours("rows", server.url, str(ROWS), SOPHNET_DATA_DIR=folder)


def _peer(name: str) -> dict[str, float]:
    with Sandbox(KEY, seconds=0.3) as server, Worker(name) as worker:
        return worker.ask("rows", url=server.url, rows=ROWS, asked=32)


def _killed() -> tuple[float, float]:
    """Rows without an answer after a kill and a resume, and those that were sent twice."""
    with Sandbox(KEY, seconds=0.3) as server, tempfile.TemporaryDirectory() as folder:
        words = ("kept", server.url, str(ROWS))
        with _begun(*words, SOPHNET_DATA_DIR=folder) as process:
            assert process.stdout
            for line in process.stdout:
                if int(line) >= KILLED_AT:
                    break
            process.kill()
        with _begun(*words, SOPHNET_DATA_DIR=folder) as process:
            said, _ = process.communicate()
        *new, last = said.splitlines()
        asked_again = max((int(line) for line in new), default=0)
        return ROWS - json.loads(last)["complete"], max(0.0, KILLED_AT + asked_again - ROWS)


def _begun(*words: str, **variables: str) -> subprocess.Popen[str]:
    with side("client"):
        return subprocess.Popen(
            [sys.executable, "-m", "benchmarks.run_worker", *words],
            stdout=subprocess.PIPE,
            text=True,
            env=environment(**variables),
        )


def _ours(*words: str, **variables: str) -> dict[str, float]:
    with _begun(*words, **variables) as process:
        said, _ = process.communicate()
    found: dict[str, float] = json.loads(said.splitlines()[-1])
    return found
