"""How far a run is: what was counted, how fast it goes, and when it may be over."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ..events import Usage
from .rows import Row

State = Literal["ready", "running", "paused", "stopped", "failed", "budget", "done"]
"""Of a run: not begun, under way, paused or stopped by somebody, ended by an error, at the limit of
its budget, or with an answer, or the lack of one, for every row."""

# Speed is measured over so many seconds, and so many of the last failures are shown.
WINDOW, LAST = 20.0, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class RunProgress:
    """
    Figures of a run at one moment.

    ``total`` is None where nobody knows how many rows there are. ``done`` counts the rows that
    have come to an end, ``equal`` those of them that were answered with another row, ``cached``
    those that an earlier call has answered. ``per_second`` and ``eta`` (seconds) are of the last
    while. ``cost`` is by currency.
    """

    state: State
    total: int | None
    done: int
    complete: int
    failed: int
    equal: int
    cached: int
    under_way: int
    seconds: float
    per_second: float
    eta: float | None
    usage: Usage
    cost: Mapping[str, float]
    failures: tuple[Row, ...]


class Tally:
    """Counts rows as they end, and takes back those that are asked anew."""

    def __init__(self) -> None:
        self.endings: Counter[str] = Counter()
        self.equal = 0
        self.cached = 0
        self.tokens: Counter[str] = Counter()
        self.cost: dict[str, float] = {}
        self.failures: deque[Row] = deque(maxlen=LAST)
        self._ended: deque[float] = deque(maxlen=4096)

    def add(self, row: Row, now: float, *, equal: bool = False) -> None:
        self.endings[row.ending] += 1
        self.equal += equal
        self.cached += row.cached and not equal
        if row.ending not in ("complete", "stopped"):
            self.failures.append(row)
        self.pay(row)
        self._ended.append(now)

    def pay(self, row: Row) -> None:
        """Count what a row has taken, also one that is to be asked again."""
        if usage := row.usage:
            self.tokens["prompt"] += usage.prompt_tokens
            self.tokens["completion"] += usage.completion_tokens
            self.tokens["total"] += usage.total_tokens
        if row.cost:
            self.cost[row.currency] = self.cost.get(row.currency, 0.0) + row.cost

    def take_back(self, row: Row) -> None:
        """A row that is asked anew has no ending; what it has cost stays."""
        self.endings[row.ending] -= 1

    @property
    def done(self) -> int:
        """Rows that have come to an end of their own."""
        return sum(self.endings.values()) - self.endings["stopped"]

    @property
    def usage(self) -> Usage:
        return Usage(
            prompt_tokens=self.tokens["prompt"],
            completion_tokens=self.tokens["completion"],
            total_tokens=self.tokens["total"],
        )

    def per_second(self, now: float) -> float:
        """Rows a second over the last while."""
        while self._ended and self._ended[0] < now - WINDOW:
            self._ended.popleft()
        if len(self._ended) < 2:
            return 0.0
        return len(self._ended) / max(now - self._ended[0], 0.05)

    def progress(
        self,
        *,
        state: State,
        total: int | None,
        under_way: int,
        seconds: float,
        per_second: float,
    ) -> RunProgress:
        """The figures, with those that only the run knows."""
        left = 0 if total is None else total - self.done
        return RunProgress(
            state=state,
            total=total,
            done=self.done,
            complete=self.endings["complete"],
            failed=self.done - self.endings["complete"],
            equal=self.equal,
            cached=self.cached,
            under_way=under_way,
            seconds=seconds,
            per_second=per_second,
            eta=left / per_second if left > 0 and per_second else None,
            usage=self.usage,
            cost=dict(self.cost),
            failures=tuple(self.failures),
        )
