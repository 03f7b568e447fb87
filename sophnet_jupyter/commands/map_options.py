"""The options of ``sophnet-jupyter map``: in a file that every command may import."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ..language import tr


def declare(commands: Any) -> None:
    """Add the command to the parser's commands."""
    summary = tr("ask once for each row of a file, and write the table with its answers")
    add = commands.add_parser("map", help=summary, description=summary).add_argument
    add("table", type=Path, metavar="IN", help=tr("a .parquet, .csv or .jsonl file"))
    add(
        "--prompt",
        type=Path,
        required=True,
        metavar="FILE",
        help=tr("a prompt file; {column} in it"),
    )
    add("-o", "--output", type=Path, required=True, metavar="OUT", help=tr("also .xlsx or .html"))
    add("--schema", metavar="NAME", help=tr("a form: NAME.json, or a class as module:Class"))
    add("-m", "--model", metavar="NAME", help=tr("the model to ask, else that of the prompt file"))
    add("--budget", metavar="N", help=tr("end before it takes more, as 2M-tokens or '2.00 CNY'"))
    add(
        "--resume",
        action="store_true",
        help=tr("go on with the run of this output, if there is one"),
    )
    add("--retry", choices=("failed",), help=tr("go on, and ask what failed again too"))
    add("--anyway", action="store_true", help=tr("go on where prompt or table have changed"))
    add("--shard", type=_shard, metavar="K/N", help=tr("only the K-th of N parts of the table"))
    add("--first", type=int, metavar="N", help=tr("only so many rows"))
    add("--cache", action="store_true", help=tr("take answers to equal questions that were kept"))
    add("--concurrency", type=int, default=32, metavar="N", help=tr("rows under way at once, 32"))


def _shard(text: str) -> tuple[int, int]:
    part, _, parts = text.partition("/")
    if not (part.isdecimal() and parts.isdecimal() and 1 <= int(part) <= int(parts)):
        raise argparse.ArgumentTypeError(tr("a part is K/N with K from 1 to N, as in 3/20"))
    return int(part), int(parts)
