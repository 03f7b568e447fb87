"""How outputs are written."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Output:
    """
    ``stable`` leaves out what differs each time a cell is run; ``unfolded`` shows what a model
    thought without a click; without ``autoplay`` no sound begins by itself.
    """

    stable: bool = False
    unfolded: bool = False
    autoplay: bool = True


output = Output()
