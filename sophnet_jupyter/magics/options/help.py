"""What ``?`` behind a magic shows: what it does, examples, and options by their purpose."""

from __future__ import annotations

import inspect
import re
import textwrap
from argparse import SUPPRESS, Action, ArgumentParser
from collections.abc import Iterator

# A page of JupyterLab's pager, and of a terminal.
WIDTH = 88
# Where the words of an option begin; a longer option has a line of its own.
COLUMN = 28
OTHERS = "Options"


def help_text(parser: ArgumentParser, said: str) -> str:
    """
    The help of a magic; ``said`` is its docstring, in which indented paragraphs are examples.

    IPython's own begins with the usage, which for forty options is a page of brackets.
    """
    paragraphs = re.split(r"\n{2,}", inspect.cleandoc(said))
    examples = [text for text in paragraphs[1:] if text.startswith("    ")]
    prose = [text for text in paragraphs[1:] if not text.startswith("    ")]
    return "\n\n".join([paragraphs[0], *examples, *prose, *_groups(parser)]) + "\n"


def _groups(parser: ArgumentParser) -> Iterator[str]:
    groups: dict[str, list[str]] = {}
    for action in parser._actions:
        if action.help is SUPPRESS:
            continue
        title = getattr(action, "group", "") or OTHERS
        groups.setdefault(title, []).append(_line(action, parser))
    for title, told in groups.items():
        yield "\n".join([f"{title}:", *told])


def _line(action: Action, parser: ArgumentParser) -> str:
    names = ", ".join(action.option_strings)
    called = f"  {names} {value_of(action)}".rstrip()
    # As argparse does it: %% is a percent sign, %(default)s the default.
    words = (action.help or "") % {**vars(action), "prog": parser.prog}
    told = textwrap.wrap(words, WIDTH - COLUMN) or [""]
    first = f"{called:<{COLUMN}}{told[0]}" if len(called) < COLUMN - 1 else called
    rest = told[1:] if first is not called else told
    return "\n".join([first, *(" " * COLUMN + line for line in rest)]).rstrip()


def value_of(action: Action) -> str:
    """The name of an option's value, as a person writes it; empty for a switch."""
    if action.nargs == 0:
        return ""
    name = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    if action.choices and not action.metavar:
        name = "|".join(map(str, action.choices))
    if not action.option_strings:
        return name
    return f"[{name}]" if action.nargs == "?" else name
