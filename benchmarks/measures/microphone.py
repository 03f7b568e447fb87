"""Sound from the browser to the kernel: frames that lack or are late, whatever the kernel does."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from ..lab import Lab, lab
from ..result import OURS, Goal, Missing, Result
from ..rounds import skip

# Frames a second, and the share of those of a while that have to come within it.
FRAMES = 10
SHARE = 95
SETUP = """
import time
from sophnet_jupyter import Microphone
from sophnet_jupyter.widgets.take import Take
frames, add = [], Take.add
def noting(self, seq, captured, now, data):
    # Both clocks are this machine's.
    frames.append((seq, now - captured))
    add(self, seq, captured, now, data)
Take.add = noting
mic = Microphone()
mic
"""
COMPUTE = """
end = time.monotonic() + {seconds}
while time.monotonic() < end:
    sum(range(1000))
"""
WHILES = {
    "idle": "",
    "sleeping": "time.sleep({seconds})",
    "publishing": "mic.title += '.'; mic.send({{}}); time.sleep({seconds})",
    "computing": COMPUTE,
}
# Milliseconds.
GOALS = {"idle": 40, "computing": 160}


class While(NamedTuple):
    """What came in a while: how long each frame took, in milliseconds, and what of it was wrong."""

    late: list[float]
    astray: int
    share: float


def measure(*, full: bool) -> Iterator[Result]:
    seconds = 60 if full else 10
    found: dict[str, While] = {}
    try:
        with lab(SETUP) as running:
            _begin(running)
            for name, code in WHILES.items():
                found[name] = _while(running, code, seconds)
    except Missing as reason:
        skip("microphone", reason)
        return
    astray = [float(each.astray) for each in found.values()]
    yield Result(
        measure="microphone frames lost or out of order",
        unit="",
        samples={OURS: [sum(astray)]},
        goal=Goal(most=0),
    )
    for name, each in found.items():
        p95 = statistics.quantiles(each.late, n=20)[18] if len(each.late) > 1 else float("inf")
        goal = Goal(most=GOALS[name]) if name in GOALS else None
        yield Result(
            measure=f"browser to kernel p95, {name}", unit="ms", samples={OURS: [p95]}, goal=goal
        )
        yield Result(
            measure=f"frames too late, {name}",
            unit="%",
            samples={OURS: [max(0.0, 100 - 100 * each.share)]},
            goal=Goal(most=100 - SHARE),
        )


def _begin(running: Lab) -> None:
    page = running.page
    page.locator(".sophnet-microphone").get_by_role("button", name="Start").click()
    page.locator(".sophnet-microphone[data-phase=listening]").wait_for(timeout=60_000)
    # The first frames wait for the way to be opened.
    page.wait_for_timeout(3000)


def _while(running: Lab, code: str, seconds: float) -> While:
    if code:
        timed = "begin, first = time.monotonic(), len(frames)\n" + code.format(seconds=seconds)
        running.run(f"{timed}\nlasted, last = time.monotonic() - begin, len(frames)")
    else:
        running.run("begin, first = time.monotonic(), len(frames)")
        running.page.wait_for_timeout(1000 * seconds)
        running.run("lasted, last = time.monotonic() - begin, len(frames)")
    lasted, came = running.value("(lasted, frames[first:last])")
    astray = sum(after[0] != before[0] + 1 for before, after in pairwise(came))
    share = len(came) / (FRAMES * lasted)
    return While(late=[late for _, late in came], astray=astray, share=share)
