"""
How often a page may ask for what costs money or cannot be undone, and how many lines it may open.

A script in the page can send all that a panel can (SECURITY.md), also a thousand times; a reader
cannot.
"""

from __future__ import annotations

import secrets
import time
from collections import deque
from collections.abc import Sequence
from typing import Any

import comm

from ...errors import SettingsError
from ...language import mark, tr

MOST, SECONDS = 5, 1.0
# Kinds of commands that spend. `panel.js` sends them only for a hand, and has the same list.
SPENDING = frozenset(
    "again animate ask continue go make name retry run sample say speak summarize".split()
)
# Kinds of commands that spend or destroy. Of those with parts, the part's word.
COSTLY = SPENDING | frozenset("delete remove write".split())
# So many answers, images or sounds are asked for within so many seconds before the reader is asked.
ALLOWED, WITHIN = 30, 60.0
QUESTION = mark("This panel has asked for a lot within a minute. Go on with this as well?")
# Each page that shows a panel has one, until it goes.
MOST_LINES = 200

Held = tuple[dict[str, Any], Sequence[Any]]


def is_spending(command: dict[str, Any]) -> bool:
    """Whether a command asks for what is paid."""
    return str(command.get("kind")) in SPENDING


class Gate:
    """For one panel; used on one thread."""

    def __init__(self) -> None:
        self._latest: deque[float] = deque(maxlen=MOST)
        self._spent: deque[tuple[float, int]] = deque()
        self._held: tuple[str, Held] | None = None

    def check(self, command: dict[str, Any]) -> None:
        """Raise `SettingsError` for the sixth costly command within a second."""
        if not COSTLY & {str(command.get("kind")), str(command.get("do"))}:
            return
        now = time.monotonic()
        if len(self._latest) == MOST and now - self._latest[0] < SECONDS:
            raise SettingsError(
                tr(
                    "More than {most} requests a second came from the page: this was not done.",
                    most=MOST,
                )
            )
        self._latest.append(now)

    def hold(self, held: Held, size: int) -> str:
        """
        A word by which the reader can let a command pass that asks for ``size`` paid things.

        Empty where it may pass at once. One command is held at a time: a later one takes its place.
        """
        now = time.monotonic()
        while self._spent and now - self._spent[0][0] >= WITHIN:
            self._spent.popleft()
        if sum(count for _, count in self._spent) + size <= ALLOWED:
            self._spent.append((now, size))
            return ""
        word = secrets.token_hex(8)
        self._held = word, held
        return word

    def confirmed(self, word: str) -> Held | None:
        """The command that was held under this word, once. What comes next is counted anew."""
        if self._held is None or self._held[0] != word:
            return None
        held, self._held = self._held[1], None
        self._spent.clear()
        return held


def is_crowded(target: str) -> bool:
    """Whether pages have opened as many lines to a target as they may."""
    lines: dict[str, Any] = comm.get_comm_manager().comms
    opened = [each for each in list(lines.values()) if each.target_name == target]
    return len(opened) > MOST_LINES
