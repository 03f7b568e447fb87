"""
One thread that runs lexers, so that none ever runs where others wait for their turn.

It lives as long as there is work and ends by itself: unloading the extension and leaving the
interpreter find nothing to wait for. A forked process inherits no thread, and starts its own.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable

# Seconds after which a wait ends without its result. Not a limit on lexers, which nothing can
# stop: what is handed over here is small enough for some tenths of a second. It is for the day a
# lexer hangs for a reason nobody has measured, so that it costs the color and not the kernel.
PATIENCE = 20.0


class Work:
    """One piece of work; ``result`` is None until it is done, and where it failed."""

    def __init__(self, make: Callable[[], str]) -> None:
        self._make = make
        self._done = threading.Event()
        self.result: str | None = None

    @property
    def done(self) -> bool:
        return self._done.is_set()

    def wait(self) -> str | None:
        """The result, None where there is none."""
        end = time.monotonic() + PATIENCE
        # A bare wait cannot be interrupted on Windows.
        while not self._done.wait(0.1):
            if time.monotonic() > end or _thread.hangs:
                _thread.hangs = True
                return None
        return self.result

    def run(self) -> None:
        try:
            self.result = self._make()
        finally:
            self._done.set()


class _Thread:
    """The work that waits, and whether a thread is at it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.waiting: deque[Work] = deque()
        self.runs = False
        # Once a lexer has hung, nothing is colored any more: it may still hold its thread.
        self.hangs = False

    def add(self, work: Work) -> None:
        with self.lock:
            self.waiting.append(work)
            if self.runs:
                return
            self.runs = True
        try:
            threading.Thread(target=self._run, name="sophnet colors", daemon=True).start()
        except RuntimeError:
            # The interpreter is on its way out.
            self.hangs, self.runs = True, False

    def _run(self) -> None:
        while work := self._next():
            work.run()

    def _next(self) -> Work | None:
        with self.lock:
            self.runs = bool(self.waiting)
            return self.waiting.popleft() if self.waiting else None


_thread = _Thread()


def begin(make: Callable[[], str]) -> Work | None:
    """Hand over some work; None where it will not be done."""
    if _thread.hangs:
        return None
    work = Work(make)
    _thread.add(work)
    return None if _thread.hangs else work


def _after_fork() -> None:
    global _thread
    _thread = _Thread()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
