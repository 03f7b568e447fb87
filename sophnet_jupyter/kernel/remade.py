"""What a cell has made, so that a second run of the cell ends what the first one began."""

from __future__ import annotations

import weakref
from typing import Any

from .running import cell_id

# By cell: in which run of it values were made. Whoever has let go of one has it here no more.
_made: dict[str, tuple[int, list[weakref.ref[Any]]]] = {}
# Cells that are remembered; notebooks have fewer, and each takes some hundred bytes.
_MOST = 1_000


def remember(shell: Any, value: Any) -> None:
    """
    Note that the running cell has made ``value``, and close what its earlier run has made.

    Several of one run stay side by side. Without a cell's id, as in a terminal, nothing is closed.
    """
    cell = cell_id(shell)
    if not cell:
        return
    count = int(getattr(shell, "execution_count", 0))
    run, values = _made.pop(cell, (count, []))
    if run != count:
        for each in values:
            former = each()
            if former is not None:
                former.close()
        values = []
    _made[cell] = (count, [*(each for each in values if each() is not None), weakref.ref(value)])
    while len(_made) > _MOST:
        _made.pop(next(iter(_made)))
