"""
Poll a long task: an image, a video, a long transcript.

A look that fails is not a task that fails: it costs one look. Knows no service: `watch` takes a
callable that looks once, and values that say when to look again.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, TypeVar

from ..errors import (
    AnswerUnreadable,
    ConnectionLost,
    NotFound,
    RateLimited,
    ServiceDown,
    ServiceError,
    SophNetError,
    StillRunning,
    TaskFailed,
    TimedOut,
    Unreachable,
)
from ..events import Notice, Progress
from ..language import tr
from ..time_limit import within

T = TypeVar("T")

log = logging.getLogger(__name__)

# What says nothing about the task itself, so that the next look may fare better.
PASSING = (
    Unreachable,
    ConnectionLost,
    TimedOut,
    AnswerUnreadable,
    RateLimited,
    ServiceDown,
    TimeoutError,
)
# A service that has just given an id may not know it everywhere at once.
BELIEVED = 3
# An interrupted cell waits this long at most for the service to hear of it.
CANCEL_WAIT = 2.0
# The look at the deadline itself gets this much time.
LAST_LOOK = 5.0
# A wait that a service asks for is kept up to here; the deadline may come before.
LONGEST_HINT = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """
    The polling intervals and the total time limit, in seconds.

    The waits grow from ``first`` by ``factor`` up to ``longest``; ``look`` limits one look, and
    ``total`` all of them together.
    """

    first: float = 1.0
    factor: float = 1.5
    longest: float = 10.0
    look: float = 60.0
    total: float = 900.0

    def wait(self, looks: int, chance: float) -> float:
        """
        Seconds before the next poll after ``looks`` others, a fifth more or less by ``chance``.
        """
        # The exponent is bounded, since a task of a day would overflow a float.
        grown = self.first * self.factor ** min(looks, 50)
        return min(grown, self.longest) * (0.8 + 0.4 * chance)


@dataclass(frozen=True, slots=True, kw_only=True)
class State(Generic[T]):
    """
    The result of one poll.

    ``word`` is the service's own. A task that is ``done`` has its ``reply``, and ``urls`` to fetch
    until ``expires`` (seconds since the epoch, None where nobody knows). ``fraction`` goes from 0
    to 1; ``wait`` is how many seconds the service asks us to stay away. ``notice`` is what a reader
    should know of it, such as that its word is not known here.
    """

    word: str
    done: bool = False
    reply: T | None = None
    fraction: float | None = None
    wait: float | None = None
    urls: tuple[str, ...] = ()
    expires: float | None = None
    notice: str = ""


async def watch(
    check: Callable[[], Awaitable[State[T]]],
    *,
    service: str,
    task_id: str,
    pace: Pace | None = None,
    state: str = "submitted",
    resumed: bool = False,
    cancel: Callable[[], Awaitable[object]] | None = None,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    clock: Callable[[], float] = time.monotonic,
    chance: Callable[[], float] = random.random,
) -> AsyncGenerator[Progress | Notice | State[T], None]:
    """
    Poll until the task is done: yields a `Progress` at once and after each poll, at last the
    `State`. What a poll gives notice of comes once, as a `Notice`.

    ``check`` raises `TaskFailed` for a task that the service gave up; that and every other definite
    answer of it ends the wait. Where it could not be reached, failed itself or was busy, we look
    again, and once several looks in a row have failed, `Progress` says why until one succeeds. A
    ``resumed`` task is looked at without a wait. Whoever leaves early, by cancelling or by
    closing the iterator, has ``cancel`` called.

    Raises `StillRunning` once ``pace.total`` has passed, and what ``check`` raises.
    """
    pace = pace or Pace()
    looks = _Looks(check, task_id, pace, state)
    begun = clock()
    left = pace.total
    pause = 0.0 if resumed else pace.wait(0, chance())
    try:
        yield looks.progress(0.0)
        while left > 0:
            await sleep(min(pause, left))
            left = begun + pace.total - clock()
            found = await looks.look(left)
            for text in looks.unheard():
                yield Notice(text=text)
            if found:
                break
            yield looks.progress(clock() - begun)
            left = begun + pace.total - clock()
            pause = max(pace.wait(looks.count, chance()), looks.hint)
        else:
            raise StillRunning(
                service=service,
                task_id=task_id,
                seconds=pace.total,
                state=looks.word,
                problem=looks.problem,
            )
    except (asyncio.CancelledError, GeneratorExit):
        if cancel:
            await _tell(cancel)
        raise
    # Out here: nobody is to cancel a task that is done.
    yield found


class _Looks(Generic[T]):
    """The state of all polls so far."""

    def __init__(
        self, check: Callable[[], Awaitable[State[T]]], task_id: str, pace: Pace, word: str
    ) -> None:
        self._check = check
        self._task_id = task_id
        self._pace = pace
        self.word = word
        self.fraction: float | None = None
        self.hint = 0.0
        self.count = 0
        self.problem = ""
        self._failed = self._missing = 0
        # Each thing to notice, and whether it was told.
        self._notices: dict[str, bool] = {}

    async def look(self, left: float) -> State[T] | None:
        """Poll once: the state of a task that is done, None for all others."""
        self.count += 1
        try:
            async with within(min(self._pace.look, max(left, LAST_LOOK))):
                found = await self._check()
        except TaskFailed:
            raise
        except (*PASSING, NotFound) as error:
            self._missing = self._missing + 1 if isinstance(error, NotFound) else 0
            if self._missing >= BELIEVED:
                raise
            self._fail(error)
            return None
        self.word, self.fraction = found.word, found.fraction
        if found.notice:
            self._notices.setdefault(found.notice, False)
        self.hint = min(found.wait or 0.0, LONGEST_HINT)
        self.problem, self._failed, self._missing = "", 0, 0
        return found if found.done else None

    def unheard(self) -> list[str]:
        """What is to be noticed and was not told yet."""
        new = [text for text, told in self._notices.items() if not told]
        self._notices.update(dict.fromkeys(new, True))
        return new

    def _fail(self, error: Exception) -> None:
        self._failed += 1
        self.problem = str(error) or tr("no answer within {look:g} s", look=self._pace.look)
        asked = error.retry_after if isinstance(error, ServiceError) else None
        self.hint = min(asked or 0.0, LONGEST_HINT)
        log.info("%s: look %d failed: %s", self._task_id, self.count, type(error).__name__)

    def progress(self, elapsed: float) -> Progress:
        return Progress(
            state=self.word,
            task_id=self._task_id,
            fraction=self.fraction,
            elapsed=elapsed,
            # One look that fails is nobody's worry.
            problem=self.problem if self._failed >= BELIEVED else "",
        )


async def _tell(cancel: Callable[[], Awaitable[object]]) -> None:
    """Cancel the task at the service, but not for long: the user has pressed Ctrl-C and waits."""
    with suppress(SophNetError, TimeoutError):
        async with within(CANCEL_WAIT):
            await cancel()
