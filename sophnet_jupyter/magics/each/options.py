"""The options of a cell that asks once for each row of a table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..options.found import Found
from ..options.option import grouped, option
from ..options.variables import tables
from ..session.session import KernelSession

# Kinds of rows that may be asked again.
RETRIES = ("failed",)


def rows_of(word: str, session: KernelSession) -> list[Found]:
    """A finder of tables, and of pictures once a folder is named."""
    from ..options.files import pictures

    return tables(word, session) + (pictures(word, session) if "/" in word else [])


def each_options(*, concurrency: int) -> Callable[[Any], Any]:
    """A decorator with these options; ``concurrency`` is how many rows are asked at once."""
    declared = grouped(
        "Row by row",
        option(
            "--each",
            metavar="TABLE",
            completes=rows_of,
            help="Ask once for each row: a DataFrame, a list, or 'pics/*.png'. {column} is its "
            "value.",
        ),
        option("--first", type=int, metavar="N", help="With --each: N rows, and what all take."),
        option("--resume", action="store_true", help="With --each: go on with what -o lacks."),
        option(
            "--retry", choices=RETRIES, help="With --each: go on, and ask what failed again too."
        ),
        option(
            "--anyway",
            action="store_true",
            help="With --resume: the prompt or the table has changed; keep rows whose prompt is "
            "equal.",
        ),
        option(
            "--budget",
            metavar="N",
            help="With --each: end before it takes more, as 200k-tokens or 2.00CNY.",
        ),
        option(
            "--cache",
            action="store_true",
            help="Take the kept answer to an equal question, where there is one.",
        ),
        option(
            "--concurrency",
            type=int,
            default=concurrency,
            metavar="N",
            help=f"With --each: how many at once, {concurrency}; at most 32.",
        ),
    )

    def declare(magic: Any) -> Any:
        # Decorators apply from the bottom up.
        for each in reversed(declared):
            magic = each(magic)
        return magic

    return declare
