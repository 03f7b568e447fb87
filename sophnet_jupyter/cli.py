"""The command line: ``demo``, and beside it ``map``, ``evaluate``, ``report`` and others."""

from __future__ import annotations

import argparse
import asyncio
import importlib.metadata
import importlib.util
import io
import json
import os
import subprocess
import sys
from pathlib import Path

from .commands import demo, evaluate_options, history, map_options, rehearse
from .commands.jupyterlab import DemoFailed
from .commands.parser import Parser
from .errors import SettingsError, SophNetError, file_refused
from .files.saving import save_bytes
from .language import padded, tr, width


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    options, rest = _parser().parse_known_args(argv)
    if options.command == "sandbox":
        return serve_sandbox(rest)
    if rest:
        # In argparse's words, which the parser translates as it does its own.
        _parser().error(f"unrecognized arguments: {' '.join(rest)}")
    if options.command == "doctor":
        return doctor(stream=options.stream, report=options.report)
    try:
        if options.command == "map":
            from .commands import map as mapping

            return mapping.run(options)
        if options.command == "evaluate":
            from .commands import evaluate

            return evaluate.run(options)
        if options.command == "history":
            return history.run(options)
        if options.command == "rehearse":
            return rehearse.run(options)
        return report(options) if options.command == "report" else demo.run(options)
    except (DemoFailed, SophNetError) as error:
        print(error, file=sys.stderr)
        return getattr(error, "status", 1)


def _parser() -> Parser:
    parser = Parser(prog="sophnet-jupyter", description=tr("SophNet, Dify and TeleAI in Jupyter."))
    parser.add_argument(
        "--version",
        action="version",
        version=importlib.metadata.version("sophnet-jupyter"),
        help=tr("show program's version number and exit"),
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    demo.declare(commands)
    summary = tr("check versions, network, key and clock, and say what to do")
    add = commands.add_parser("doctor", help=summary, description=summary).add_argument
    add("--stream", action="store_true", help=tr("also ask for a short answer, which costs tokens"))
    add("--report", action="store_true", help=tr("one text to paste, without keys and addresses"))
    summary = tr("write a notebook as one page for people without Python: no network, no scripts")
    add = commands.add_parser("report", help=summary, description=summary).add_argument
    add("notebook", type=Path, metavar="NOTEBOOK", help=tr("the .ipynb file; it is not run"))
    add("-o", "--output", type=Path, metavar="FILE", help=tr("where to; NOTEBOOK.html if not said"))
    map_options.declare(commands)
    evaluate_options.declare(commands)
    history.declare(commands)
    rehearse.declare(commands)
    # Its options, --help included, are the sandbox's own.
    commands.add_parser("sandbox", help=tr("serve the sandbox alone"), add_help=False)
    return parser


def serve_sandbox(arguments: list[str]) -> int:
    """Become ``python -m sophnet_jupyter.sandbox``."""
    command = [sys.executable, "-m", "sophnet_jupyter.sandbox", *arguments]
    if os.name == "posix":
        os.execv(sys.executable, command)  # noqa: S606 - no shell is wanted
    return subprocess.run(command, check=False).returncode


def doctor(*, stream: bool, report: bool = False) -> int:
    """Print what was found; the exit status is 1 when something will not work."""
    # Here, since it brings the whole client with it.
    from . import doctor

    findings = asyncio.run(doctor.examine(stream=stream))
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A console without the marks' characters is no reason to fail.
        sys.stdout.reconfigure(errors="replace")
    if report:
        print(doctor.report(findings))
        return 0 if doctor.all_passed(findings) else 1
    columns = max(width(finding.title) for finding in findings)
    for finding in findings:
        print(f"{finding.mark} {padded(finding.title, columns)}  {finding.said}")
        if finding.advice:
            print(f"{'':<{columns + 2}}  → {finding.advice}")
    return 0 if doctor.all_passed(findings) else 1


def report(options: argparse.Namespace) -> int:
    """Write the page of a notebook. Raises `SettingsError`."""
    from .views.report.notebook import notebook_page

    source: Path = options.notebook
    try:
        book = json.loads(source.read_bytes())
        page = notebook_page(book, source.stem, source.parent)
    except OSError as error:
        raise file_refused(source, error) from None
    except (ValueError, AttributeError, RecursionError):
        raise SettingsError(
            tr("{path} is no notebook of format 4 (.ipynb).", path=source)
        ) from None
    target: Path = options.output or source.with_suffix(".html")
    print(save_bytes(page.encode("utf-8", "replace"), target))
    return 0


if __name__ == "__main__":
    sys.exit(main())
