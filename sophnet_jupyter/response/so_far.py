"""The end of an answer that grows, for who draws it: without putting together what is before."""

from __future__ import annotations

from .growing_list import GrowingText
from .response import Response


def behind(response: Response, name: str, place: int) -> str:
    """
    What of ``text`` or ``thinking`` stands behind so many characters.

    Of an answer that grows, nothing before them is put together for it.
    """
    known = vars(response)
    if name in known:
        return str(known[name][place:])
    pieces: GrowingText = known[f"_{name}"]
    return pieces.behind(place)


def length(response: Response, name: str) -> int:
    """How many characters ``text`` or ``thinking`` has, without putting it together."""
    known = vars(response)
    if name in known:
        return len(known[name])
    pieces: GrowingText = known[f"_{name}"]
    return pieces.length
