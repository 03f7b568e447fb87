"""A run: many questions asked at once, and their answers as they come."""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Generator, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext, suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import SettingsError
from ..events import Usage
from ..language import tr
from .asking import Price, ask_one
from .bell import Bell
from .columns import added
from .ended import ended
from .failures import ends_all
from .keeping import EQUAL, RowKeeper, RunKeeper, SpendMeter
from .looks import Drawn
from .progress import STATES, RunProgress, State, Tally
from .questions import Questions
from .rows import Ask, Item, Row
from .tables import Table
from .verdicts import in_rows

if TYPE_CHECKING:
    from .report.report import Report

MOST_AT_ONCE = 32
# Rows that are taken from an iterable without length before their slowest reader has seen them.
AHEAD = 64
# Seconds that one row may take.
PATIENCE = 600.0


class Run(Drawn):
    """
    Questions, asked ``concurrency`` at once, and their answers.

    ``async for`` gives each `Row` as it comes, and ``await`` waits for all and gives the run
    itself. It begins with the first of either, and stops when nobody reads or waits any longer;
    then the next goes on with what has no answer. ``rows`` are in the order of the questions, at
    any time.

    ``ask`` sends one question. ``total`` is how many there are, where ``items`` has no length.
    An error for which ``stop_on`` is True ends the run, and is raised; any other is its row's.
    ``patience`` is what a row may take, in seconds. ``first`` asks only so many. ``table`` is what
    `to_frame` joins the answers to, with ``fields`` of what was parsed and ``more`` columns of the
    rows. ``known`` answers a question without asking, where it can; ``make`` makes that of a row
    again, to be looked at. ``sources`` says where the values of the ``template`` are from,
    ``name`` what the run is called, ``prompt_hash`` tells its way to ask from others, ``used`` are
    the columns that it reads. ``around`` is entered by each of those who ask; ``waits`` says
    what was learned about how much the service lets through. ``meter`` keeps a budget, for which
    ``longest`` is the most tokens of an answer; ``revive`` makes of an answer's text what was
    parsed. Raises `SettingsError`.
    """

    def __init__(
        self,
        items: Iterable[Item],
        ask: Ask,
        *,
        concurrency: int = MOST_AT_ONCE,
        total: int | None = None,
        stop_on: Callable[[Exception], bool] = ends_all,
        patience: float = PATIENCE,
        price: Price | None = None,
        first: int | None = None,
        table: Table | None = None,
        fields: Iterable[str] = (),
        more: Mapping[str, Callable[[Row], Any]] | None = None,
        known: Callable[[Item], Row | None] | None = None,
        make: Callable[[int], Item] | None = None,
        sources: str = "",
        template: str = "",
        name: str = "",
        prompt_hash: str = "",
        used: Iterable[str] = (),
        around: Callable[[], AbstractContextManager[Any]] = nullcontext,
        waits: Callable[[], str] = str,
        meter: SpendMeter | None = None,
        longest: int | None = None,
        revive: Callable[[str], Any] | None = None,
        restore: Callable[[Row], Row] | None = None,
        conceal: Callable[[str], str] | None = None,
    ) -> None:
        if not 1 <= concurrency <= MOST_AT_ONCE:
            raise SettingsError(
                tr(
                    "concurrency goes from 1 to {most}, not {concurrency}.",
                    most=MOST_AT_ONCE,
                    concurrency=concurrency,
                )
            )
        if first is not None and first < 1:
            raise SettingsError(
                tr("first is how many rows to begin with, at least 1, not {first}.", first=first)
            )
        self.whole = len(items) if total is None and isinstance(items, Sequence) else total
        self.concurrency = concurrency
        self.patience = patience
        self.error: Exception | None = None
        self.name, self.sources, self.template = name, sources, template
        self.notes: list[str] = []
        self.prompt_hash, self._used = prompt_hash, list(used)
        self._around, self._waits = around, waits
        self._meter, self._longest = meter, longest
        self.revive = revive
        # Makes of a row that was kept what it was, where the store has placeholders.
        self.restore = restore
        # A text of it as it was sent, where its questions are masked.
        self.conceal = conceal
        self._record: RunKeeper | None = None
        self._spent = False
        self._ask, self._stop_on, self._price = ask, stop_on, price
        self._more, self._known, self._make = dict(more or {}), known, make
        self._questions = Questions(items, limit=first)
        self.table, self.fields = table or Table([]), list(fields)
        self._found: dict[int, Row] = {}
        # Rows in the order in which they came, and how many of them each reader has seen.
        self._arrived: list[Row] = []
        self._readers: list[list[int]] = []
        self._followers = 0
        self._paused = self._over = False
        self._under_way = 0
        self._tally = Tally()
        self._seconds, self._since = 0.0, 0.0
        self._bell = Bell()
        self._task: asyncio.Task[None] | None = None

    def __aiter__(self) -> AsyncGenerator[Row, None]:
        return self._each()

    def __await__(self) -> Generator[Any, None, Run]:
        return self._whole().__await__()

    def __repr__(self) -> str:
        told = self.progress()
        said = [in_rows(told.done)]
        if told.total is not None:
            said = [tr("{done:,} of {total:,} rows", done=told.done, total=told.total)]
        said.append(tr(STATES[told.state]))
        said += [ended("failed", told.failed)] if told.failed else []
        return f"<{type(self).__name__} {' · '.join(said)}>"

    @property
    def state(self) -> State:
        """``ready``, ``running``, ``paused``, ``stopped``, ``failed``, ``budget`` or ``done``."""
        if self._task is not None:
            return "paused" if self._paused else "running"
        if self._over:
            return "done"
        if self.error is not None:
            return "failed"
        if self._spent:
            return "budget"
        return "stopped" if self._questions.taken else "ready"

    @property
    def total(self) -> int | None:
        """How many rows are asked for; ``whole`` is how many there are, ``first`` or not."""
        limit = self._questions.limit
        return self.whole if limit is None else min(limit, self.whole or limit)

    @property
    def rows(self) -> list[Row]:
        """The rows in the order of the questions; see `row` for those without an answer."""
        count = self._questions.taken if self.total is None else self.total
        return [self.row(number) for number in range(count)]

    @property
    def usage(self) -> Usage:
        """The tokens that it took so far."""
        return self._tally.whole.usage

    @property
    def cost(self) -> dict[str, float]:
        """What they cost, by currency; empty where nobody knows a price."""
        return dict(self._tally.whole.cost)

    @property
    def renamed(self) -> dict[str, str]:
        """Which of its columns have another name in `to_frame`, since the table has one of it."""
        return self._added([])[1]

    def to_frame(self) -> Any:
        """
        The table with its answers, a row for each that was asked for, at any time.

        In the library of the table, else of pandas or polars. Its columns are the table's own, the
        fields of the schema, and ``answer, ending, error, seconds, tokens_in, tokens_out, cost,
        cached, sandbox, call``; one of these that the table has too gets a number. Raises
        `SettingsError` where there is no library of frames.
        """
        return self.table.to_frame(self.columns())

    def joined(self) -> Any:
        """The same, where a table that is no frame becomes a list of dicts."""
        return self.table.joined(self.columns())

    def columns(self) -> dict[str, list[Any]]:
        """What it adds to its table, a value for each row that was asked for."""
        rows = self.rows
        if calls := self._record.calls() if self._record else {}:
            rows = [replace(row, call=calls.get(row.number, row.call)) for row in rows]
        return self._added(rows)[0]

    def keep(self, record: RunKeeper | None, known: Callable[[Item], Row | None] | None) -> None:
        """Have it kept row by row, and go on from what is ``known``. Before it begins."""
        self._record, self._known = record, known

    def columns_of(self, rows: Sequence[Row]) -> dict[str, list[Any]]:
        """The same for some rows: those of the schema first, then the facts about each."""
        return self._added(rows)[0]

    def row(self, number: int) -> Row:
        """One row; not yet answered it has no ending, or ``stopped`` where the run has ended."""
        found = self._found.get(number) or Row(number=number)
        ended = not found.ending and self.state in ("stopped", "failed", "budget")
        return replace(found, ending="stopped") if ended else found

    def to_records(self) -> list[dict[str, Any]]:
        """The rows of `to_frame` as dicts."""
        more, height = self.columns(), self.table.height
        return [
            {
                **(self.table.row(row.number) if height != 0 else {}),
                **{name: values[place] for name, values in more.items()},
            }
            for place, row in enumerate(self.rows)
        ]

    def save(self, path: str | os.PathLike[str]) -> Path:
        """
        Write it for others, by the ending: ``.html`` is one page, verdict first, that opens without
        a network; ``.xlsx``, ``.csv`` and ``.jsonl`` have all rows with their answers.

        Returns the path. Raises `SettingsError`.
        """
        from .report.saving import save

        return save(self.report(), path)

    def report(self) -> Report:
        """What `save` writes."""
        from .report.report import Report, counted

        rows, records = self.rows, self.to_records()
        failed = Counter(row.error for row in rows if row.error)
        return Report(
            title=tr("Run"),
            value=self,
            verdict=[
                tr(
                    "{rows}, {counted}.",
                    rows=in_rows(len(rows)),
                    counted=counted(row.ending for row in rows),
                ),
                *(f"{count:,} × {error}" for error, count in failed.most_common(3)),
            ],
            conceal=self.conceal,
            rows=records,
            asked=self.template,
            settings={
                tr("tokens in"): self.usage.prompt_tokens,
                tr("tokens out"): self.usage.completion_tokens,
                **{
                    tr("cost ({currency})", currency=currency): amount
                    for currency, amount in self.cost.items()
                },
            },
            sandbox=any(row.sandbox for row in rows),
            engines=self.progress().engines,
        )

    @property
    def waits(self) -> str:
        """What was learned about how much the service lets through, in words."""
        return self._waits()

    def _added(self, rows: Sequence[Row]) -> tuple[dict[str, list[Any]], dict[str, str]]:
        return added(rows, fields=self.fields, more=self._more, taken=self.table.columns)

    @cached_property
    def table_hash(self) -> str:
        """What tells its table from others, by the columns that it reads; empty without length."""
        return self.table.fingerprint(self._used)

    def fill(self, rows: Iterable[Row]) -> None:
        """Have it hold these rows, which were answered before: it is one to look at."""
        for row in rows:
            if row.ending:
                self._put(Item(number=row.number, prompt=""), row, kept=True)
        self._questions.taken = max((each + 1 for each in self._found), default=0)
        self._over = self._tally.done >= (self.whole or 0)

    def question(self, number: int) -> Item | None:
        """The question of a row as it is sent; None where it cannot be made again."""
        return self._make(number) if self._make else None

    def progress(self) -> RunProgress:
        """The figures of this moment."""
        going, now = self._task is not None, time.monotonic()
        return self._tally.progress(
            state=self.state,
            total=self.total,
            under_way=self._under_way,
            seconds=self._seconds + (now - self._since if going else 0.0),
            per_second=self._tally.per_second(now) if going else 0.0,
        )

    @property
    def changes(self) -> int:
        """A count that grows with all that happens to it."""
        return self._bell.rung

    def changed(self, since: int) -> asyncio.Future[None]:
        """Done, on the running loop, once its `changes` are more than ``since``."""
        return self._bell.next(since)

    def stop(self) -> None:
        """End it: what is under way is hung up. From any thread."""
        if (task := self._task) is not None:
            with suppress(RuntimeError):  # its loop has closed
                task.get_loop().call_soon_threadsafe(task.cancel)

    def pause(self) -> None:
        """Send nothing more for now, until `go_on`; what is under way comes in."""
        self._paused = True
        self._bell.ring()

    def go_on(self) -> None:
        """Send again after `pause`."""
        self._paused = False
        self._bell.ring()

    def retry(self) -> int:
        """
        Have what failed asked again by the next who reads or waits; returns how many rows.

        Raises `SettingsError` while it is running.
        """
        if self._task is not None:
            raise SettingsError(
                tr("The run is still going: what fails can be asked again afterwards.")
            )
        return self._reopen({"failed", "incomplete"})

    def _reopen(self, endings: set[str]) -> int:
        wanted = [number for number, row in self._found.items() if row.ending in endings]
        opened = {number for number in wanted if self._questions.reopen(number)}
        for number in opened:
            row = self._found[number]
            self._tally.take_back(row)
            self._found[number] = Row(number=number, key=row.key, attempts=row.attempts)
        self._arrived = [row for row in self._arrived if row.number not in opened]
        self._over = self._over and not opened
        return len(opened)

    async def _each(self) -> AsyncGenerator[Row, None]:
        """The rows as they come; those that are there already first."""
        seen = [0]
        self._readers.append(seen)
        try:
            async with self._followed():
                while True:
                    rung = self._bell.rung
                    while seen[0] < len(self._arrived):
                        seen[0] += 1
                        yield self._arrived[seen[0] - 1]
                        # Who takes questions may be waiting for this reader.
                        if self.total is None:
                            self._bell.ring()
                    if self._task is None:
                        break
                    await self._bell.wait(rung)
        finally:
            self._readers.remove(seen)
        self._raise()

    async def _whole(self) -> Run:
        async with self._followed():
            while True:
                rung = self._bell.rung
                if self._task is None:
                    break
                await self._bell.wait(rung)
        self._raise()
        return self

    def _raise(self) -> None:
        if self.error is not None:
            raise self.error

    @asynccontextmanager
    async def _followed(self) -> AsyncGenerator[None, None]:
        """Keeps the run going while somebody follows it; the last to leave stops it."""
        if self._task is None and not self._over:
            self.error, self._spent = None, False
            self._reopen({"stopped"})
            self._note_state("running")
            self._since = time.monotonic()
            self._task = asyncio.create_task(self._all())
            self._bell.ring()
        self._followers += 1
        try:
            yield
        finally:
            self._followers -= 1
            task = self._task
            if task is not None and not self._followers:
                self.stop()
                if task.get_loop() is asyncio.get_running_loop():
                    await asyncio.wait({task})

    async def _all(self) -> None:
        workers = [asyncio.create_task(self._work()) for _ in range(self.concurrency)]
        try:
            await asyncio.gather(*workers)
            self._over = not self._spent
        except asyncio.CancelledError:
            pass  # stopped: the next who follows has the rest asked
        except Exception as error:
            self.error = error
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.wait(workers)
            self._seconds += time.monotonic() - self._since
            self._task = None
            self._note_state(self.state)
            self._bell.ring()

    def _note_state(self, state: str) -> None:
        if self._record:
            self._record.state(state, total=self.whole or self._questions.taken)

    async def _work(self) -> None:
        """One of those that ask, a question after the other."""
        with self._around():
            while (item := await self._next()) is not None:
                first = self._questions.first_like(item)
                if self._known and (row := self._known(item)):
                    row = self.restore(row) if self.restore else row
                    self._put(item, replace(row, number=item.number), kept=True)
                    self._bell.ring()
                elif first is not None:
                    self._answer_like(first, item)
                elif await self._may_spend(item):
                    await self._ask_one(item)
                else:
                    self._questions.put_back(item)
                    break

    async def _may_spend(self, item: Item) -> bool:
        """Whether the budget allows it, now or once what is under way has cost less."""
        while self._meter and not self._spent:
            rung = self._bell.rung
            if self._meter.reserve(str(item.prompt), self._longest):
                break
            self._spent = not self._under_way
            if not self._spent:
                await self._bell.wait(rung)
        if self._spent:
            self._bell.ring()
        return not self._spent

    async def _next(self) -> Item | None:
        """The next question, once it may be sent."""
        while True:
            rung = self._bell.rung
            if not self._paused and not self._is_far_ahead():
                return self._questions.take()
            await self._bell.wait(rung)

    def _is_far_ahead(self) -> bool:
        if self.total is not None or not self._readers:
            return False
        return self._questions.taken - min(seen[0] for seen in self._readers) >= AHEAD

    async def _ask_one(self, item: Item) -> None:
        before = self._found.get(item.number)
        ended: list[Exception] = []
        record: AbstractContextManager[RowKeeper | None]
        record = self._record.row(item.number, item.key) if self._record else nullcontext()

        def keep(row: Row, error: Exception | None) -> None:
            if kept is not None:
                kept.done(state=row.ending, attempts=row.attempts, error=row.error)
            if self._meter:
                self._meter.settle(row.response)
            self._keep(item, row)
            ended.extend([error] if error else [])

        self._under_way += 1
        try:
            with record as kept:
                await ask_one(
                    item,
                    self._ask,
                    keep,
                    patience=self.patience,
                    attempts=before.attempts + 1 if before else 1,
                    price=self._price,
                )
        finally:
            self._under_way -= 1
            self._bell.ring()
        if ended and self._stop_on(ended[0]):
            raise ended[0]

    def _keep(self, item: Item, row: Row) -> None:
        self._put(item, row)
        if row.ending != "stopped":
            for other in self._questions.equal_to(row.number):
                self._put(other, _like(row, other))
        self._bell.ring()

    def _answer_like(self, first: int, item: Item) -> None:
        """An equal question has been asked: its answer is this one's too, now or when it comes."""
        row = self._found.get(first)
        if row is None or row.ending in ("", "stopped"):
            self._questions.wait_for(first, item)
        else:
            self._put(item, _like(row, item))
            self._bell.ring()

    def _put(self, item: Item, row: Row, *, kept: bool = False) -> None:
        self._found[item.number] = row
        if row.like is not None and not kept and self._record:
            # Its answer is with the row that it is like.
            with self._record.row(item.number, item.key) as record:
                record.done(state=EQUAL)
        self._tally.add(row, time.monotonic(), kept=kept)
        if row.ending != "complete":
            self._questions.leave_open(item)
        if row.ending != "stopped":
            self._arrived.append(row)


def _like(row: Row, item: Item) -> Row:
    """The row of an equal question: nothing was sent for it."""
    cost = None if row.cost is None else 0.0
    like = replace(row, number=item.number, like=row.number, seconds=0.0, attempts=0)
    return replace(like, cost=cost, cached=True)
