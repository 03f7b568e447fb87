"""A value that changes while its cell waits for it, drawn anew in the cell's output."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any

from . import running
from .output import Cell

# Seconds between two drawings.
_PAUSE = 0.2


def follow(
    shell: Any, value: Any, draw: Callable[[Any], Mapping[str, str]]
) -> tuple[Callable[[], object], Callable[[], object]]:
    """
    Show ``value`` in the running cell. Returns what draws it anew, and what does so the last time.

    While it lasts, ``value.stop`` is what a page's Stop does. Where nobody watches the output grow
    it is drawn once, at the end.
    """
    cell = Cell(shell)
    one = running.begin(shell, stop=value.stop)
    shown = cell.publish(draw(value)) if cell.watched else None
    told = monotonic()

    def again() -> None:
        nonlocal told
        if shown is not None and monotonic() - told > _PAUSE:
            told = monotonic()
            cell.publish(draw(value), display_id=shown, update=True)

    def end() -> None:
        cell.publish(draw(value), display_id=shown, update=shown is not None)
        ended = {"done": "complete", "stopped": "stopped"}
        running.end(one, ended.get(value.state, "failed"))  # type: ignore[arg-type]

    return again, end
