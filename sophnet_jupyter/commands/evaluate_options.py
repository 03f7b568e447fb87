"""The options of ``sophnet-jupyter evaluate``: in a file that every command may import."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ..language import tr


def declare(commands: Any) -> None:
    """Add the command to the parser's commands."""
    summary = tr("measure prompts and models on the rows of a file; exit 3 where one is too bad")
    add = commands.add_parser("evaluate", help=summary, description=summary).add_argument
    add("table", type=Path, metavar="IN", help=tr("a .parquet, .csv or .jsonl file"))
    add(
        "--prompt",
        type=Path,
        required=True,
        action="append",
        metavar="FILE",
        help=tr("a prompt file; {column} in it; several are compared"),
    )
    add("--expect", metavar="COLUMN", help=tr("the column of what is expected"))
    add("-m", "--model", action="append", metavar="A,B", help=tr("models; several are compared"))
    add(
        "--score",
        action="append",
        default=[],
        metavar="NAME",
        help=tr("exact or similar, or a function or score as module:name; several times"),
    )
    add("--judge", metavar="QUESTION", help=tr("let a model say yes or no to this of each answer"))
    add("--judge-model", metavar="NAME", help=tr("the model that judges, best another one"))
    add("--schema", metavar="NAME", help=tr("a form: NAME.json, or a class as module:Class"))
    add("--at-least", type=_share, metavar="RATE", help=tr("exit 3 where a rate is below, as 0.9"))
    add("--against", type=Path, metavar="FILE", help=tr("an earlier evaluation: tell what turned"))
    add(
        "-o",
        "--output",
        type=Path,
        metavar="OUT",
        help=tr(".jsonl, which --against reads; .html …"),
    )
    add("--budget", metavar="N", help=tr("end before it takes more, as 2M-tokens or '2.00 CNY'"))
    add(
        "--resume",
        action="store_true",
        help=tr("go on with the one of this output, if there is one"),
    )
    add("--retry", choices=("failed",), help=tr("go on, and ask what failed again too"))
    add("--anyway", action="store_true", help=tr("go on where prompts or table have changed"))
    add("--cache", action="store_true", help=tr("take answers to equal questions that were kept"))
    add("--repeat", type=int, default=1, metavar="N", help=tr("ask each row so often, 1"))
    add("--first", type=int, metavar="N", help=tr("only so many rows"))
    add(
        "--concurrency", type=int, default=32, metavar="N", help=tr("answers under way at once, 32")
    )


def _share(text: str) -> float:
    try:
        value = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(tr("a rate goes from 0 to 1, or is 90%"))
    return value
