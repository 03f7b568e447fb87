"""``sophnet-jupyter history merge``: histories of parallel jobs, put together."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ..language import mark, tr

SUMMARY = mark("merge A B -o C: put histories of parallel jobs together")


def declare(commands: Any) -> None:
    """Declare the command and its options."""
    parser = commands.add_parser("history", help=tr(SUMMARY), description=tr(SUMMARY))
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    add = acts.add_parser("merge", help=tr("put several into a new one")).add_argument
    add("files", nargs="+", type=Path, metavar="FILE", help=tr("histories: history.sqlite"))
    add("-o", "--output", required=True, type=Path, metavar="FILE", help=tr("the new one"))


def run(options: argparse.Namespace) -> int:
    """Merge, and say how many calls there are. Raises `SettingsError`."""
    from ..history.merge import merge

    count = merge(options.files, options.output)
    print(tr("{count:,} calls in {path}", count=count, path=options.output))
    return 0
