"""Functions of users that are called when something changes, on a thread of their own."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import Any


class Listeners:
    """
    Functions that hear the latest state, one call at a time.

    On a thread of its own, never the loop's: a function may wait, use the client, or be async. What
    changes while one is at work is heard once, as it is then. The first error of each function goes
    to ``on_error``, and that function is not called again until it is added anew.
    """

    def __init__(self, name: str, on_error: Callable[[Exception], object]) -> None:
        self._name = name
        self._on_error = on_error
        self._functions: dict[int, Callable[[Any], Any]] = {}
        self._count = 0
        self._lock = threading.Lock()
        self._latest: list[Any] = []
        self._running = False

    def add(self, function: Callable[[Any], Any]) -> Callable[[], None]:
        """Have ``function`` called from now on; returns what takes it back."""
        with self._lock:
            self._count += 1
            number = self._count
            self._functions[number] = function
        return lambda: self._take_back(number)

    def tell(self, state: Any) -> None:
        """Have all functions called with ``state``, soon. Returns at once."""
        with self._lock:
            if not self._functions:
                return
            self._latest = [state]
            if self._running:
                return
            self._running = True
        context = copy_context()
        threading.Thread(
            target=lambda: context.run(self._run), name=f"sophnet-{self._name}", daemon=True
        ).start()

    def _take_back(self, number: int) -> None:
        with self._lock:
            self._functions.pop(number, None)

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._latest:
                    self._running = False
                    return
                state = self._latest.pop()
                functions = list(self._functions.items())
            for number, function in functions:
                try:
                    called = function(state)
                    if inspect.isawaitable(called):
                        asyncio.run(_finished(called))
                except Exception as error:
                    self._take_back(number)
                    self._on_error(error)


async def _finished(called: Any) -> None:
    await called
