"""How far a run is: what was counted, how fast it goes, and when it may be over."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from ..events import Usage
from ..language import mark
from .rows import Row

State = Literal["ready", "running", "paused", "stopped", "failed", "budget", "done"]
"""Of a run: not begun, under way, paused or stopped by somebody, ended by an error, at the limit of
its budget, or with an answer, or the lack of one, for every row."""

# The same for readers.
STATES: Mapping[str, str] = {
    "ready": mark("ready"),
    "running": mark("running"),
    "paused": mark("paused"),
    "judging": mark("judging"),
    "stopped": mark("stopped"),
    "failed": mark("failed"),
    "budget": mark("budget"),
    "done": mark("done"),
}

# Speed is measured over so many seconds, and so many of the last failures are shown.
WINDOW, LAST = 20.0, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class RunProgress:
    """
    Figures of a run at one moment.

    ``total`` is None where nobody knows how many rows there are. ``done`` counts the rows that
    have come to an end; of these ``equal`` were answered with another row, ``cached`` by an
    earlier call, ``kept`` by this run before it was resumed. ``per_second`` and ``eta`` (seconds)
    are of the last while. ``usage`` and ``cost``, by currency, are those of the whole run, with
    ``_now`` since it was resumed. ``sandbox`` says that no service has answered,
    and ``engines`` who has in its place: an empty word stands for a script.
    """

    state: State
    total: int | None
    done: int
    complete: int
    failed: int
    equal: int
    cached: int
    kept: int
    under_way: int
    seconds: float
    per_second: float
    eta: float | None
    usage: Usage
    cost: Mapping[str, float]
    usage_now: Usage
    cost_now: Mapping[str, float]
    sandbox: bool
    engines: frozenset[str]
    failures: tuple[Row, ...]


class Bill:
    """Adds up what rows have taken."""

    def __init__(self) -> None:
        self.cost: dict[str, float] = {}
        self._tokens: Counter[str] = Counter()

    def add(self, row: Row) -> None:
        if usage := row.usage:
            self._tokens["prompt"] += usage.prompt_tokens
            self._tokens["completion"] += usage.completion_tokens
            self._tokens["total"] += usage.total_tokens
        if row.cost:
            self.cost[row.currency] = self.cost.get(row.currency, 0.0) + row.cost

    @property
    def usage(self) -> Usage:
        return Usage(
            prompt_tokens=self._tokens["prompt"],
            completion_tokens=self._tokens["completion"],
            total_tokens=self._tokens["total"],
        )


class Tally:
    """Counts rows as they end, and takes back those that are asked anew."""

    def __init__(self) -> None:
        self.endings: Counter[str] = Counter()
        self.equal = self.cached = self.kept = 0
        self.whole, self.now = Bill(), Bill()
        self.sandbox = False
        self.engines: set[str] = set()
        self._failures: deque[Row] = deque(maxlen=LAST)
        self._ended: deque[float] = deque(maxlen=4096)

    def add(self, row: Row, now: float, *, kept: bool = False) -> None:
        """Count a row that has ended; ``kept`` is one that had before the run was resumed."""
        self.endings[row.ending] += 1
        self.equal += row.like is not None
        self.cached += row.cached and row.like is None
        self.kept += kept
        if row.sandbox:
            self.sandbox = True
            self.engines.add(row.engine)
        if row.ending not in ("complete", "stopped"):
            self._failures.append(row)
        self.whole.add(row)
        if not kept:
            self.now.add(row)
            self._ended.append(now)

    def take_back(self, row: Row) -> None:
        """A row that is asked anew has no ending; what it has cost stays."""
        self.endings[row.ending] -= 1
        self.equal -= row.like is not None
        with suppress(ValueError):
            self._failures.remove(row)

    @property
    def done(self) -> int:
        """Rows that have come to an end of their own."""
        return sum(self.endings.values()) - self.endings["stopped"]

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
            kept=self.kept,
            under_way=under_way,
            seconds=seconds,
            per_second=per_second,
            eta=left / per_second if left > 0 and per_second else None,
            usage=self.whole.usage,
            cost=dict(self.whole.cost),
            usage_now=self.now.usage,
            cost_now=dict(self.now.cost),
            sandbox=self.sandbox,
            engines=frozenset(self.engines),
            failures=tuple(self._failures),
        )
