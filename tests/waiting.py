"""Waiting for what happens on another thread, or in another process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

# Seconds: far more than anything takes, also on a machine that does much else.
WITHIN = 60.0


def wait(condition: Callable[[], object], within: float = WITHIN) -> None:
    """Wait on this thread."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


async def until(condition: Callable[[], object], within: float = WITHIN) -> None:
    """Wait on a loop, which runs on meanwhile."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        await asyncio.sleep(0.005)
