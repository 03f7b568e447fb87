"""The runs of this process by their names, so that a new cell can show one that is going."""

from __future__ import annotations

from collections import OrderedDict

from .run import Run

# A run holds the answers of all its rows: of those that have ended so many are kept.
MOST = 8
_runs: OrderedDict[str, Run] = OrderedDict()


def remember(run: Run) -> None:
    """Have it found by its name; an older one of that name is forgotten."""
    _runs[run.name] = run
    _runs.move_to_end(run.name)
    ended = [name for name, each in _runs.items() if each.state not in ("running", "paused")]
    for name in ended[: max(0, len(_runs) - MOST)]:
        del _runs[name]


def find(name: str) -> Run | None:
    """The run of that name in this process."""
    return _runs.get(name)


def all_runs() -> list[Run]:
    """Those of this process, the newest first."""
    return list(reversed(_runs.values()))
