"""Waiting for what happens on another thread, or in another process."""

from __future__ import annotations

import time
from collections.abc import Callable


def wait(condition: Callable[[], object], within: float = 60.0) -> None:
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)
