"""What ``?`` behind a magic shows: what it does, examples, and options by their purpose."""

from __future__ import annotations

import inspect
import re
from argparse import SUPPRESS, Action, ArgumentParser
from collections.abc import Iterator

from ...language import ENGLISH, current, padded, tr, width, wrapped

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
    first, examples, prose = _parts(said)
    return "\n\n".join([_told(first), *examples, *map(_told, prose), *_groups(parser)]) + "\n"


def summary_of(said: str) -> str:
    """The first paragraph of a docstring, in a line."""
    first = _line(_parts(said)[0])
    return tr(first)


def texts(parser: ArgumentParser, said: str) -> Iterator[str]:
    """All that `help_text` translates."""
    first, _, prose = _parts(said)
    yield from map(_line, [first, *prose])
    for action in _shown(parser):
        yield getattr(action, "group", "") or OTHERS
        if action.help:
            yield action.help


def _parts(said: str) -> tuple[str, list[str], list[str]]:
    """The first paragraph, the examples, and the others."""
    first, *rest = re.split(r"\n{2,}", inspect.cleandoc(said))
    examples = [text for text in rest if text.startswith("    ")]
    return first, examples, [text for text in rest if not text.startswith("    ")]


def _line(paragraph: str) -> str:
    return " ".join(paragraph.split())


def _told(paragraph: str) -> str:
    if current() == ENGLISH:
        return paragraph
    line = _line(paragraph)
    return "\n".join(wrapped(tr(line), WIDTH))


def _shown(parser: ArgumentParser) -> list[Action]:
    return [action for action in parser._actions if action.help is not SUPPRESS]


def _groups(parser: ArgumentParser) -> Iterator[str]:
    groups: dict[str, list[str]] = {}
    for action in _shown(parser):
        title = getattr(action, "group", "") or OTHERS
        groups.setdefault(title, []).append(_option(action, parser))
    for title, told in groups.items():
        yield "\n".join([f"{tr(title)}{tr(':')}", *told])


def _option(action: Action, parser: ArgumentParser) -> str:
    names = ", ".join(action.option_strings)
    called = f"  {names} {value_of(action)}".rstrip()
    told = wrapped(said_of(action, parser.prog), WIDTH - COLUMN) or [""]
    first = f"{padded(called, COLUMN)}{told[0]}" if width(called) < COLUMN - 1 else called
    rest = told[1:] if first is not called else told
    return "\n".join([first, *(" " * COLUMN + line for line in rest)]).rstrip()


def said_of(action: Action, prog: str = "") -> str:
    """What an option is for. As argparse has it: ``%%`` is a percent sign, ``%(default)s`` that."""
    return tr(action.help) % {**vars(action), "prog": prog} if action.help else ""


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
