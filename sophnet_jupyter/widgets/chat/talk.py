"""The exchanges of a chat panel, and the other ways in which the conversation went."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..exchange.exchange import Exchange


@dataclass(eq=False)
class Fork:
    """The ways on from one place; ``here`` is the one that is shown."""

    tails: list[list[Exchange]]
    here: int = 0


class Talk:
    """
    The exchanges that are shown, in order.

    A question that is edited begins another branch: what followed the old one stays behind it.
    """

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self._forks: dict[str, Fork] = {}
        # What `clear` has taken away, until something is asked.
        self._cleared: list[Exchange] = []

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self.exchanges)

    def __len__(self) -> int:
        return len(self.exchanges)

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return bool(self.exchanges or self._cleared)

    def add(self, exchange: Exchange) -> None:
        """Go on with a question."""
        self._cleared = []
        self.exchanges.append(exchange)

    def branch(self, old: str, exchange: Exchange) -> bool:
        """Put a question in the place of another one, as a branch; False where that is gone."""
        place = self._place(old)
        if place is None:
            return False
        before = self.exchanges[place:]
        fork = self._forks.setdefault(old, Fork([before]))
        fork.tails[fork.here] = before
        fork.tails.append([exchange])
        fork.here = len(fork.tails) - 1
        self._forks[exchange.id] = fork
        self._cleared = []
        self.exchanges[place:] = [exchange]
        return True

    def turn(self, shown: str, step: int) -> bool:
        """Show the branch before or after the one that begins with an exchange."""
        place, fork = self._place(shown), self._forks.get(shown)
        if place is None or fork is None or not 0 <= fork.here + step < len(fork.tails):
            return False
        fork.tails[fork.here] = self.exchanges[place:]
        fork.here += step
        self.exchanges[place:] = fork.tails[fork.here]
        return True

    def branches(self, exchange: Exchange) -> tuple[int, int]:
        """Which branch an exchange begins, from 1, and of how many."""
        fork = self._forks.get(exchange.id)
        return (fork.here + 1, len(fork.tails)) if fork else (1, 1)

    def undo(self) -> Exchange | None:
        """Take the last question back, or what `clear` did; returns a question taken back."""
        if self._cleared:
            self.exchanges, self._cleared = self._cleared, []
            return None
        return self.exchanges.pop() if self.exchanges else None

    def clear(self) -> None:
        """Begin anew; `undo` brings it back until something is asked."""
        self._cleared, self.exchanges = self.exchanges or self._cleared, []

    def open(self, exchanges: Sequence[Exchange]) -> None:
        """Show another conversation."""
        self.exchanges, self._cleared = list(exchanges), []
        self._forks.clear()

    def _place(self, exchange: str) -> int | None:
        found = (at for at, one in enumerate(self.exchanges) if one.id == exchange)
        return next(found, None)
