"""The time before the first word: how long it has been, and what can be done about it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from ...language import mark, tr

# Seconds without a word after which the line that waits says so. Chats begin within a few; an
# analysis opens a workbook first.
CHAT_PATIENCE = 10.0
REPORT_PATIENCE = 30.0
# Seconds from one number to the next: enough to see that it goes on, and few messages.
TICK = 3.0
# What ends the waiting where an answer is drawn in a cell, and in a terminal.
STOP, CTRL_C = mark("Stop (■)"), "Ctrl-C"


class WaitingLine:
    """Calls ``say`` with the seconds that have passed in silence, from ``patience`` on."""

    def __init__(
        self, say: Callable[[float], object], clock: Callable[[], float], patience: float
    ) -> None:
        self._say = say
        self._clock = clock
        self._patience = patience
        self._began = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self.said = False
        """Whether anything was said."""

    def begin(self) -> None:
        """Count from now on, on the running loop; without one nobody waits."""
        self._began = self._clock()
        with suppress(RuntimeError):
            self._after(self._patience)

    def end(self) -> None:
        """Something has come, or nothing will. May be called again."""
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _after(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, self._tick)

    def _tick(self) -> None:
        self.said = True
        self._say(self._clock() - self._began)
        self._after(TICK)


def words(seconds: float, stop: str) -> str:
    """How long it has been, and what to do."""
    return tr(
        "{seconds:.0f} s without a word · {stop} hangs up, %sophnet doctor says what is reachable",
        seconds=seconds,
        stop=tr(stop),
    )
