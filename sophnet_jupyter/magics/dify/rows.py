"""``%%dify --each``: an app run over the rows of a table, and what became of each."""

from __future__ import annotations

import asyncio
import time
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from IPython.core.error import UsageError

from ...client import Dify
from ...errors import KeyRejected, SophNetError, Stopped
from ...kernel.loop import run
from ...kernel.output import Cell
from ...providers.dify.form import Parameters
from ...response import Arrival, Response, settle
from ..line.interpolate import say_left
from ..session.session import KernelSession
from .inputs import DifyQuestion, PreparedRun

# A table is drawn anew this often at most, in seconds.
BEAT = 0.5
MOST_AT_ONCE = 32
COLUMNS = ("answer", "ending", "error", "seconds", "message_id")


@dataclass(kw_only=True)
class AppRow:
    """One row's answer, or why there is none. ``ending`` is empty while it waits."""

    answer: str = ""
    ending: str = ""
    error: str = ""
    seconds: float = 0.0
    message_id: str = ""


class Rows:
    """One run over a table."""

    def __init__(
        self, session: KernelSession, app: Dify, question: DifyQuestion, form: Parameters
    ) -> None:
        self._session = session
        self._app = app
        self._question = question
        self._form = form
        self._begun = time.monotonic()

    def run(self, args: Namespace, out: str | None) -> Any:
        """
        Answer every row, and store the table as ``out``, also when it is interrupted.

        A row that fails is noted and the others go on; a key that is refused ends all. Raises
        `UsageError`, `Stopped` or `KeyRejected`.
        """
        if out is None:
            raise UsageError("--each needs -o NAME: the answers are stored there as they come.")
        if not 1 <= args.concurrency <= MOST_AT_ONCE:
            raise UsageError(f"--concurrency goes from 1 to {MOST_AT_ONCE}.")
        names = self._session.shell.user_ns
        if args.each not in names:
            raise UsageError(f"--each: there is no {args.each} in this notebook.")
        table = names[args.each]
        given = records(table, args.each)
        rows = self._known(names.get(out), given) if args.resume else [AppRow() for _ in given]
        # Before anything is sent: what is missing in one row is missing in this run.
        asked = [self._question.ask(self._form, row) for row in given]
        say_left(left for each in asked for left in each.left)
        cell = Cell(self._session.shell)
        display = cell.publish(self._progress(rows)) if cell.watched else None
        try:
            run(self._all(asked, rows, args.concurrency, cell, display))
        except KeyboardInterrupt:
            for row in rows:
                row.ending = row.ending or "stopped"
            raise Stopped() from None
        finally:
            names[out] = joined(table, given, rows)
            cell.publish(self._progress(rows, out), display_id=display, update=display is not None)
        return names[out]

    async def _all(
        self,
        asked: Sequence[PreparedRun],
        rows: list[AppRow],
        at_once: int,
        cell: Cell,
        display: str | None,
    ) -> None:
        waiting = iter([n for n, row in enumerate(rows) if row.ending != "complete"])

        async def work() -> None:
            for number in waiting:
                await self._one(asked[number], rows, number)

        async def draw() -> None:
            while display is not None:
                await asyncio.sleep(BEAT)
                cell.publish(self._progress(rows), display_id=display, update=True)

        drawing = asyncio.create_task(draw())
        workers = [asyncio.create_task(work()) for _ in range(at_once)]
        try:
            await asyncio.gather(*workers)
        finally:
            for task in (drawing, *workers):
                task.cancel()
            await asyncio.wait({drawing, *workers})

    async def _one(self, asked: PreparedRun, rows: list[AppRow], number: int) -> None:
        """Answer one row; what has come stays in it, however it ends."""
        arrival = Arrival()
        events = self._app.stream(asked.inputs, files=asked.files or None)
        try:
            rows[number] = _row(await settle(events, arrival))
        except KeyRejected:
            # It would be refused for every row.
            raise
        except SophNetError as error:
            rows[number] = _row(arrival.response, str(error))
        except asyncio.CancelledError:
            rows[number] = _row(arrival.response)
            raise

    def _known(self, before: Any, given: Sequence[Mapping[str, Any]]) -> list[AppRow]:
        """The rows of an earlier run, of which the complete ones stay."""
        if before is None:
            raise UsageError("--resume: there is no earlier result under the name of -o.")
        found = records(before, "-o")
        same = len(found) == len(given) and all(
            all(_same(old.get(name), value) for name, value in new.items())
            for old, new in zip(found, given, strict=True)
        )
        if not same or not all(COLUMNS[0] in row and COLUMNS[1] in row for row in found):
            raise UsageError("--resume: the table has changed since; run it without --resume.")
        kept = [{name: row[name] for name in COLUMNS if name in row} for row in found]
        return [AppRow(**row) if row["ending"] == "complete" else AppRow() for row in kept]

    def _progress(self, rows: Sequence[AppRow], out: str = "") -> dict[str, str]:
        done = sum(bool(row.ending) and row.ending != "stopped" for row in rows)
        bad = sum(row.ending not in ("", "complete", "stopped") for row in rows)
        said = f"{done} of {len(rows)} rows · {time.monotonic() - self._begun:.0f} s"
        said += f" · {bad} not complete" if bad else ""
        if out:
            said += f" · in {out}" + ("" if done == len(rows) and not bad else ", --resume goes on")
        badge = "sandbox · " if self._app.sandbox else ""
        bar = f'<progress value="{done}" max="{len(rows)}"></progress> '
        return {"text/html": bar + escape(badge + said), "text/plain": f"[{badge}{said}]"}


def _row(answer: Response, error: str = "") -> AppRow:
    return AppRow(
        answer=answer.text,
        ending=answer.ending,
        error=error or "; ".join(answer.notices),
        seconds=round(answer.timing.total, 2),
        message_id=answer.request_id,
    )


def records(table: Any, name: str) -> list[dict[str, Any]]:
    """The rows of a pandas or polars DataFrame, or of a list of dictionaries."""
    if hasattr(table, "columns") and hasattr(table, "to_dict"):
        columns = [str(column) for column in table.columns]
        # pandas by itertuples, polars by iter_rows; by position, since names may be any words.
        if hasattr(table, "itertuples"):
            values = table.itertuples(index=False, name=None)
        else:
            values = table.iter_rows()
        return [dict(zip(columns, row, strict=True)) for row in values]
    if isinstance(table, list) and all(isinstance(row, Mapping) for row in table):
        return [dict(row) for row in table]
    raise UsageError(f"{name} is no table: a DataFrame, or a list of dictionaries.")


def joined(table: Any, given: Sequence[Mapping[str, Any]], rows: Sequence[AppRow]) -> Any:
    """The table with its answers, of the same kind as it came."""
    told = [{name: getattr(row, name) for name in COLUMNS} for row in rows]
    whole = [{**row, **more} for row, more in zip(given, told, strict=True)]
    if isinstance(table, list):
        return whole
    names = [*dict.fromkeys([*map(str, table.columns), *COLUMNS])]
    found = type(table)({name: [row[name] for row in whole] for name in names})
    if hasattr(table, "index") and hasattr(found, "index"):
        found.index = table.index
    return found


def _same(old: Any, new: Any) -> bool:
    # As text: what is missing is not equal to itself, and a file has changed the types.
    return str(old) == str(new)
