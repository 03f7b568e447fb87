"""How outputs are written."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Output:
    """``stable`` leaves out what differs each time a cell is run."""

    stable: bool = False


output = Output()
