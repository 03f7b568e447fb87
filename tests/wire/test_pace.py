from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from limiters import (
    AtOnce,
    Both,
    Bucket,
    Changing,
    Flaky,
    Free,
    Limiter,
    Ramp,
    Ran,
    Sliding,
    Window,
    simulate,
)

from sophnet_jupyter.wire.pace import MOST, Pace

SEEDS = range(5)
TOOK = 0.3

LIMITERS: dict[str, Callable[[int], Limiter]] = {
    "nothing": lambda seed: Free(),
    "a rate with a burst": lambda seed: Bucket(50, 10),
    "a rate without a burst": lambda seed: Bucket(50, 1),
    "a window of a second": lambda seed: Window(50, 1.0),
    "a window of a minute": lambda seed: Window(300, 60.0),
    "a sliding second": lambda seed: Sliding(50, 1.0),
    "a sliding second that counts refusals": lambda seed: Sliding(50, 1.0, strict=True),
    "eight at once": lambda seed: AtOnce(8),
    "one at once": lambda seed: AtOnce(1),
    "a rate and a number": lambda seed: Both(Bucket(50, 10), AtOnce(12)),
    "a ramp": lambda seed: Ramp(5),
    "a coin": lambda seed: Flaky(0.05, random.Random(seed)),
    "less later": lambda seed: Changing(Bucket(50, 10), Bucket(10, 3), 3.0),
}


def ran(
    limiter: Limiter, seed: int, rows: int, retry_after: float | None = None, took: float = TOOK
) -> Ran:
    chance = random.Random(seed)
    pace = Pace(chance=chance.random)
    spread = lambda: took * (0.9 + 0.2 * chance.random())  # noqa: E731
    return simulate(pace, limiter, rows=rows, took=spread, chance=chance, retry_after=retry_after)


@pytest.mark.parametrize("retry_after", [None, 1.0], ids=["silent", "Retry-After"])
@pytest.mark.parametrize("make", LIMITERS.values(), ids=LIMITERS)
def test_whatever_limits_them_all_rows_are_answered_and_no_row_starves(
    make: Callable[[int], Limiter], retry_after: float | None
) -> None:
    for seed in SEEDS:
        found = ran(make(seed), seed, 400, retry_after)
        assert found.done == 400
        assert found.most <= MOST - 2
        # A row waits for a window of the service, and not for other rows again and again.
        assert found.longest < 75
