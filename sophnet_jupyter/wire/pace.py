"""
Who may send now: how many requests at once, and how fast, a service lets through.

Knows no service, awaits nothing and has no clock: `turns` is where callers wait.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from math import inf
from threading import Lock

from ..language import tr

# So many are under way at most, and so many of them are never given to rows: somebody who asks one
# question does not wait behind a thousand.
MOST = 32
KEPT_FREE = 2
BEGIN = 8
# Once something was refused, sends are spread over the time of an answer, a little closer than
# evenly: answers that end together would otherwise be asked again together.
SPREAD = 1.15
# Below this share of the rate that was allowed before, one more is sent soon.
BEHIND = 0.93
# Answers are counted over so many seconds, or over three answers' time where that is longer.
SPAN = 1.0
# One more is tried after an answer's time; at a height that was refused again after twice as long,
# and so on. In seconds, at least and at most.
PATIENCE, LONGEST_PATIENCE = 0.25, 8.0
# After so many refusals one after the other, of which each was sent after the one before had come,
# nothing is let through any more.
SHUT = 4
# What was learned so many seconds ago says nothing of now.
FORGOTTEN = 300.0
# A pause that headers ask for without a refusal is kept up to here.
LONGEST_PAUSE = 60.0

_patience: ContextVar[float | None] = ContextVar("patience", default=None)


@contextmanager
def patient(seconds: float = 600.0) -> Iterator[None]:
    """
    Calls made inside are for rows of many: each has so many seconds for all its attempts.

    They are asked again after a 429 as often as that allows, wait behind who asks a single
    question, and never take the last two places.
    """
    before = _patience.get()
    _patience.set(seconds)
    try:
        yield
    finally:
        # Not by a token: a generator may be closed in another context than it was begun in.
        _patience.set(before)


def patience() -> float | None:
    """Seconds that the present call has for all its attempts, where it is one for rows."""
    return _patience.get()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """
    What a pace has seen and learned, for a line of progress.

    ``asked`` requests want an answer now, and ``under_way`` of them are sent. ``most`` may be at
    once, which is ``learned`` once something was refused. ``per_second`` is how many answers came
    lately, and ``refused_share`` how much of all that was sent was refused and sent again: 0 to 1.
    """

    asked: int
    under_way: int
    most: int
    per_second: float
    refused_share: float
    learned: bool

    def __str__(self) -> str:
        rate = f"{self.per_second:.{0 if self.per_second >= 10 else 1}f}"
        words = [
            tr("{count} asked", count=self.asked),
            tr("{count} under way", count=self.under_way),
            tr("{rate} rows/s", rate=rate),
        ]
        if self.refused_share:
            words.append(
                tr("{share:.1f} % refused and asked again", share=100 * self.refused_share)
            )
        return tr(", ").join(words)


@dataclass(slots=True, eq=False)
class Sent:
    """
    One request that is under way: when it was sent, and whether for a row of many.

    It has a ``number`` in the order of all, and the next is to follow after ``gap`` seconds. Its
    answer may have ``begun``, and is ``over`` at last, in whatever way.
    """

    at: float
    patient: bool
    number: int
    gap: float = 0.0
    begun: bool = False
    over: bool = False


class Pace:
    """
    Learns how many requests may be under way at once, and how fast they may follow each other.

    It begins with a few, and allows one more for each answer while nothing is refused. A refusal
    means one less than were being answered; from then on it grows slowly near a height that was
    refused, fast below it, and sends are spread over the time of an answer. All wait only where
    nothing is let through any more.

    ``now`` is in seconds, of any clock that does not go back. May be used from all threads.
    """

    def __init__(self, *, most: int = MOST, chance: Callable[[], float] = random.random) -> None:
        self._most = most
        self._chance = chance
        self._lock = Lock()
        self._under_way = self._rows = 0
        self._sends = self._refusals = 0
        self._begin()

    def _begin(self) -> None:
        """Know nothing."""
        self._limit = min(BEGIN, self._most)
        self._learned = False
        # Seconds of an answer, and when the last ones came.
        self._took = 0.0
        self._answers: deque[float] = deque()
        self._last = self._sent_at = -inf
        # The rate and the number at which something was refused, and how often at the same.
        self._allowed = 0.0
        self._wall = -inf
        self._again = 0
        self._changed = self._cut = -inf
        # When the next may be sent: one after the other, and any at all.
        self._next = self._gate = -inf
        # How many the service's headers leave, and until when.
        self._room, self._room_until = inf, -inf
        # How often it fell since something was let through, and since when nothing was.
        self._falls = 0
        self._shut: float | None = None

    def may_send(
        self, now: float, *, patient: bool = False, again: bool = False, within: float = inf
    ) -> float:
        """
        Seconds until one more may be sent: 0 for now, infinity for not before something ends.

        ``patient`` asks for a row of many, which leaves the last two places to others. While all
        wait, one that was refused and comes ``again`` may find out whether they still must; who
        cannot wait for longer than ``within`` seconds asks for itself.
        """
        with self._lock:
            return self._wait(now, patient, again, within)

    def send(
        self, now: float, *, patient: bool = False, again: bool = False, within: float = inf
    ) -> Sent | float:
        """Send one if one may be: what is then under way, or else what `may_send` says."""
        with self._lock:
            wait = self._wait(now, patient, again, within)
            return self._sent(now, patient) if wait <= 0 else wait

    def sent(self, now: float, *, patient: bool = False) -> Sent:
        """One more is under way, allowed or not. Every one of them is to end in one of three."""
        with self._lock:
            return self._sent(now, patient)

    def let_through(self, sent: Sent) -> None:
        """An answer has begun: this was not too much."""
        with self._lock:
            self._opened(sent)
            if not self._learned and not sent.begun and self._under_way >= self._limit:
                self._limit = min(self._most, self._limit + 1)
            sent.begun = True

    def answered(self, sent: Sent, now: float) -> None:
        """An answer ended; also one that is an error, but not for asking too much."""
        with self._lock:
            if sent.over:
                return
            full = self._under_way >= self._limit and (self._learned or not sent.begun)
            self._end(sent, now)
            took = now - sent.at
            self._took = 0.8 * self._took + 0.2 * took if self._took else took
            self._answers.append(now)
            self._opened(sent)
            if full:
                self._grow(now)

    def refused(self, sent: Sent, now: float, retry_after: float | None = None) -> None:
        """The service said that this was too much; it may ask to stay away so many seconds."""
        with self._lock:
            if sent.over:
                return
            self._end(sent, now)
            self._refusals += 1
            if self._shut is None:
                self._shut = now
            if sent.at > self._cut:
                self._fall(now)
            elif self._sent_at <= self._cut:
                # Sent together with what was refused first: fewer are being answered.
                self._limit = max(1, min(self._limit, self._under_way))
            if self._falls >= SHUT:
                self._close(now, retry_after)

    def gone(self, sent: Sent, now: float) -> None:
        """Nothing came of it: the line broke, or its caller has left."""
        with self._lock:
            if not sent.over:
                self._end(sent, now)

    def returned(self, sent: Sent, now: float) -> None:
        """It was never sent: its caller left before it could be. The next may go in its place."""
        with self._lock:
            if not sent.over:
                self._end(sent, now)
                self._sends -= 1
                self._room += 1
                self._next -= sent.gap

    def leaves(self, sent: Sent, room: float, now: float, until: float) -> None:
        """The service says in an answer that it takes ``room`` more until then."""
        with self._lock:
            # What was sent behind it may not be counted yet.
            self._room = max(0.0, room - (self._sends - sent.number))
            self._room_until = min(until, now + LONGEST_PAUSE)

    def shut_for(self, now: float) -> float:
        """For how many seconds everything was refused; 0 where something is let through."""
        with self._lock:
            return 0.0 if self._shut is None else now - self._shut

    def told(self, now: float, *, waiting: int = 0) -> Told:
        """A snapshot; ``waiting`` callers want to send and may not yet."""
        with self._lock:
            return Told(
                asked=self._under_way + waiting,
                under_way=self._under_way,
                most=self._limit,
                per_second=self._rate(now),
                refused_share=self._refusals / self._sends if self._sends else 0.0,
                learned=self._learned,
            )

    def _wait(self, now: float, patient: bool, again: bool, within: float) -> float:
        if not self._under_way and now - self._last > FORGOTTEN:
            self._begin()
        if self._under_way >= self._limit and not self._fits_besides(patient):
            return inf
        if patient and self._rows >= max(1, self._most - KEPT_FREE):
            return inf
        alone = again and not self._under_way
        free = alone or self._gate - now > within
        until = self._next if free else max(self._next, self._gate)
        if patient and self._room < 1:
            until = max(until, self._room_until)
        return max(0.0, until - now)

    def _fits_besides(self, patient: bool) -> bool:
        """A single question need not wait for a height to be reached that nobody has refused."""
        alone = not patient and self._under_way - self._rows < KEPT_FREE
        return alone and not self._learned and self._under_way < self._most

    def _sent(self, now: float, patient: bool) -> Sent:
        self._under_way += 1
        self._rows += patient
        self._sends += 1
        self._last = self._sent_at = now
        self._room -= 1
        if now >= self._room_until:
            self._room = inf
        gap = 0.0
        if self._learned and self._took:
            gap = self._took / self._limit / SPREAD
            # Who was woken late makes up for some of that.
            self._next = max(self._next, now - gap / 2) + gap
        return Sent(now, patient, self._sends, gap)

    def _end(self, sent: Sent, now: float) -> None:
        sent.over = True
        self._under_way -= 1
        self._rows -= sent.patient
        self._last = now

    def _opened(self, sent: Sent) -> None:
        """This was let through; what was sent before others were refused says nothing of now."""
        if self._shut is not None and sent.at >= self._shut:
            self._falls, self._shut, self._gate = 0, None, -inf

    def _grow(self, now: float) -> None:
        """All places were taken, and an answer came."""
        if not self._learned:
            self._limit = min(self._most, self._limit + 1)
            return
        rate = self._rate(now)
        behind = rate < BEHIND * self._allowed
        patience = max(PATIENCE, self._took) * 2 ** min(self._again, 10)
        if now - self._changed >= (self._took if behind else min(LONGEST_PATIENCE, patience)):
            # Half of what is missing: the other half may be on its way.
            more = int((self._allowed - rate) * self._took / 2) if behind else 1
            self._limit = min(self._most, self._limit + max(1, more))
            self._changed = now

    def _fall(self, now: float) -> None:
        """One less than were being answered; only what was sent after the last fall counts."""
        held, rate = self._under_way, self._rate(now)
        if not self._falls:
            if abs(held - self._wall) <= 1:
                self._again += 1
            else:
                self._wall, self._again = held, 0
            self._allowed = max(0.9 * self._allowed, rate)
        self._falls += 1
        if held:
            # Where the rate is limited, few may be left of those that it can carry.
            carried = int(rate * self._took / 2)
            self._limit = max(1, min(self._limit - 1, max(held, carried)))
            self._learned = True
        # Who is refused alone learns nothing of a number.
        self._cut = self._changed = now

    def _close(self, now: float, retry_after: float | None) -> None:
        """All wait; first for a moment, since seconds are the least that a service can ask for."""
        again = self._falls // SHUT - 1
        pause = (0.25 + 0.25 * self._chance()) * min(16, 2**again)
        if again and retry_after is not None:
            pause = retry_after
        self._gate = max(self._gate, now + pause)

    def _rate(self, now: float) -> float:
        """Answers a second, over the time that has passed."""
        span = max(SPAN, 3 * self._took)
        answers = self._answers
        while answers and answers[0] < now - span:
            answers.popleft()
        if not answers:
            return 0.0
        # Since the first of them; but those of one moment took an answer's time to come.
        return len(answers) / max(now - answers[0], self._took, 1e-3)
