"""Limits that a service sets to all its callers together, as faults of its door."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from math import ceil
from typing import Protocol

from starlette.types import Scope

NAMES = ("rate", "at_once", "tokens_per_minute", "ramp")
# How many letters of a request make a token, near enough for a limit.
LETTERS = 4
MINUTE = 60.0


class Limit(Protocol):
    """``wait`` says after how many seconds one of ``tokens`` is taken, 0 for now; `take` it."""

    def wait(self, now: float, tokens: int) -> float: ...
    def take(self, now: float, tokens: int) -> None: ...
    def leave(self) -> None: ...


class Rate:
    """So many a second, of which ``burst`` may be saved up."""

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = self._level = max(1.0, burst)
        self._at = 0.0

    def wait(self, now: float, tokens: int) -> float:
        self._level = min(self._burst, self._level + (now - self._at) * self._rate)
        self._at = now
        return 0.0 if self._level >= 1 else (1 - self._level) / max(self._rate, 1e-9)

    def take(self, now: float, tokens: int) -> None:
        self._level -= 1

    def leave(self) -> None: ...


class AtOnce:
    """So many at a time."""

    def __init__(self, most: float) -> None:
        self._most = most
        self._busy = 0

    def wait(self, now: float, tokens: int) -> float:
        return 0.0 if self._busy < self._most else 1.0

    def take(self, now: float, tokens: int) -> None:
        self._busy += 1

    def leave(self) -> None:
        self._busy -= 1


class TokensPerMinute:
    """Requests of so many tokens in the last minute; the first is always taken."""

    def __init__(self, most: float) -> None:
        self._most = most
        self._taken: deque[tuple[float, int]] = deque()

    def wait(self, now: float, tokens: int) -> float:
        while self._taken and self._taken[0][0] <= now - MINUTE:
            self._taken.popleft()
        over = sum(each for _, each in self._taken) + tokens - self._most
        for at, each in self._taken:
            if over <= 0:
                break
            over -= each
            if over <= 0:
                return at + MINUTE - now
        return 0.0 if over <= 0 or not self._taken else MINUTE

    def take(self, now: float, tokens: int) -> None:
        self._taken.append((now, tokens))

    def leave(self) -> None: ...


class Ramp:
    """So many more in a second than were taken in the one before."""

    def __init__(self, step: float) -> None:
        self._step = step
        self._second = -1
        self._before = self._taken = 0

    def wait(self, now: float, tokens: int) -> float:
        if (second := int(now)) != self._second:
            self._before = self._taken if second == self._second + 1 else 0
            self._second, self._taken = second, 0
        return 0.0 if self._taken < self._before + self._step else second + 1 - now

    def take(self, now: float, tokens: int) -> None:
        self._taken += 1

    def leave(self) -> None: ...


class Limits:
    """The limits of one service. They are told apart by their numbers, as faults are."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[tuple[str, float, float], Limit] = {}

    def enter(self, scope: Scope, faults: Mapping[str, float]) -> float | None:
        """
        None for a request that is taken, which leaves again when its answer is over.

        Otherwise after how many seconds to come back.
        """
        limits = [self._limit(name, faults) for name in NAMES if name in faults]
        if not limits or scope["method"] != "POST":
            return None
        now, tokens = self._clock(), ceil(_size(scope) / LETTERS)
        wait = max(limit.wait(now, tokens) for limit in limits)
        if wait > 0:
            return wait
        for limit in limits:
            limit.take(now, tokens)
            scope["after"].append(limit.leave)
        return None

    def _limit(self, name: str, faults: Mapping[str, float]) -> Limit:
        number, burst = faults[name], faults.get("rate/", 1.0)
        key = name, number, burst
        if key not in self._known:
            self._known[key] = _made(name, number, burst)
        return self._known[key]


def _made(name: str, number: float, burst: float) -> Limit:
    match name:
        case "rate":
            return Rate(number, burst)
        case "at_once":
            return AtOnce(number)
        case "tokens_per_minute":
            return TokensPerMinute(number)
        case _:
            return Ramp(number)


def _size(scope: Scope) -> int:
    length = dict(scope["headers"]).get(b"content-length", b"0")
    return int(length) if length.isdigit() else 0
