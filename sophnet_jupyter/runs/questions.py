"""Which question of a run is next: those of its source, those asked anew, and which are equal."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

from .rows import Item


class Questions:
    """
    The questions of a run, taken one by one.

    Questions of one key are one: the first is asked, and the others wait for its row. ``taken``
    counts what has come out of the source, of which no more than ``limit`` is taken.
    """

    def __init__(self, items: Iterable[Item], *, limit: int | None = None) -> None:
        self.taken = 0
        self.limit = limit
        self._items: Iterator[Item] = iter(items)
        self._again: deque[Item] = deque()
        # What has no answer yet, to be asked when the run goes on.
        self._open: dict[int, Item] = {}
        # By key the number of the row that is asked for all; by that number who waits for it.
        self._first: dict[str, int] = {}
        self._equal: dict[int, list[Item]] = {}

    def take(self) -> Item | None:
        """The next; None at the end. Raises what the source raises."""
        if self._again:
            return self._again.popleft()
        if self.taken == self.limit:
            return None
        item = next(self._items, None)
        self.taken += item is not None
        return item

    def put_back(self, item: Item) -> None:
        """It was not asked after all: it is the next."""
        if self._first.get(item.key) == item.number:
            del self._first[item.key]
        self._again.appendleft(item)

    def first_like(self, item: Item) -> int | None:
        """The number of the row that answers for this one too; None for one that is asked."""
        if not item.key:
            return None
        first = self._first.setdefault(item.key, item.number)
        return None if first == item.number else first

    def wait_for(self, first: int, item: Item) -> None:
        """This question is equal to one that is under way, and is answered with it."""
        self._equal.setdefault(first, []).append(item)

    def equal_to(self, number: int) -> list[Item]:
        """Those that waited for a row, which has come."""
        return self._equal.pop(number, [])

    def leave_open(self, item: Item) -> None:
        """It has no answer, or none that is complete."""
        self._open[item.number] = item

    def reopen(self, number: int) -> bool:
        """Have it asked once more; False where it is not open."""
        if (item := self._open.pop(number, None)) is None:
            return False
        if self._first.get(item.key) == number and number not in self._equal:
            del self._first[item.key]
        self._again.append(item)
        return True
