"""
How often a page may ask for what costs money or cannot be undone, and how many lines it may open.

A script in the page can send all that a panel can (SECURITY.md), also a thousand times; a reader
cannot.
"""

from __future__ import annotations

import time
from collections import deque
from typing import Any

import comm

from ...errors import SettingsError

MOST, SECONDS = 5, 1.0
# Kinds of commands that spend or destroy. Of those with parts, the part's word.
COSTLY = frozenset(
    "ask again animate continue delete make remove retry run sample say speak write".split()
)
# Each page that shows a panel has one, until it goes.
MOST_LINES = 200


class Gate:
    """For one panel; used on one thread."""

    def __init__(self) -> None:
        self._latest: deque[float] = deque(maxlen=MOST)

    def check(self, command: dict[str, Any]) -> None:
        """Raise `SettingsError` for the sixth costly command within a second."""
        if not COSTLY & {str(command.get("kind")), str(command.get("do"))}:
            return
        now = time.monotonic()
        if len(self._latest) == MOST and now - self._latest[0] < SECONDS:
            raise SettingsError(
                f"More than {MOST} requests a second came from the page: this was not done."
            )
        self._latest.append(now)


def is_crowded(target: str) -> bool:
    """Whether pages have opened as many lines to a target as they may."""
    lines: dict[str, Any] = comm.get_comm_manager().comms
    opened = [each for each in list(lines.values()) if each.target_name == target]
    return len(opened) > MOST_LINES
