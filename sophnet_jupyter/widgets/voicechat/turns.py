"""The turns of a conversation by voice, and what its views are told of them."""

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
        """How many of them have come to their end."""
        return sum(turn.ending is not None for turn in self.all)

    @property
    def answered(self) -> int:
        """To how many of them at least a word has come, or an ending."""
        return sum(bool(turn.written or turn.ending) for turn in self.all)

    def at(self, number: int) -> Turn | None:
        """The one that views know by this number; None where there is none any more."""
        return self.all[number] if 0 <= number < len(self.all) else None

    def number(self, turn: Turn) -> int:
        return self.all.index(turn)

    def add(self, turn: Turn) -> None:
        self.all.append(turn)
        self.tell(turn, "turn")

    def tell(self, turn: Turn, kind: str) -> None:
        """Let the views draw what has become of it; nothing where it was forgotten meanwhile."""
        if turn in self.all:
            self._tell(kind, index=self.number(turn), **turn.shown())

    def shown(self) -> list[dict[str, Any]]:
        """What a new view draws."""
        return [turn.shown() for turn in self.all]

    def messages(self) -> list[dict[str, str]]:
        """What was said, for a line that knows nothing of it."""
        messages = []
        for turn in self.all:
            if turn.question and turn.ending in ("complete", "stopped"):
                messages.append({"role": "user", "content": turn.question})
                messages.append({"role": "assistant", "content": turn.answer or "…"})
        return messages
