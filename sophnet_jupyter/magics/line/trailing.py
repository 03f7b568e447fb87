"""Options behind the words of a line, as in ``%imagine a fox --seed 7``."""

from __future__ import annotations

import argparse
import difflib
import re
from collections.abc import Collection
from typing import Any

from IPython.core.error import UsageError

from .options import parse, refuse_keys

_BEGIN = re.compile(r"(?<!\S)-{1,2}[A-Za-z][\w-]*")


def parse_around(magic: Any, line: str) -> tuple[argparse.Namespace, str]:
    """
    The options before and behind the words of a line, and the words as they are written.

    Behind ``--`` everything is words. Raises `UsageError`, also for what looks like an option and
    is none, and for one with a wrong value: in a prompt it would be paid for.
    """
    refuse_keys(line)
    args, words = parse(magic, line)
    if re.search(r"(?<!\S)--(?!\S)", line):
        return args, words
    known = {name for action in magic.parser._actions for name in action.option_strings}
    wrong: UsageError | None = None
    for match in _BEGIN.finditer(words):
        head, tail = words[: match.start()].strip(), words[match.start() :]
        try:
            _, rest = parse(magic, tail)
        except UsageError as error:
            if match[0] in known:
                wrong = wrong or error
            continue
        if not rest:
            front = line[: len(line.rstrip()) - len(words)]
            args, _ = parse(magic, f"{front} {tail}")
            _check(known, head)
            return args, head
    if wrong:
        raise UsageError(f"{wrong}. To have it in the words, begin them with --.")
    _check(known, words)
    return args, words


def _check(known: Collection[str], words: str) -> None:
    for word in _BEGIN.findall(words):
        if word in known:
            raise UsageError(
                f"{word} stands in the middle: options come before the words, or behind them all. "
                "To have it in the words, begin them with --."
            )
        if word.startswith("--"):
            close = difflib.get_close_matches(word, known, n=1)
            hint = f"Did you mean {close[0]}?" if close else "The magic with ? lists them."
            raise UsageError(
                f"{word} is no option. {hint} To have it in the words, begin them with --."
            )
