"""``sophnet-jupyter evaluate``: prompts and models on the rows of a file, for jobs and for CI."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable
from typing import Any

from ..client import Client
from ..errors import EvaluationFailed, SettingsError
from ..history.runs import runs
from ..language import tr
from ..prompt.file.prompt import Prompt
from ..runs import tables_on_disk
from ..runs.evaluation.evaluation import Evaluation
from ..runs.scores import exact, judge, similar
from ..settings import nobody_watches
from ..views.evaluation import whole
from ..views.safe.control_characters import plain
from .schemas import named, schema_of

# What the exit status says beside 0: a rate that is too low or an answer that failed, a budget.
TOO_BAD, BUDGET = 3, 4
ON_SCREEN, IN_FILE = 0.5, 30.0
_NAMED: dict[str, Callable[[], Any]] = {"exact": exact, "similar": similar}


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
    files = [Prompt(path) for path in options.prompt]
    names = [one.name for one in files]
    prompts = {
        one.name if names.count(one.name) == 1 else str(path): one
        for one, path in zip(files, options.prompt, strict=True)
    }
    beside = options.prompt[0].parent
    schema = schema_of(options.schema, beside=beside) if options.schema else None
    table = tables_on_disk.read(options.table)
    goes_on = options.resume or bool(options.retry)
    if goes_on and not options.output:
        raise SettingsError(
            tr("--resume and --retry need -o: an evaluation is known by its output.")
        )
    async with Client() as client:
        name = str(options.output.resolve()) if goes_on else None
        # A job says --resume each time: the first has nothing to go on with.
        kept = bool(name and await asyncio.to_thread(runs, client.history, name=name))
        found = client.chat.evaluate(
            prompts,
            table,
            expect=options.expect,
            scores=_scores(options),
            models=[name for word in options.model or [] for name in word.split(",") if name],
            judge_model=options.judge_model,
            schema=schema,
            repeat=options.repeat,
            first=options.first,
            budget=options.budget,
            concurrency=options.concurrency,
            cache=options.cache,
            name=name,
            resume=options.resume and kept,
            retry=options.retry if kept else None,
            anyway=options.anyway and kept,
        )
        with contextlib.suppress(NotImplementedError):  # Windows has no handlers on its loops
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, found.stop)
        telling = asyncio.create_task(_tell(found))
        try:
            await found
        finally:
            telling.cancel()
            _say(whole.going(found), end="\n")
            if options.output:
                print(found.save(options.output))
    return _told(found, options)


def _told(found: Evaluation, options: argparse.Namespace) -> int:
    """The verdict, on the way out: first, that it is the sandbox's."""
    print(plain(found.verdict))
    for figure in found.figures if len(found.columns) > 1 else []:
        print(plain(tr("{name}: {said}", name=figure.score, said=figure)))
    if options.against:
        print(plain(repr(found.against(options.against))))
    if found.state == "budget":
        return BUDGET
    if found.state != "done":
        return 130
    if options.at_least is not None:
        try:
            found.check(at_least=options.at_least)
        except EvaluationFailed as failed:
            sys.stderr.write(f"{plain(str(failed))}\n")
            return TOO_BAD
        return 0
    return TOO_BAD if any(one.failed for one in found.answers) else 0


def _scores(options: argparse.Namespace) -> list[Any]:
    found: list[Any] = [_NAMED[name]() if name in _NAMED else _own(name) for name in options.score]
    if options.judge:
        found.append(judge(options.judge))
    if options.expect and not any(getattr(one, "expects", False) for one in found):
        # What is expected is compared, whatever else is measured.
        found.insert(0, exact())
    return found


def _own(name: str) -> Any:
    if ":" not in name:
        known = ", ".join(_NAMED)
        raise SettingsError(
            tr("--score takes {known}, or module:name, not {name!r}.", known=known, name=name)
        )
    return named(name, option="--score")


async def _tell(found: Evaluation) -> None:
    """One line that is written over; in a file one from time to time."""
    while True:
        on_screen = sys.stderr.isatty()
        _say(whole.going(found), end="\r" if on_screen else "\n")
        await asyncio.sleep(ON_SCREEN if on_screen else IN_FILE)


def _say(text: str, *, end: str) -> None:
    clear = "\x1b[K" if sys.stderr.isatty() else ""
    sys.stderr.write(f"{plain(text)}{clear}{end}")
    sys.stderr.flush()
