"""All turns of a voice conversation, and the messages to its views."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .turn import Turn


class Turns:
    """All turns so far, oldest first; ``tell`` sends a message to the views."""

    def __init__(self, tell: Callable[..., None]) -> None:
        self.all: list[Turn] = []
        self._tell = tell

    def __len__(self) -> int:
        return len(self.all)

    @property
    def over(self) -> int:
        """The number of turns that have ended."""
        return sum(turn.ending is not None for turn in self.all)

    @property
    def answered(self) -> int:
        """The number of turns with at least a word of an answer, or an ending."""
        return sum(bool(turn.written or turn.ending) for turn in self.all)

    def at(self, number: int) -> Turn | None:
        """The turn of that number in the views; None where it was deleted."""
        return self.all[number] if 0 <= number < len(self.all) else None

    def number(self, turn: Turn) -> int:
        return self.all.index(turn)

    def add(self, turn: Turn) -> None:
        self.all.append(turn)
        self.tell(turn, "turn")

    def tell(self, turn: Turn, kind: str) -> None:
        """Send an update of the turn to the views; nothing where it was deleted."""
        if turn in self.all:
            self._tell(kind, index=self.number(turn), **turn.shown())

    def shown(self) -> list[dict[str, Any]]:
        """All turns as JSON for a new view."""
        return [turn.shown() for turn in self.all]

    def messages(self) -> list[dict[str, str]]:
        """The conversation as messages, for a new connection."""
        messages = []
        for turn in self.all:
            if turn.question and turn.ending in ("complete", "stopped"):
                messages.append({"role": "user", "content": turn.question})
                messages.append({"role": "assistant", "content": turn.answer or "…"})
        return messages
