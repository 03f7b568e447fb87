"""A comparison: every column of a grid asked at once, its answers side by side as one value."""

from __future__ import annotations

import asyncio
import os
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Callable,
    Generator,
    Iterator,
    Mapping,
)
from concurrent.futures import Future
from contextlib import suppress
from math import isfinite
from operator import index
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, SupportsIndex

from ...errors import SettingsError
from ...events import Event
from ...language import mark, tr
from ...response import Arrival, Response, settle
from ..ended import ENDED, ended
from ..looks import Drawn
from . import table
from .answer import ColumnAnswer
from .difference import TextDifference, difference
from .grid import AskedGrid, Column

if TYPE_CHECKING:
    from pandas import DataFrame

    from ..report.report import Report

Place = SupportsIndex | tuple[SupportsIndex, int]
"""Which answer: the number of its column, or that and its repetition."""

Ask = Callable[[Column, int], AsyncGenerator[Event, None]]
"""Sends what one column asks, for a repetition: closing it early hangs up."""


Price = Callable[[Response, str], tuple[float, str] | None]
"""What an answer of a model has cost, and in which currency."""
# Figures by which a report names the best column.
_BEST = {
    "first_token": mark("Quickest to its first token: [{number}] {label}."),
    "cost": mark("Cheapest: [{number}] {label}."),
}


def own_price(response: Response, model: str) -> tuple[float, str] | None:
    """What the service says that an answer has cost."""
    usage = response.usage
    try:
        found = float(usage.price) if usage and usage.price else None
    except ValueError:
        return None
    return (found, usage.currency) if usage and found is not None and isfinite(found) else None


class Change(NamedTuple):
    """Something happened in one answer: the number of its column, its repetition, the event."""

    column: int
    repeat: int
    event: Event


class Watcher(Protocol):
    """What follows all answers of a comparison, on the loop that they arrive on."""

    def began(self, answer: ColumnAnswer) -> None: ...
    def came(self, answer: ColumnAnswer, event: Event) -> None: ...
    def ended(self, answer: ColumnAnswer) -> None: ...


class Comparison(Drawn):
    """
    Several answers to one question side by side, from several models, settings or prompts.

    Nothing is sent until it is awaited, which waits for all answers and returns the comparison
    itself, or iterated with ``async for``, which yields each `Change` as it comes. A column that
    fails does not end the others: its error is in ``errors``.

    ``c[1]`` is the answer of column 1, counted from 0, ``c[1, 2]`` its third repetition; ``len(c)``
    is the number of columns.
    """

    def __init__(
        self,
        grid: AskedGrid,
        ask: Ask,
        *,
        asked: Mapping[str, str] | None = None,
        watcher: Watcher | None = None,
        settings: Mapping[str, object] | None = None,
        price: Price | None = None,
    ) -> None:
        self.grid = grid
        self.asked = dict(asked or {})
        """The questions in words, for readers, by their names; that of a single one is empty."""
        self.watcher = watcher
        self.settings = dict(settings or {})
        """What all columns are asked with, for readers."""
        self.conceal: Callable[[str], str] | None = None
        """A text of it as it was sent, where its questions are masked."""
        self._price = price or own_price
        self._ask = ask
        self._cells = {
            place: ColumnAnswer(grid.columns[place[0]], place[1]) for place in grid.cells
        }
        self._loop: asyncio.AbstractEventLoop | None = None
        self._began = False
        # A future of no loop, since those who wait may be on several.
        self._over: Future[None] = Future()

    # What is asked, and what has come.

    @property
    def columns(self) -> tuple[Column, ...]:
        return self.grid.columns

    @property
    def cells(self) -> list[ColumnAnswer]:
        """All answers, column by column."""
        return list(self._cells.values())

    def of(self, column: SupportsIndex) -> list[ColumnAnswer]:
        """The answers of one column, a repetition each. Raises `IndexError`."""
        number = self._number(column)
        return [self._cells[number, turn] for turn in range(self.grid.repeat)]

    def __len__(self) -> int:
        return len(self.columns)

    def __iter__(self) -> Iterator[Response]:
        return (self[number] for number in range(len(self)))

    def __getitem__(self, place: Place) -> Response:
        if isinstance(place, tuple):
            column, turn = place
            return self.of(column)[turn].response
        return self.of(place)[0].response

    @property
    def errors(self) -> dict[tuple[int, int], Exception]:
        """The errors of the answers that failed, by column and repetition."""
        return {place: cell.error for place, cell in self._cells.items() if cell.error}

    @property
    def busy(self) -> bool:
        """Whether any answer is still on its way."""
        return any(cell.busy for cell in self.cells)

    @property
    def sandbox(self) -> bool:
        """Whether any of the answers is the sandbox's, which says nothing about models."""
        return any(cell.response.sandbox for cell in self.cells)

    @property
    def engines(self) -> frozenset[str]:
        """What has made the sandbox's answers; empty words stand for its script."""
        found = (cell.response for cell in self.cells)
        return frozenset(one.engine for one in found if one.sandbox)

    def __repr__(self) -> str:
        count = len(self.cells)
        endings = [cell.response.ending for cell in self.cells]
        said = [tr("{n} columns", n=len(self))]
        said += [tr("{n} answers", n=count)] if count > len(self) else []
        said += [ended(one, endings.count(one)) for one in ENDED if one in endings]
        said += [tr("sandbox")] if self.sandbox else []
        return tr("<Comparison of {what}>", what=tr(", ").join(said))

    # Ways to look at it.

    def to_frame(self) -> DataFrame:
        """
        A row for each column and repetition.

        ``column``, ``model``, ``prompt`` where there are several, the settings of the grid,
        ``repeat``, ``answer``, ``ending``, ``error``, ``first_token`` and ``seconds`` since it was
        asked, ``tokens_in``, ``tokens_out``, ``cost``, ``currency``, ``sandbox``. Raises
        `SettingsError` without pandas.
        """
        return table.frame(self.to_records())

    def to_records(self) -> list[dict[str, Any]]:
        """The rows of `to_frame` as dicts."""
        return table.records(self.grid, self.cells)

    def diff(self, first: Place, second: Place) -> TextDifference:
        """How the texts of two answers differ, by words; Chinese by letters."""
        titles = tuple(self._title(place) for place in (first, second))
        return difference(self[first].text, self[second].text, (titles[0], titles[1]))

    def best(self, by: str | Callable[[Response], float] = "first_token") -> Column:
        """
        The column that is best ``by`` a figure; ``c[c.best()]`` is its answer.

        The smallest ``first_token``, ``seconds``, ``tokens_in``, ``tokens_out`` or ``cost``, the
        largest ``tokens_per_second``, or the largest value of a function that takes a response.
        Repetitions are averaged; columns without a complete answer are left out. Raises
        `SettingsError` where no column has the figure.
        """
        return self.columns[table.best(self.cells, by)]

    def save(self, path: str | os.PathLike[str]) -> Path:
        """
        Write it for others, by the ending: ``.html`` is one page, verdict first, that opens without
        a network; ``.xlsx``, ``.csv`` and ``.jsonl`` have a row for each answer.

        Returns the path. Raises `SettingsError`.
        """
        from ..report.saving import save

        return save(self.report(), path)

    def report(self) -> Report:
        """What `save` writes."""
        from ..report.report import Report, counted

        told = [
            tr(
                "{n} columns, {counted}.",
                n=len(self),
                counted=counted(cell.response.ending for cell in self.cells),
            )
        ]
        for figure, words in _BEST.items():
            with suppress(SettingsError):
                best = self.best(by=figure)
                told.append(tr(words, number=best.number, label=best.label))
        return Report(
            title=tr("Comparison"),
            value=self,
            verdict=told,
            rows=[
                {**row, **({"images": cell.response.images} if cell.response.images else {})}
                for row, cell in zip(self.to_records(), self.cells, strict=True)
            ],
            asked=self.asked.get("", ""),
            settings={**table.asked(self.grid, self.asked), **self.settings},
            sandbox=self.sandbox,
            engines=self.engines,
            conceal=self.conceal,
        )

    # Asking.

    def __await__(self) -> Generator[Any, None, Comparison]:
        return self.run().__await__()

    async def run(self) -> Comparison:
        """
        Ask all columns at once, and return when all answers have come to their end.

        Where somebody has asked them already, also on another loop, this waits for that.
        """
        if self._began:
            # Who stops waiting does not end it for the others.
            await asyncio.shield(asyncio.wrap_future(self._over))
            return self
        async for _ in self._changes(quiet=True):
            pass
        return self

    def __aiter__(self) -> AsyncIterator[Change]:
        return self._changes(quiet=False)

    async def _changes(self, *, quiet: bool) -> AsyncGenerator[Change, None]:
        """Each change as it comes; with ``quiet`` none, only their end."""
        if self._began:
            raise SettingsError(tr("This comparison was asked already: its answers are in it."))
        self._began, self._loop = True, asyncio.get_running_loop()
        changes: asyncio.Queue[Change | None] = asyncio.Queue()
        open_ones = [cell for cell in self.cells if not cell.kept]
        tasks = [self._start(cell, None if quiet else changes) for cell in open_ones]
        whole = asyncio.gather(*tasks, return_exceptions=True)
        whole.add_done_callback(lambda _: changes.put_nowait(None))
        try:
            while change := await changes.get():
                yield change
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._over.set_result(None)

    def through(
        self, read: Callable[[AsyncGenerator[Event, None]], AsyncGenerator[Event, None]]
    ) -> None:
        """Let ``read`` pass on the events of every answer that is asked from now on."""
        ask = self._ask
        self._ask = lambda column, repeat: read(ask(column, repeat))

    def keep_from(self, earlier: Comparison) -> list[Column]:
        """
        Take over the complete answers to what an earlier comparison has asked in the same way.

        To be called before it is awaited, which then asks only the rest: the columns returned.
        """
        for cell in self.cells:
            for other in earlier.cells:
                same = (cell.repeat, *self._question(cell)) == (
                    other.repeat,
                    *earlier._question(other),
                )
                if same and other.response.ending == "complete":
                    cell.arrival, cell.cost, cell.kept = other.arrival, other.cost, True
        return [one for one in self.columns if not all(each.kept for each in self.of(one))]

    def _question(self, cell: ColumnAnswer) -> tuple[object, ...]:
        column = cell.column
        return column.model, self.grid.prompts[column.prompt], dict(column.settings)

    def stop(self, column: SupportsIndex | None = None) -> None:
        """
        Hang up on one column, or on all: what had come is kept, and ends as ``stopped``.

        May be called from any thread.
        """
        cells = self.cells if column is None else self.of(column)
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(_stop, cells)

    async def again(self, column: SupportsIndex, repeat: int | None = None) -> Comparison:
        """
        Ask one column once more, in place of its answers; ``repeat`` narrows it to one of them.

        Raises `SettingsError` while it is being answered.
        """
        cells = self.of(column) if repeat is None else [self.of(column)[repeat]]
        if any(cell.busy for cell in cells):
            raise SettingsError(
                tr("Column {column} is still being answered: stop it first.", column=column)
            )
        self._loop = asyncio.get_running_loop()
        tasks = [self._start(cell, None) for cell in cells]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
        return self

    def _start(
        self, cell: ColumnAnswer, changes: asyncio.Queue[Change | None] | None
    ) -> asyncio.Task[None]:
        def hear(_: Response, event: Event) -> None:
            if changes is not None:
                changes.put_nowait(Change(cell.column.number, cell.repeat, event))
            if self.watcher:
                self.watcher.came(cell, event)

        cell.error, cell.busy, cell.stopped = None, True, False
        cell.arrival = Arrival(on_event=hear)
        if self.watcher:
            self.watcher.began(cell)
        cell.task = asyncio.get_running_loop().create_task(self._answer(cell))
        # Not in the task itself, which never runs if it is cancelled at once.
        cell.task.add_done_callback(lambda _: self._ended(cell))
        return cell.task

    async def _answer(self, cell: ColumnAnswer) -> None:
        try:
            await settle(self._ask(cell.column, cell.repeat), cell.arrival)
        except asyncio.CancelledError:
            if not cell.stopped:
                raise
        except Exception as error:
            # Nothing of the other columns is lost because of this one.
            cell.error = error

    def _ended(self, cell: ColumnAnswer) -> None:
        cell.busy = False
        task = cell.task
        if cell.error and cell.response.ending != "failed":
            cell.arrival.end("failed")
        elif (cell.stopped or (task and task.cancelled())) and cell.response.ending != "complete":
            cell.arrival.end("stopped")
        cell.cost = self._price(cell.response, cell.column.model)
        if self.watcher:
            self.watcher.ended(cell)

    def _number(self, column: SupportsIndex) -> int:
        column, count = index(column), len(self)
        if not -count <= column < count:
            raise IndexError(
                tr(
                    "There are columns 0 to {last}, and no {column}.",
                    last=count - 1,
                    column=column,
                )
            )
        return column % count

    def _title(self, place: Place) -> str:
        column, turn = place if isinstance(place, tuple) else (place, 0)
        label = self.columns[self._number(column)].label or tr("column {column}", column=column)
        return tr("{label}, repetition {turn}", label=label, turn=turn) if turn else label


def _stop(cells: list[ColumnAnswer]) -> None:
    for cell in cells:
        if cell.busy and cell.task:
            cell.stopped = True
            cell.task.cancel()
