"""
What reading a text costs as the text grows, measured in a process that can be ended.

Ratios of CPU time within one run are compared, never times: a busy machine is slow at both.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from .floods import FLOODS, Flood

# Twice the text may cost this many times as much: two, and room for what a clock cannot tell.
MOST = 2.6
# A measurement that is disturbed by other programs is taken again; the least of all is believed.
TRIES = 20
# Seconds of CPU below which the clock's own steps would be measured: what is so quick is repeated.
TICK = 0.0002
# Seconds of CPU that one text may take in a test: not a limit on parsing, which takes some
# thousandths of it, but the end of one that never ends.
LIFE = 2.0

UNENDED = f"did not end within {LIFE:g} s of CPU"
Sink = Callable[[str], object]


def growth(sink: Sink, flood: Flood, size: int, most: float = MOST) -> float:
    """
    How many times as much a text of twice the size costs: 2 for one that is read once.

    Measured again while it is above ``most``.
    """
    small, large = flood(size), flood(2 * size)
    if len(large) < 1.5 * len(small) or not small:
        return 0.0
    fair = len(large) / len(small) / 2
    times = 1
    # A clock ticks.
    while (first := _cost(sink, small, times)) < TICK:
        times *= 4
    # Twice, since one that happened to be slow would hide a square.
    best = [min(first, _cost(sink, small, times)), _cost(sink, large, times)]
    for _ in range(TRIES):
        if best[1] <= most * fair * best[0]:
            break
        best[0] = min(best[0], _cost(sink, small, times))
        best[1] = min(best[1], _cost(sink, large, times))
    return best[1] / best[0] / fair


def _cost(sink: Sink, text: str, times: int) -> float:
    # The time of the process goes in steps while a timer is set on it.
    begin = time.thread_time()
    for _ in range(times):
        sink(text)
    return time.thread_time() - begin


def offenders(
    group: str, size: int, floods: Mapping[str, Flood] = FLOODS, *, most: float = MOST
) -> dict[tuple[str, str], str]:
    """The sinks of a group that do worse than linear, each with its flood and what it did."""
    found: dict[tuple[str, str], str] = {}
    skipped: list[list[str]] = []
    while True:
        at: tuple[str, str] | None = None
        for line in _lines(group, size, list(floods), skipped, most):
            said = json.loads(line)
            at = (said[0], said[1])
            if len(said) > 2:
                at = None
                if said[2]:
                    found[said[0], said[1]] = said[2]
            skipped.append(said[:2])
        if at is None:
            return found
        found[at] = UNENDED


def proven(
    group: str, size: int, floods: Mapping[str, Flood] = FLOODS
) -> dict[tuple[str, str], str]:
    """Those of `offenders` that offend again at twice the size: a square grows, noise does not."""
    found = offenders(group, size, floods)
    if not found:
        return {}
    again = offenders(group, 2 * size, {flood: FLOODS[flood] for _, flood in found})
    return {case: said for case, said in again.items() if case in found}


def _lines(
    group: str, size: int, floods: list[str], skipped: list[list[str]], most: float
) -> Iterator[str]:
    root = Path(__file__).parents[2]
    paths = [str(root), *filter(None, [os.environ.get("PYTHONPATH")])]
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.hostile.costs", group],
        cwd=root,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdin
    assert child.stdout
    with child:
        json.dump([size, floods, skipped, most], child.stdin)
        child.stdin.close()
        yield from child.stdout
    # Minus the signal by which it ended, if it ran longer than its life.
    assert child.returncode in (0, -signal.SIGPROF), child.returncode


def _main(group: str) -> None:
    from .sinks import group_named

    size, floods, skipped, most = json.load(sys.stdin)
    done = {tuple(each) for each in skipped}
    for name, sink in group_named(group).items():
        for flood in floods:
            if (name, flood) in done:
                continue
            _say(name, flood)
            # Ends this process, whatever it does: a regular expression hears no exception.
            signal.setitimer(signal.ITIMER_PROF, LIFE)
            try:
                if flood == floods[0]:
                    # The first time, a reader imports and compiles what it needs.
                    sink("a\n")
                ratio = growth(sink, FLOODS[flood], size, most)
                said = f"{ratio:.1f} times the cost" if ratio > most else ""
            except Exception as error:
                said = f"raised {type(error).__name__}: {error}"[:200]
            signal.setitimer(signal.ITIMER_PROF, 0)
            _say(name, flood, said)


def _say(*words: str) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _main(sys.argv[1])
