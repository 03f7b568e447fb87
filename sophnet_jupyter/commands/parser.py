"""The parser of the command line: argparse, with its own words in the user's language."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from typing import Any, NoReturn

from ..language import ENGLISH, current, mark, tr, width, wrapped

# What argparse says of a line, and how it is said elsewhere; the first that fits is taken.
_REFUSED = [
    (re.compile(pattern, re.DOTALL), said)
    for pattern, said in (
        (
            r"the following arguments are required: (?P<names>.*)",
            mark("the following arguments are required: {names}"),
        ),
        (r"unrecognized arguments: (?P<names>.*)", mark("unrecognized arguments: {names}")),
        (r"argument (?P<name>.+?): (?P<said>.*)", mark("argument {name}: {said}")),
        (r"expected one argument", mark("expected one argument")),
        (r"expected at least one argument", mark("expected at least one argument")),
        (
            r"invalid choice: (?P<value>.*?)(?:, maybe .*)? \(choose from (?P<known>.*)\)",
            mark("invalid choice: {value} (choose from {known})"),
        ),
        (
            r"invalid (?P<kind>\S+) value: (?P<value>.*)",
            mark("invalid {kind} value: {value}"),
        ),
        (
            r"ambiguous option: (?P<name>.*) could match (?P<known>.*)",
            mark("ambiguous option: {name} could match {known}"),
        ),
        (
            r"ignored explicit argument (?P<value>.*)",
            mark("ignored explicit argument {value}"),
        ),
    )
]


class Formatter(argparse.HelpFormatter):
    """Help whose lines end where they should, also where a letter takes two columns."""

    def _format_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None) -> str:
        """As argparse does it, with its word before it in the user's language."""
        word = tr("usage: ") if prefix is None else prefix
        # It counts letters, of which each Chinese one takes two columns: blanks make it as many.
        counted = word + " " * (width(word) - len(word))
        said = super()._format_usage(usage, actions, groups, counted)
        return said.replace(counted, word, 1)

    def _split_lines(self, text: str, width: int) -> list[str]:
        return super()._split_lines(text, width) if text.isascii() else wrapped(text, width)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if text.isascii():
            return super()._fill_text(text, width, indent)
        return "\n".join(indent + line for line in wrapped(text, width - len(indent)))


class Parser(argparse.ArgumentParser):
    """A parser that speaks the user's language; so do those of its commands."""

    def __init__(
        self,
        *,
        add_help: bool = True,
        formatter_class: Callable[..., argparse.HelpFormatter] = Formatter,
        **given: Any,
    ) -> None:
        super().__init__(add_help=False, formatter_class=formatter_class, **given)
        self._positionals.title = tr("positional arguments")
        self._optionals.title = tr("options")
        if add_help:
            self.add_argument(
                "-h", "--help", action="help", help=tr("show this help message and exit")
            )

    def format_help(self) -> str:
        """As argparse makes it, with the colon of the language behind each title."""
        text = super().format_help()
        for title in (self._positionals.title, self._optionals.title):
            text = text.replace(f"\n{title}:\n", f"\n{title}{tr(':')}\n")
        return text

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the line, and end with status 2."""
        if current() == ENGLISH:
            super().error(message)
        self.print_usage(sys.stderr)
        said = tr("{program}: error: {said}", program=self.prog, said=refused(message))
        self.exit(2, f"{said}\n")


def refused(message: str) -> str:
    """What argparse says of a line, in the user's language; what is not known stays as it is."""
    for pattern, said in _REFUSED:
        if found := pattern.fullmatch(message):
            facts = found.groupdict()
            if "said" in facts:
                facts["said"] = refused(facts["said"])
            return tr(said, **facts)
    return message
