"""``sophnet-jupyter map``: a prompt over the rows of a file, for jobs that nobody watches."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import sys
from pathlib import Path
from typing import Any

from ..client import Client
from ..errors import SettingsError
from ..history.runs import runs
from ..language import tr
from ..prompt.file.prompt import Prompt
from ..runs import tables_on_disk
from ..runs.run import Run
from ..settings import nobody_watches
from ..views.runs import progress
from ..views.safe.control_characters import plain
from .schemas import schema_of

# What the exit status says beside 0: rows that are not complete, and the end of a budget.
SOME_FAILED, BUDGET = 3, 4
# Seconds between two lines of progress, on a screen and in a file.
ON_SCREEN, IN_FILE = 0.5, 30.0


def run(options: argparse.Namespace) -> int:
    """Do it; returns the exit status. Raises `SophNetError`."""
    nobody_watches.append(_nobody)
    try:
        return asyncio.run(_run(options))
    except KeyboardInterrupt:
        return 130
    finally:
        nobody_watches.remove(_nobody)


def _nobody() -> bool:
    return True


async def _run(options: argparse.Namespace) -> int:
    output: Path = options.output
    endings = (*tables_on_disk.ENDINGS, ".xlsx", ".html")
    if output.suffix.lower() not in endings:
        known = ", ".join(endings)
        raise SettingsError(
            tr("-o is written as {known}, not as {name}.", known=known, name=output.name)
        )
    table = _part(tables_on_disk.read(options.table), options.shard)
    prompt = Prompt(options.prompt)
    schema = schema_of(options.schema, beside=options.prompt.parent) if options.schema else None
    async with Client() as client:
        name = _name(options)
        kept = await asyncio.to_thread(runs, client.history, name=name)
        going = client.chat.map(
            prompt,
            table,
            name=name,
            # A job says --resume each time: the first has nothing to go on with.
            resume=options.resume and bool(kept),
            retry=options.retry if kept else None,
            anyway=options.anyway,
            model=options.model,
            schema=schema,
            first=options.first,
            budget=options.budget,
            cache=options.cache,
            concurrency=options.concurrency,
        )
        with contextlib.suppress(NotImplementedError):  # Windows has no handlers on its loops
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, going.stop)
        telling = asyncio.create_task(_tell(going))
        try:
            await going
        finally:
            telling.cancel()
            _say(progress.in_words(going), end="\n")
            print(_written(going, output))
    return _status(going)


def _status(going: Run) -> int:
    told = going.progress()
    if told.state == "budget":
        return BUDGET
    if told.state != "done":
        return 130
    return SOME_FAILED if told.failed else 0


def _written(going: Run, output: Path) -> Path:
    if output.suffix.lower() == ".parquet":
        return tables_on_disk.save_parquet(going.to_frame(), output)
    return going.save(output)


async def _tell(going: Run) -> None:
    """One line that is written over; in a file one from time to time."""
    while True:
        on_screen = sys.stderr.isatty()
        _say(progress.line(going), end="\r" if on_screen else "\n")
        await asyncio.sleep(ON_SCREEN if on_screen else IN_FILE)


def _say(text: str, *, end: str) -> None:
    clear = "\x1b[K" if sys.stderr.isatty() else ""
    sys.stderr.write(f"{plain(text)}{clear}{end}")
    sys.stderr.flush()


def _part(table: Any, shard: tuple[int, int] | None) -> Any:
    if shard is None:
        return table
    part, parts = shard
    begin, end = (len(table) * each // parts for each in (part - 1, part))
    return table[begin:end]


def _name(options: argparse.Namespace) -> str:
    part = "" if options.shard is None else " {}/{}".format(*options.shard)
    return f"{options.output.resolve()}{part}"
