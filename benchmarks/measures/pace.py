"""Many rows at once at a service that limits them: what is answered, how fast, and at what cost."""

from __future__ import annotations

from collections.abc import Iterator

from ..contenders import KEY
from ..processes import Sandbox, Worker
from ..result import OURS, Goal, Result
from ..rounds import interleaved

PEERS = ("openai",)
ASKED = 32
# Seconds of an answer.
TOOK = 0.3
RATE, BURST = 50, 10
AT_ONCE = 8


def measure(*, full: bool) -> Iterator[Result]:
    rounds = 5 if full else 1
    yield from _rate(1000, rounds)
    yield from _at_once(400, rounds)
    yield from _free(400, rounds)
    yield from _behind(rounds)


def _rate(rows: int, rounds: int) -> Iterator[Result]:
    names = (OURS, *PEERS)
    takes = {name: lambda name=name: _asked(name, rows, f"rate={RATE}/{BURST}") for name in names}
    found = interleaved(takes, rounds, warm_up=False)
    what = f"{rows} rows at {RATE} a second"
    yield Result(
        measure=f"{what}: not answered", unit="", samples=found["missed"], goal=Goal(most=0)
    )
    for figure, count, share in (("first", 300, 0.85), ("seconds", rows, 0.92)):
        # The shortest time is that of a client that always knew the rate.
        times = {OURS: [taken * RATE / count for taken in found[figure][OURS]]}
        yield Result(
            measure=f"{what}: time for {count}",
            unit="× shortest",
            samples=times,
            goal=Goal(most=1 / share),
        )
    refused = {OURS: found["refused"][OURS]}
    yield Result(measure=f"{what}: refused", unit="of 1,000", samples=refused, goal=Goal(most=30))


def _at_once(rows: int, rounds: int) -> Iterator[Result]:
    names = (OURS, *PEERS)
    takes = {name: lambda name=name: _asked(name, rows, f"at_once={AT_ONCE}") for name in names}
    # Who was told the number.
    takes["the right number"] = lambda: _asked(OURS, rows, f"at_once={AT_ONCE}", asked=AT_ONCE)
    found = interleaved(takes, rounds, warm_up=False)
    what = f"{rows} rows at {AT_ONCE} at once"
    missed = {name: found["missed"][name] for name in names if name in found["missed"]}
    yield Result(measure=f"{what}: not answered", unit="", samples=missed, goal=Goal(most=0))
    pairs = zip(found["seconds"][OURS], found["seconds"]["the right number"], strict=True)
    yield Result(
        measure=f"{what}: time",
        unit="× the right number",
        samples={OURS: [ours / known for ours, known in pairs]},
        goal=Goal(most=1 / 0.9),
    )


def _free(rows: int, rounds: int) -> Iterator[Result]:
    names = (OURS, *PEERS)
    takes = {name: lambda name=name: _asked(name, rows) for name in names}
    found = interleaved(takes, rounds, warm_up=False)
    yield Result(
        measure=f"{rows} rows without a limit: CPU",
        unit="ms a row",
        samples=found["cpu"],
        goal=Goal(times_less=1 / 0.6, than="openai"),
    )


def _behind(rounds: int) -> Iterator[Result]:
    def take(*faults: str) -> dict[str, float]:
        with Sandbox(KEY, *faults, seconds=TOOK) as server, Worker(OURS) as worker:
            # More rows than can be answered meanwhile.
            found = worker.ask("behind", url=server.url, rows=2000, asked=ASKED, singles=5)
            return {"ratio": found["behind"] / found["alone"]}

    limits = {"without a limit": (), f"at {AT_ONCE} at once": (f"at_once={AT_ONCE}",)}
    for what, faults in limits.items():
        ratios = [take(*faults)["ratio"] for _ in range(rounds)]
        yield Result(
            measure=f"a single question behind a run {what}: time",
            unit="× alone",
            samples={OURS: ratios},
            goal=Goal(most=1.2),
        )


def _asked(name: str, rows: int, *faults: str, asked: int = ASKED) -> dict[str, float]:
    with Sandbox(KEY, *faults, seconds=TOOK) as server, Worker(name) as worker:
        return worker.ask("rows", url=server.url, rows=rows, asked=asked)
