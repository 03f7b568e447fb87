"""Sound from the browser to the kernel: frames that lack or are late, whatever the kernel does."""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Iterable, Iterator
from itertools import pairwise
from tempfile import TemporaryDirectory
from typing import NamedTuple

from ..lab import Lab, lab
from ..result import OURS, Goal, Missing, Result
from ..rounds import skip

# Frames a second, and the share of those of a while that have to come within it.
FRAMES = 10
SHARE = 95
# It routes what the browser sends otherwise than the releases after it.
OLDER = "7.3.0"
SETUP = """
import time
import ipykernel
import ipywidgets
from sophnet_jupyter import Microphone
from sophnet_jupyter.widgets.hearing.take import Take
frames, add = [], Take.add
def noting(self, seq, captured, now, data):
    # Both clocks are this machine's.
    frames.append((seq, now - captured))
    return add(self, seq, captured, now, data)
Take.add = noting
slow, seconds = ipywidgets.Button(description="slow"), 0
slow.on_click(lambda _: time.sleep(seconds))
display(slow)
mic = Microphone()
mic
"""
COMPUTE = """
end = time.monotonic() + {seconds}
while time.monotonic() < end:
    sum(range(1000))
"""
# What the kernel does meanwhile. The callback of another widget runs where all widgets' do.
WHILES = {
    "idle": "",
    "sleeping": "time.sleep({seconds})",
    "publishing": "mic.title += '.'; mic.send({{}}); time.sleep({seconds})",
    "callback": "",
    "computing": COMPUTE,
}
BLOCKED = ("sleeping", "publishing", "callback")
# Milliseconds.
GOALS = {"idle": 40, "computing": 160}


class While(NamedTuple):
    """What came in a while: how long each frame took, in milliseconds, and what share of them."""

    late: list[float]
    share: float


def measure(*, full: bool) -> Iterator[Result]:
    try:
        with lab(SETUP) as running:
            yield from _in_time(running, full=full)
            yield _at_worst(running, forbidden=True, full=full)
        if full:
            with TemporaryDirectory() as folder:
                _install_older(folder)
                with lab(SETUP, PYTHONPATH=folder) as running:
                    for forbidden in (False, True):
                        yield _at_worst(running, forbidden=forbidden, full=full)
    except Missing as reason:
        skip("microphone", reason)


def _in_time(running: Lab, *, full: bool) -> Iterator[Result]:
    """Each while by itself, and whether any frame was lost in all of them together."""
    _begin(running)
    found = {name: _while(running, name, _seconds(name, full=full)) for name in WHILES}
    _end(running)
    yield Result(
        measure="microphone frames lost or out of order",
        unit="",
        samples={OURS: [_astray(running.value("[seq for seq, _ in frames]"))]},
        goal=Goal(most=0),
    )
    for name, each in found.items():
        p95 = statistics.quantiles(each.late, n=20)[18] if len(each.late) > 1 else float("inf")
        goal = Goal(most=GOALS[name]) if name in GOALS else None
        yield Result(
            measure=f"browser to kernel p95, {name}", unit="ms", samples={OURS: [p95]}, goal=goal
        )
        yield _too_late(name, [each])


def _at_worst(running: Lab, *, forbidden: bool, full: bool) -> Result:
    """The worst of what can block a shell, also where the setting forbids subshells."""
    name = f"ipykernel {running.value('ipykernel.__version__')}"
    if forbidden:
        running.forbid_subshells()
        name += ", subshells forbidden"
    _begin(running)
    # The one that a shell forgets its subshell by.
    names = BLOCKED if full else ("publishing",)
    found = [_while(running, each, _seconds(each, full=full)) for each in names]
    _end(running)
    return _too_late(name, found)


def _too_late(name: str, found: Iterable[While]) -> Result:
    share = min(each.share for each in found)
    return Result(
        measure=f"frames too late, {name}",
        unit="%",
        samples={OURS: [max(0.0, 100 - 100 * share)]},
        goal=Goal(most=100 - SHARE),
    )


def _seconds(name: str, *, full: bool) -> float:
    if name == "idle":
        return 60 if full else 8
    return 20 if full else 4


def _begin(running: Lab) -> None:
    page = running.page
    running.run("frames.clear()")
    page.locator(".sophnet-microphone").get_by_role("button", name="Start").click()
    page.locator(".sophnet-microphone[data-phase=listening]").wait_for(timeout=60_000)
    # The first frames wait for the way to be opened.
    page.wait_for_timeout(3000)


def _end(running: Lab) -> None:
    page = running.page
    page.locator(".sophnet-microphone").get_by_role("button", name="Stop").click()
    page.locator(".sophnet-microphone[data-phase=ready]").wait_for(timeout=60_000)


def _while(running: Lab, name: str, seconds: float) -> While:
    begin = f"seconds = {seconds}; begin, first = time.monotonic(), len(frames)"
    end = "lasted, last = time.monotonic() - begin, len(frames)"
    if code := WHILES[name]:
        running.run(f"{begin}\n{code.format(seconds=seconds)}\n{end}")
    else:
        running.run(begin)
        if name == "callback":
            running.page.get_by_role("button", name="slow").click()
        running.page.wait_for_timeout(1000 * seconds)
        running.run(end)
    lasted, late = running.value("(lasted, [late for _, late in frames[first:last]])")
    return While(late=late, share=len(late) / (FRAMES * lasted))


def _astray(sequence: list[int]) -> float:
    """How many frames are missing from its beginning on, or came behind a later one."""
    backward = sum(after <= before for before, after in pairwise(sequence))
    missing = max(sequence, default=-1) + 1 - len(set(sequence))
    return float(backward + missing)


def _install_older(folder: str) -> None:
    """Put an ipykernel into this folder. Raises `Missing` where pip cannot."""
    command = [*(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps")]
    try:
        subprocess.run(
            [*command, "--target", folder, f"ipykernel=={OLDER}"],
            check=True,
            timeout=120,
            capture_output=True,
        )
    except (subprocess.SubprocessError, OSError):
        raise Missing(f"ipykernel {OLDER} cannot be installed here") from None
