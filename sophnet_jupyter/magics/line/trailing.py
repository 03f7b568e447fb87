"""Options behind the words of a line, as in ``%imagine a fox --seed 7``."""

from __future__ import annotations

import argparse
import re
from typing import Any

from IPython.core.error import UsageError

from ...language import tr
from .options import DASHES, is_misspelt, parse, refuse_keys, unknown

_BEGIN = re.compile(rf"(?<!\S)[{DASHES}]{{1,2}}[A-Za-z][\w-]*")


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
    misspelt = ""
    for match in _BEGIN.finditer(words):
        head, tail = words[: match.start()].strip(), words[match.start() :]
        if is_misspelt(match[0], known):
            misspelt = misspelt or unknown(magic, match[0])
            continue
        wrong = _wrong_in(magic, tail)
        if wrong and match[0] not in known:
            # -n4 is an option with its value, if all that follows are options too; else a word.
            continue
        if wrong:
            raise _wrong(wrong)
        front = line[: len(line.rstrip()) - len(words)]
        args, _ = parse(magic, f"{front} {tail}")
        words = head
        break
    if misspelt:
        raise _wrong(misspelt)
    return args, words


def _wrong_in(magic: Any, tail: str) -> str:
    """What is wrong with options that stand behind the words; empty where nothing is."""
    try:
        _, rest = parse(magic, tail)
    except UsageError as error:
        return str(error)
    name = tail.split()[0].partition("=")[0]
    place = tr("options come before the words, or behind them all")
    return tr("{name} stands in the middle: {place}", name=name, place=place) if rest else ""


def _wrong(sentence: str) -> UsageError:
    end = "" if sentence.endswith(("?", ".", "？", "。")) else tr(".")
    return UsageError(
        tr(
            "{sentence}{end} To have it in the words, begin them with --.",
            sentence=sentence,
            end=end,
        )
    )
