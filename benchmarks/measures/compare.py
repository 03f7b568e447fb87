"""Eight answers side by side in a cell: how much longer than the slowest, and what is sent."""

from __future__ import annotations

from collections.abc import Iterator

from ..kernel import Kernel, kernel
from ..processes import Server
from ..result import OURS, Goal, Result

COLUMNS, TOKENS, RATE = 8, 330, 40


def measure(*, full: bool) -> Iterator[Result]:
    with Server() as server, kernel(server.url(rate=RATE)) as ours:
        ours.run("%load_ext sophnet_jupyter")
        # Shown once before, so that no import is part of it.
        ours.run("%sophchat -m warm,up --max-tokens 5 warm up")
        found = [_compared(ours) for _ in range(3 if full else 1)]
    said = f"{COLUMNS} answers of {TOKENS} tokens side by side"
    goals = {"ratio": ("", 1.1), "messages": ("", 400), "bytes": ("MB", 0.6)}
    words = {"ratio": "all / slowest", "messages": "iopub messages", "bytes": "iopub"}
    for figure, (unit, most) in goals.items():
        samples = {OURS: [one[figure] for one in found]}
        goal = Goal(most=most)
        yield Result(measure=f"{said}: {words[figure]}", unit=unit, samples=samples, goal=goal)


def _compared(running: Kernel) -> dict[str, float]:
    models = ",".join(f"model-{number}" for number in range(COLUMNS))
    line = f"%%sophchat -m {models} -o c --max-tokens {TOKENS}"
    timed = "import time; began = time.perf_counter(); get_ipython().run_cell_magic"
    cell = running.run(
        f"{timed}('sophchat', {line.removeprefix('%%sophchat ')!r}, 'Tell me a story.\\n')\n"
        "took = time.perf_counter() - began"
    )
    assert running.value("len({one.text for one in c})") == 1, "the answers are not equal"
    return {
        "ratio": float(running.value("took / max(one.timing.total for one in c)")),
        "messages": cell.messages,
        "bytes": cell.bytes / 1e6,
    }
