"""Wait in a cell for a change on the loop's thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import NamedTuple

from ...kernel.loop import loop


class _One(NamedTuple):
    met: Callable[[], bool]
    future: asyncio.Future[bool]


class Waiters:
    """The waiters for a change of one object, each on its own event loop."""

    def __init__(self) -> None:
        self._all: list[_One] = []

    async def until(self, met: Callable[[], bool], over: Callable[[], bool]) -> bool:
        """
        Wait until ``met``, and return True; or until it is ``over`` without that: False.

        Both are asked on the loop's thread, now and at each `look`.
        """
        here = asyncio.get_running_loop()
        one = _One(met, here.create_future())

        def begin() -> None:
            self._all.append(one)
            self.look(over())

        loop().call_soon_threadsafe(begin)
        try:
            return await one.future
        finally:
            loop().call_soon_threadsafe(self._forget, one)

    def look(self, over: bool) -> None:
        """Wake the waiters to check their conditions. To be called on the loop's thread."""
        for one in list(self._all):
            try:
                met = one.met()
            except Exception as error:
                self._settle(one, error)
                continue
            if met or over:
                self._settle(one, met)

    def _settle(self, one: _One, outcome: bool | Exception) -> None:
        self._forget(one)

        def settle() -> None:
            if one.future.done():
                return
            if isinstance(outcome, Exception):
                one.future.set_exception(outcome)
            else:
                one.future.set_result(outcome)

        one.future.get_loop().call_soon_threadsafe(settle)

    def _forget(self, one: _One) -> None:
        if one in self._all:
            self._all.remove(one)
