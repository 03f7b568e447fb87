"""Limiters of services, and callers that share a `Pace`, on a clock that jumps."""

from __future__ import annotations

import heapq
import itertools
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from sophnet_jupyter.wire.pace import Pace, Sent


class Limiter(Protocol):
    """Says of each request whether it is taken, and after how many seconds to come back."""

    def takes(self, now: float, busy: int) -> bool: ...


class Free:
    """Takes all."""

    def takes(self, now: float, busy: int) -> bool:
        return True


@dataclass
class Bucket:
    """So many a second, of which some may be saved up."""

    rate: float
    burst: float
    level: float = -1.0
    at: float = 0.0

    def takes(self, now: float, busy: int) -> bool:
        level = self.burst if self.level < 0 else self.level
        self.level = min(self.burst, level + (now - self.at) * self.rate)
        self.at = now
        if self.level < 1:
            return False
        self.level -= 1
        return True


@dataclass
class Window:
    """So many in each window of a clock: all of them may come in its first instant."""

    most: int
    seconds: float
    number: int = -1
    taken: int = 0

    def takes(self, now: float, busy: int) -> bool:
        if (number := int(now // self.seconds)) != self.number:
            self.number, self.taken = number, 0
        self.taken += 1
        return self.taken <= self.most


@dataclass
class Sliding:
    """So many in the last seconds; ``strict`` counts what it refuses too."""

    most: int
    seconds: float
    strict: bool = False
    seen: deque[float] = field(default_factory=deque)

    def takes(self, now: float, busy: int) -> bool:
        while self.seen and self.seen[0] <= now - self.seconds:
            self.seen.popleft()
        fine = len(self.seen) < self.most
        if fine or self.strict:
            self.seen.append(now)
        return fine


@dataclass
class AtOnce:
    """So many at a time."""

    most: int

    def takes(self, now: float, busy: int) -> bool:
        return busy < self.most


@dataclass
class Ramp:
    """No more than so many more in a second than in the one before."""

    step: int
    second: int = -1
    before: int = 0
    taken: int = 0

    def takes(self, now: float, busy: int) -> bool:
        if (second := int(now)) != self.second:
            self.before = self.taken if second == self.second + 1 else 0
            self.second, self.taken = second, 0
        if self.taken >= self.before + self.step:
            return False
        self.taken += 1
        return True


@dataclass
class Flaky:
    """Refuses some whatever is asked."""

    share: float
    chance: random.Random

    def takes(self, now: float, busy: int) -> bool:
        return self.chance.random() >= self.share


@dataclass
class Both:
    """Two at once."""

    first: Limiter
    second: Limiter

    def takes(self, now: float, busy: int) -> bool:
        return self.first.takes(now, busy) and self.second.takes(now, busy)


@dataclass
class Changing:
    """Another one from some moment on."""

    first: Limiter
    second: Limiter
    at: float

    def takes(self, now: float, busy: int) -> bool:
        return (self.first if now < self.at else self.second).takes(now, busy)


@dataclass
class Ran:
    """What became of a simulation."""

    done: int = 0
    sends: int = 0
    refused: int = 0
    seconds: float = 0.0
    most: int = 0
    longest: float = 0.0
    """Seconds that a row took at most, from its first wish to its answer."""
    times: list[float] = field(default_factory=list)


def simulate(
    pace: Pace,
    limiter: Limiter,
    *,
    rows: int,
    asked: int = 32,
    took: Callable[[], float] = lambda: 0.3,
    way: float = 0.005,
    retry_after: float | None = None,
    chance: random.Random | None = None,
    until: float = 1e5,
) -> Ran:
    """Ask ``rows`` times, ``asked`` at a time; each answer takes ``took()`` seconds."""
    chance = chance or random.Random(7)
    ran = Ran()
    events: list[tuple[float, int, Callable[[float], None]]] = []
    number = itertools.count()
    waiting: list[tuple[int, float, bool]] = []  # rows by number, with when they first wished
    fresh = iter(range(rows))
    busy = 0
    timer = False

    def at(moment: float, what: Callable[[float], None]) -> None:
        heapq.heappush(events, (moment, next(number), what))

    def wish(row: int, since: float, now: float, again: bool = False) -> None:
        heapq.heappush(waiting, (row, since, again))
        serve(now)

    def serve(now: float) -> None:
        nonlocal timer
        while waiting:
            found = pace.send(now, patient=True, again=waiting[0][2])
            if not isinstance(found, Sent):
                if found < 1e9 and not timer:
                    timer = True
                    at(now + found + 1e-6, ring)
                return
            row, since, _ = heapq.heappop(waiting)
            ran.sends += 1
            ran.most = max(ran.most, pace.told(now).under_way)
            at(
                now + way * (0.5 + chance.random()),
                lambda t, s=found, r=row, w=since: arrive(t, s, r, w),
            )

    def ring(now: float) -> None:
        nonlocal timer
        timer = False
        serve(now)

    def arrive(now: float, sent: Sent, row: int, since: float) -> None:
        nonlocal busy
        if not limiter.takes(now, busy):
            ran.refused += 1
            back = now + way * (0.5 + chance.random())
            at(back, lambda t: refuse(t, sent, row, since))
            return
        busy += 1
        at(now + took(), lambda t: leave(t, sent, row, since))

    def refuse(now: float, sent: Sent, row: int, since: float) -> None:
        pace.refused(sent, now, retry_after)
        pause = retry_after if retry_after is not None else 0.5 * chance.random()
        at(now + pause, lambda t: wish(row, since, t, True))
        serve(now)

    def leave(now: float, sent: Sent, row: int, since: float) -> None:
        nonlocal busy
        busy -= 1
        at(now + way * (0.5 + chance.random()), lambda t: end(t, sent, since))

    def end(now: float, sent: Sent, since: float) -> None:
        pace.answered(sent, now)
        ran.done += 1
        ran.times.append(now)
        ran.seconds = now
        ran.longest = max(ran.longest, now - since)
        if (row := next(fresh, None)) is not None:
            wish(row, now, now)
        serve(now)

    for row in itertools.islice(fresh, asked):
        wish(row, 0.0, 0.0)
    while events and events[0][0] < until and ran.done < rows:
        now, _, what = heapq.heappop(events)
        what(now)
    return ran
