"""Callers of one `Pace`, from any number of event loops, each in its turn."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from math import inf
from threading import RLock

from .pace import Pace, Sent, Told

_numbers = itertools.count()


def number() -> int:
    """The place of a call in the order of all: it keeps it when it is asked again."""
    return next(_numbers)


class Turn:
    """One caller that waits for a place."""

    def __init__(self, place: tuple[bool, int], again: bool, within: Callable[[], float]) -> None:
        self.place = place
        self.again = again
        self.within = within
        self.loop = asyncio.get_running_loop()
        self.woken: asyncio.Future[None] = self.loop.create_future()
        self.sent: Sent | None = None
        self.left = False

    def __lt__(self, other: Turn) -> bool:
        return self.place < other.place

    def wake(self) -> None:
        """To be called on the loop of the caller."""
        if not self.woken.done():
            self.woken.set_result(None)


class Turns:
    """
    Hands the places of a `Pace` to those who wait, single questions first, then by age.

    A place is given away under a lock, and belongs to its caller from then on: who is cancelled
    between that and waking gives it back.
    """

    def __init__(
        self, pace: Pace | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.pace = pace or Pace()
        self.clock = clock
        self._lock = RLock()
        self._waiting: list[Turn] = []
        self._loops: Counter[asyncio.AbstractEventLoop] = Counter()
        self._alarms: dict[asyncio.AbstractEventLoop, float] = {}
        self._resting = 0

    async def place(
        self, number: int, *, patient: bool, again: bool = False, within: Callable[[], float]
    ) -> Sent:
        """
        Wait until one more may be sent; what is then under way ends by one of the three below.

        ``again`` says that this was refused before, ``within`` how many seconds more this caller
        would wait while all do.
        """
        with self._lock:
            if not self._waiting:
                found = self.pace.send(self.clock(), patient=patient, again=again, within=within())
                if isinstance(found, Sent):
                    return found
            turn = Turn((patient, number), again, within)
            heapq.heappush(self._waiting, turn)
            self._loops[turn.loop] += 1
        try:
            self._serve()
            if turn.sent is None:
                await turn.woken
        except BaseException:
            self._leave(turn)
            raise
        assert turn.sent
        return turn.sent

    def let_through(self, sent: Sent) -> None:
        """An answer has begun."""
        self.pace.let_through(sent)
        self._serve()

    def leaves(self, sent: Sent, room: int, seconds: float) -> None:
        """The service says that it takes so many more within so many seconds."""
        now = self.clock()
        self.pace.leaves(sent, room, now, now + seconds)

    def answered(self, sent: Sent) -> None:
        """An answer came to its end."""
        if not sent.over:
            self.pace.answered(sent, self.clock())
            self._serve()

    def refused(self, sent: Sent, retry_after: float | None) -> None:
        """The service said that this was too much."""
        if not sent.over:
            self.pace.refused(sent, self.clock(), retry_after)
            self._serve()

    def gone(self, sent: Sent) -> None:
        """Nothing came of it."""
        if not sent.over:
            self.pace.gone(sent, self.clock())
            self._serve()

    def shut_for(self) -> float:
        """For how many seconds everything was refused."""
        return self.pace.shut_for(self.clock())

    @contextmanager
    def resting(self) -> Iterator[None]:
        """A call that was refused waits by itself; it is still one that is asked for."""
        with self._lock:
            self._resting += 1
        try:
            yield
        finally:
            with self._lock:
                self._resting -= 1

    def told(self) -> Told:
        """What there is to say about it now."""
        with self._lock:
            return self.pace.told(self.clock(), waiting=self._loops.total() + self._resting)

    def _leave(self, turn: Turn) -> None:
        with self._lock:
            if turn.sent:
                self.pace.returned(turn.sent, self.clock())
            elif not turn.left:
                # It stays in the heap until it would be its turn: taking it out costs a search.
                turn.left = True
                self._count_out(turn)
        self._serve()

    def _count_out(self, turn: Turn) -> None:
        self._loops[turn.loop] -= 1
        if self._loops[turn.loop] <= 0:
            del self._loops[turn.loop]
            self._alarms.pop(turn.loop, None)

    def _serve(self) -> None:
        """Give places away as long as there are any."""
        if not self._waiting:
            return
        with self._lock:
            while self._waiting:
                turn, now = self._waiting[0], self.clock()
                if turn.left:
                    heapq.heappop(self._waiting)
                    continue
                found = self.pace.send(
                    now, patient=turn.place[0], again=turn.again, within=turn.within()
                )
                if not isinstance(found, Sent):
                    self._wait(found)
                    return
                heapq.heappop(self._waiting)
                self._count_out(turn)
                turn.sent = found
                if not _on(turn.loop, turn.wake):
                    self.pace.returned(found, now)

    def _wait(self, seconds: float) -> None:
        """Come back after so many seconds, on every loop on which somebody waits."""
        if seconds == inf:
            return
        moment = self.clock() + seconds
        for loop in list(self._loops):
            if self._alarms.get(loop, inf) > moment:
                self._alarms[loop] = moment
                if not _on(loop, partial(loop.call_later, seconds, self._ring, loop)):
                    self._drop(loop)

    def _ring(self, loop: asyncio.AbstractEventLoop) -> None:
        with self._lock:
            self._alarms.pop(loop, None)
        self._serve()

    def _drop(self, loop: asyncio.AbstractEventLoop) -> None:
        """Nobody will ever run on a loop that is closed."""
        for turn in self._waiting:
            turn.left |= turn.loop is loop
        del self._loops[loop], self._alarms[loop]


def _on(loop: asyncio.AbstractEventLoop, call: Callable[[], object]) -> bool:
    """Call on this loop, at once where it is ours; False for one that is closed."""
    if loop.is_closed():
        return False
    if asyncio._get_running_loop() is loop:
        call()
        return True
    try:
        loop.call_soon_threadsafe(call)
    except RuntimeError:
        return False
    return True


_all: dict[tuple[str, ...], Turns] = {}
_lock = RLock()


def turns_of(service: str, root: str, account: str, lane: str) -> Turns:
    """The one of an account at an address, for one lane: shared by all callers of the process."""
    name = (service, root, account, lane)
    with _lock:
        if name not in _all:
            _all[name] = Turns()
        return _all[name]


def all_told() -> list[tuple[str, str, Told]]:
    """Service, lane and state of all that were used."""
    with _lock:
        known = list(_all.items())
    return [(name[0], name[3], each.told()) for name, each in known]


def forget() -> None:
    """Know nothing of any service; those who wait go on waiting for what they know."""
    with _lock:
        _all.clear()


# A child has none of the loops on which these wait, and perhaps a lock that nobody gives back.
def _begin_anew() -> None:
    global _lock
    _lock = RLock()
    _all.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)
