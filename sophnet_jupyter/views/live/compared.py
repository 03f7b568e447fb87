"""A comparison while it runs, where no widget can be: the last words of each column."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from shutil import get_terminal_size
from typing import TextIO

from ...events import Event, Progress
from ...language import tr
from ...runs.compare.answer import ColumnAnswer
from ...runs.compare.comparison import Comparison
from ..answer import Context
from ..answer.figures import SIGNS
from ..compare import grid
from ..safe.look import FAINT, SMALL, WRAP, clipped, one_line, words
from .answer import Surface
from .progress import SAID

# Letters of each answer that are shown while it grows.
LAST = 160
RATE = 4


def bundle(comparison: Comparison) -> dict[str, str]:
    """A line for each answer as it stands."""
    rows = "".join(_row(answer) for answer in comparison.cells)
    return {
        "text/html": f'{grid.head(comparison)}<table style="{SMALL}">{rows}</table>',
        "text/plain": "\n".join(map(_line, comparison.cells)),
    }


class RunningDisplay:
    """One display of a cell: the state of each answer while they come, then all of them."""

    def __init__(self, comparison: Comparison, surface: Surface, context: Context) -> None:
        self._comparison = comparison
        self._surface = surface
        self._context = context
        self._display: str | None = None
        self._timer: asyncio.TimerHandle | None = None
        comparison.watcher = self

    def began(self, answer: ColumnAnswer) -> None:
        self._later()

    def came(self, answer: ColumnAnswer, event: Event) -> None:
        if isinstance(event, Progress):
            answer.state = SAID.get(event.state, event.state)
        self._later()

    def ended(self, answer: ColumnAnswer) -> None:
        self._later()

    def finish(self) -> None:
        """Put all answers in the place of their states."""
        if self._timer:
            self._timer.cancel()
        self._put(grid.bundle(self._comparison, self._context))

    def _later(self) -> None:
        if self._surface.watched and self._timer is None:
            wait = 0 if self._display is None else 1 / RATE
            self._timer = asyncio.get_running_loop().call_later(wait, self._paint)

    def _paint(self) -> None:
        self._timer = None
        self._put(bundle(self._comparison))

    def _put(self, data: dict[str, str]) -> None:
        update = self._display is not None
        self._display = self._surface.publish(data, display_id=self._display, update=update)


def _row(answer: ColumnAnswer) -> str:
    style = 'style="text-align:left;vertical-align:top"'
    name = words(_name(answer), 100)
    said, state = words(_last(answer), LAST), words(_state(answer), 60)
    return (
        f'<tr><th {style}>{name}</th><td style="text-align:left;{FAINT}">{state}</td>'
        f'<td style="text-align:left;{WRAP}">{said}</td></tr>'
    )


def _line(answer: ColumnAnswer) -> str:
    return f"{_name(answer)} · {_state(answer)} · {_last(answer)}"


def _name(answer: ColumnAnswer) -> str:
    turn = f" ×{answer.repeat}" if answer.repeat else ""
    return grid.title(answer.column) + turn


def _state(answer: ColumnAnswer) -> str:
    response = answer.response
    if not answer.busy:
        return f"{SIGNS[response.ending]} {tr(response.ending)}"
    if response.text:
        return tr("{count:,} characters", count=len(response.text))
    return tr(answer.state) if answer.state else tr("waiting")


def _last(answer: ColumnAnswer) -> str:
    said = one_line(answer.problem or answer.response.text or answer.response.thinking)
    return said if len(said) <= LAST else "…" + said[1 - LAST :]


class TerminalColumns:
    """One line in a terminal that is written over while the answers come, then all of them."""

    def __init__(
        self,
        comparison: Comparison,
        out: TextIO | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._comparison = comparison
        self._out = out or sys.stdout
        self._clock = clock
        self._said_at = float("-inf")
        self._on_screen = self._out.isatty()
        comparison.watcher = self

    def began(self, answer: ColumnAnswer) -> None:
        self._say()

    def came(self, answer: ColumnAnswer, event: Event) -> None:
        self._say()

    def ended(self, answer: ColumnAnswer) -> None:
        self._say(now=True)

    def finish(self) -> None:
        """Write all answers."""
        self._write("\r\x1b[K" if self._on_screen else "")
        self._write(grid.in_words(self._comparison) + "\n")

    def _say(self, *, now: bool = False) -> None:
        if not self._on_screen or not (now or self._clock() - self._said_at >= 1 / RATE):
            return
        self._said_at = self._clock()
        said = " · ".join(f"[{one.column.number}] {_state(one)}" for one in self._comparison.cells)
        # One that wraps could not be written over.
        self._write(f"\r{clipped(said, get_terminal_size().columns - 1)}\x1b[K\r")

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()
