"""The attempts of one call: who may go when, and whether one more is worth it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from ..errors import TimedOut
from ..time_limit import within
from .call import Call
from .files.moving import Moving
from .opened import Deadline
from .pace import Sent, patience
from .retry import LONGEST_WAIT, Retry, RetryBudget
from .turns import Turns, number


class Attempts:
    """
    What is known of the attempts of one call so far. All times are in seconds.

    A single question has ``most`` attempts, within the total limit from the first time that it is
    sent. One for a row of many has its patience for all of them, the total limit for each, and no
    number of refusals ends it.
    """

    def __init__(
        self,
        call: Call,
        retry: Retry,
        budget: RetryBudget,
        *,
        service: str,
        most: int,
        total: float,
        now: Callable[[], float],
    ) -> None:
        self._call = call
        self._retry = retry
        self._budget = budget
        self._service = service
        self._most = most
        self._total = total
        self._now = now
        self._number = number()
        self._begun = now()
        self._patience = patience()
        self._deadline: Deadline | None = None
        self._counted = 0
        self._refused = False
        self._renewed = False
        # The body of the last attempt, where it is one that is uploaded.
        self.moving: Moving | None = None
        self.sent = 0

    @property
    def patient(self) -> bool:
        """Whether this is for a row of many."""
        return self._patience is not None

    async def turn(self, turns: Turns) -> Sent:
        """Wait until one more may be sent. Raises `TimedOut` where patience ends before."""

        def left() -> float:
            wait = LONGEST_WAIT if self._patience is None else self._left(self._patience)
            return wait - turns.shut_for()

        waiting = turns.place(self._number, patient=self.patient, again=self._refused, within=left)
        if self._patience is None:
            return await waiting
        with suppress(TimeoutError):
            async with within(self._left(self._patience)):
                return await waiting
        raise TimedOut(service=self._service, limit="patience", seconds=self._patience, sent=False)

    def begin(self) -> Deadline:
        """The time limit of the attempt that is sent now."""
        self.sent += 1
        if self._deadline is None or self.patient:
            self._deadline = Deadline(self._service, self._total, self._now)
        return self._deadline

    def was_cut(self) -> bool:
        """Whether the last attempt sent half of an upload, which nobody can have carried out."""
        return self.moving is not None and self.moving.cut

    def may_renew(self) -> bool:
        """Whether to send once more with another key; true once, and it counts as no attempt."""
        first, self._renewed = not self._renewed, True
        return first and self._replayable

    def retries(self, status: int) -> bool:
        """Whether the call is one that is sent again after this status."""
        return status in self._retry.statuses

    def again(self, worth: bool, wait: float) -> bool:
        """Whether to send once more after ``wait``, when a failure is ``worth`` it."""
        self._counted += 1
        few = worth and self._replayable and self._counted < self._most
        return few and self._in_time(wait) and self._budget.take()

    def again_after_refusal(self, wait: float, shut: float) -> bool:
        """
        The same after a 429, while everything was refused for ``shut`` seconds.

        It costs nothing of the budget, which is for outages.
        """
        self._refused = True
        if self._patience is None:
            self._counted += 1
            allowed = self._counted < self._most and shut < LONGEST_WAIT
        else:
            allowed = shut < self._patience
        return allowed and 429 in self._retry.statuses and self._replayable and self._in_time(wait)

    @property
    def _replayable(self) -> bool:
        return self._call.upload is None or self._call.upload.replayable

    def _in_time(self, wait: float) -> bool:
        if self._patience is not None:
            return wait < self._left(self._patience)
        assert self._deadline
        return wait <= LONGEST_WAIT and wait < self._deadline.left

    def _left(self, patience: float) -> float:
        return max(0.0, self._begun + patience - self._now())
