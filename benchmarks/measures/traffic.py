"""What an answer of 4,000 tokens puts on the kernel's iopub socket, and what drawing it costs."""

from __future__ import annotations

from collections.abc import Iterator

from ..answer import tokens
from ..kernel import Cell, Kernel, kernel
from ..processes import Server
from ..result import OURS, Goal, Result
from ..rounds import interleaved

TOKENS = 4_000
NAIVELY = "update(Markdown(all)) per token"

# As the tutorials do it. What it sends does not depend on the pace, so it need not take its time.
NAIVE = """
import time
from IPython.display import Markdown, display
handle, whole = display(Markdown(""), display_id=True), ""
for token in {tokens!r}:
    whole += token
    handle.update(Markdown(whole))
    time.sleep(.001)
"""


def measure(*, full: bool) -> Iterator[Result]:
    rates = (50, 100, 200) if full else (100,)
    with Server() as server:
        for rate in rates:
            yield from _at(server, rate)


def _at(server: Server, rate: int) -> Iterator[Result]:
    with kernel(server.url(rate=rate)) as ours, kernel() as naive:
        ours.run("%load_ext sophnet_jupyter")
        # Shown once before, so that no import is part of it.
        ours.run("%sophchat --max-tokens 5 warm up")
        prompt = f"%%sophchat --max-tokens {TOKENS}\nTell me the story of the lamp."
        takes = {
            OURS: lambda: _sent(ours, prompt),
            NAIVELY: lambda: _sent(naive, NAIVE.format(tokens=tokens(TOKENS))),
        }
        found = interleaved(takes, 1, warm_up=False)
        answered = ours.value("_.text")
    assert answered == "".join(tokens(TOKENS)), "the answer is not the one that was sent"
    whole = f"of {TOKENS:,} tokens at {rate}/s"
    goal = Goal(most=1.2) if rate == 100 else None
    yield Result(measure=f"iopub {whole}", unit="MB", samples=found["bytes"], goal=goal)
    yield Result(measure="its messages", unit="", samples=found["messages"])
    yield Result(measure="its CPU in the kernel", unit="s", samples=found["cpu"])


def _sent(running: Kernel, code: str) -> dict[str, float]:
    before = _cpu(running)
    cell: Cell = running.run(code)
    return {
        "bytes": cell.bytes / 1e6,
        "messages": cell.messages,
        "cpu": _cpu(running) - before,
    }


def _cpu(running: Kernel) -> float:
    return float(running.value("__import__('time').process_time()"))
