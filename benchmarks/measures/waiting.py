"""What it costs to wait for a hundred tasks at once: connections, and CPU from the first look."""

from __future__ import annotations

import json
from collections.abc import Iterator
from tempfile import TemporaryDirectory
from urllib.request import ProxyHandler, build_opener

from ..processes import Server, Worker
from ..result import OURS, Goal, Result
from ..rounds import interleaved
from ..worker import BEGUN

TASKS = 100


def measure(*, full: bool) -> Iterator[Result]:
    rounds, seconds = (5, 60.0) if full else (3, 6.0)
    found = interleaved({OURS: lambda: _waited(seconds)}, rounds, warm_up=False)
    waited = f"waiting for {TASKS} tasks"
    goals = {"connections": ("", 4), "cpu": ("% of a core", 1), "looks": ("a second", None)}
    for figure, (unit, most) in goals.items():
        goal = None if most is None else Goal(most=most)
        yield Result(measure=f"{waited}: {figure}", unit=unit, samples=found[figure], goal=goal)


def _waited(seconds: float) -> dict[str, float]:
    # A journal of its own, so that no task of the developer's stands in it or is looked at.
    with TemporaryDirectory() as folder, Server() as server:
        with Worker(OURS, SOPHNET_DATA_DIR=folder) as worker:
            found = worker.ask("wait", url=server.url(), tasks=TASKS, seconds=seconds)
        opener = build_opener(ProxyHandler({}))
        with opener.open(f"{server.root}/connections", timeout=5) as answer:
            counted = json.load(answer)
    return {
        **found,
        "connections": float(counted["looked"]),
        "looks": counted["looks"] / (seconds + BEGUN),
    }
