"""
What runs for the cells of this kernel: each with the cell's id, and the way to stop it alone.

An interrupt stops a cell and all that waits behind it. `HungUp` is for what stops one answer: its
cell goes on with what had come.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from typing import Any, Literal

State = Literal["running", "complete", "cut", "stopped", "incomplete", "failed"]


class HungUp(Exception):
    """What ran was stopped by itself, and no interrupt: whoever waits goes on."""


_numbers = itertools.count(1)


class Running:
    """One thing that runs for a cell. ``model`` is empty until it is known."""

    def __init__(self, cell: str, *, background: bool = False, has_button: bool = False) -> None:
        self.number = next(_numbers)
        """Its own, since a cell may have several."""
        self.cell = cell
        """The front end's id of the cell; empty where it sends none."""
        self.background = background
        """Whether it goes on after its cell has ended."""
        self.has_button = has_button
        """Whether what shows it has a button of its own that stops it."""
        self.model = ""
        self.state: State = "running"
        self.stopped = False
        """Whether somebody has asked for its end."""
        self._hang_up: Callable[[], object] | None = None
        self._lock = threading.Lock()

    def on_stop(self, hang_up: Callable[[], object]) -> None:
        """Call ``hang_up`` once it is to be stopped, on that thread; at once if it is already."""
        with self._lock:
            self._hang_up, late = hang_up, self.stopped
        if late:
            hang_up()

    def stop(self) -> None:
        """Ask for its end. May be called from any thread, and more than once."""
        with self._lock:
            first, self.stopped = not self.stopped, True
        if first and self._hang_up:
            self._hang_up()


Hear = Callable[[Running], object]

_all: list[Running] = []
_hearers: list[Hear] = []


def begin(
    shell: Any,
    *,
    background: bool = False,
    stop: Callable[[], object] | None = None,
    has_button: bool = False,
    model: str = "",
) -> Running:
    """Note that something begins for the cell that runs in ``shell``."""
    return begin_for(
        cell_id(shell), background=background, stop=stop, has_button=has_button, model=model
    )


def begin_for(
    cell: str,
    *,
    background: bool = False,
    stop: Callable[[], object] | None = None,
    has_button: bool = False,
    model: str = "",
) -> Running:
    """The same for a cell by its id."""
    one = Running(cell, background=background, has_button=has_button)
    one.model = model
    if stop:
        one.on_stop(stop)
    _all.append(one)
    _tell(one)
    return one


def name(one: Running, model: str) -> None:
    """Note which model answers."""
    if model and model != one.model:
        one.model = model
        _tell(one)


def end(one: Running, state: State) -> None:
    """Note how it ended."""
    if one in _all:
        _all.remove(one)
        one.state = state
        _tell(one)


def now() -> list[Running]:
    """What runs, oldest first."""
    return list(_all)


def follow(hear: Hear) -> Callable[[], None]:
    """
    Call ``hear`` at each beginning, change and end, on the thread of it. Returns how to end that.
    """
    _hearers.append(hear)
    return lambda: _hearers.remove(hear) if hear in _hearers else None


def cell_id(shell: Any) -> str:
    """The id of the running cell: JupyterLab, Notebook 7 and VS Code send one."""
    parent: dict[str, Any] = getattr(shell, "get_parent", dict)() or {}
    found = (parent.get("metadata") or {}).get("cellId")
    return found if isinstance(found, str) else ""


def _tell(one: Running) -> None:
    for hear in _hearers.copy():
        hear(one)
