"""Functions of users that are called when something changes, on a thread of their own."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import Any

from ...errors import SettingsError
from ...language import tr
from ...settings.secret import scrub


class Listeners:
    """
    Functions that hear the latest state, one call at a time.

    On a thread of its own, never the loop's: a function may wait, use the client, or be async. What
    changes while one is at work is heard once, as it is then. The first error of each function goes
    to ``on_error``, in a sentence with the error as its cause, and that function is not called
    again until it is added anew. ``name`` is the method that adds them.
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
        """
        Have ``function`` called from now on; returns what takes it back.

        Raises `SettingsError` for what cannot be called with one argument, or would not run then.
        """
        _check(self._name, function)
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
                # Also SystemExit: others are called all the same, and so is the next one.
                except BaseException as error:
                    self._take_back(number)
                    self._complain(error)

    def _complain(self, error: BaseException) -> None:
        kind, why = type(error).__name__, " ".join(scrub(str(error)).split())
        said = tr(
            "The function of {name} has failed with {error}, and is not called any more: mend it, "
            "and pass it to {name} again.",
            name=self._name,
            error=f"{kind} ({why})" if why else kind,
        )
        failed = SettingsError(said)
        failed.__cause__ = error
        self._on_error(failed)


async def _finished(called: Any) -> None:
    await called


def _check(name: str, function: object) -> None:
    if not callable(function):
        raise SettingsError(
            tr(
                "{name} takes a function with one parameter, not {kind}: {name}(print) calls it at "
                "each change.",
                name=name,
                kind=type(function).__name__,
            )
        )
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise SettingsError(
            tr(
                "The function of {name} has a yield, so that it would not run: leave it out.",
                name=name,
            )
        )
    try:
        inspect.signature(function).bind(None)
    except TypeError:
        raise SettingsError(
            tr(
                "The function of {name} is called with one argument, and {function} does not take "
                "it: give it one parameter.",
                name=name,
                function=getattr(function, "__name__", type(function).__name__),
            )
        ) from None
    except ValueError:
        # Some functions that are written in C do not tell.
        pass
