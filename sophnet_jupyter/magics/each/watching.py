"""How a run is watched where it was begun: in a panel, on a line of a terminal, or not at all."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from shutil import get_terminal_size
from threading import Event, current_thread, main_thread
from typing import Any, Protocol, TextIO

from ...kernel.loop import GRACE, loop
from ...kernel.output import Cell
from ...runs.run import Run
from ...views.runs import progress, still
from ...views.safe.look import clipped

# Seconds between two looks.
BEAT = 0.5


class Watch(Protocol):
    """Shows how far a run is, from its begin to its end; ``has_buttons`` to stop it, or not."""

    has_buttons: bool

    def begin(self) -> None: ...
    def end(self) -> None: ...


def watching(shell: Any, run: Run, go_on: Callable[[], object]) -> Watch:
    """What watches a run in this cell; ``go_on`` begins it again from a button."""
    cell = Cell(shell)
    if cell.place == "terminal":
        return TerminalWatch(run)
    return PanelWatch(run, go_on) if cell.watched else LastWord(cell, run)


class PanelWatch:
    """A panel with buttons. To be made on the kernel's main thread, as all widgets are."""

    has_buttons = True

    def __init__(self, run: Run, go_on: Callable[[], object]) -> None:
        from ...widgets.run.panel import RunPanel

        self.panel = RunPanel(run, folded=True)
        self.panel.on_go_on = go_on

    def begin(self) -> None:
        self.panel._ipython_display_()

    def end(self) -> None:
        shown = Event()

        def show() -> None:
            self.panel.perform(self.panel.ended)
            shown.set()

        loop().call_soon_threadsafe(show)
        # A cell ends with its last word; but a job ends on the loop's own thread.
        if current_thread() is main_thread():
            shown.wait(GRACE)


class TerminalWatch:
    """One line that is written over, on a screen; silence where the output goes to a file."""

    has_buttons = False

    def __init__(self, run: Run, out: TextIO | None = None) -> None:
        self._run = run
        self._out = out or sys.stdout
        self._drawing: asyncio.Task[None] | None = None

    def begin(self) -> None:
        def draw() -> None:
            self._drawing = loop().create_task(self._draw())

        loop().call_soon_threadsafe(draw)

    def end(self) -> None:
        def over() -> None:
            if self._drawing:
                self._drawing.cancel()

        loop().call_soon_threadsafe(over)
        self._write("")
        self._out.write(progress.in_words(self._run) + "\n")

    async def _draw(self) -> None:
        while True:
            self._write(progress.line(self._run))
            await asyncio.sleep(BEAT)

    def _write(self, line: str) -> None:
        if self._out.isatty():
            width = get_terminal_size().columns - 1
            self._out.write(f"\r{clipped(line, width):<{width}}\r")
            self._out.flush()


class LastWord:
    """For batch runs, which nobody watches: how it ended, once it has."""

    has_buttons = False

    def __init__(self, cell: Cell, run: Run) -> None:
        self._cell, self._run = cell, run

    def begin(self) -> None:
        pass

    def end(self) -> None:
        self._cell.publish(still.bundle(self._run))
