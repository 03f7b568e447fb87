"""What magics have in common on their line: options first, then words that are left as written."""

from __future__ import annotations

import argparse
import re
from collections.abc import Collection, Mapping
from itertools import pairwise
from typing import Any

import msgspec
from IPython.core.error import UsageError

from ...language import mark, retold, tr
from ...settings.secret import scrub
from .near import did_you_mean

_WORD = re.compile(r"""(?:[^\s"']+|"[^"]*"|'[^']*')+""")
# Word processors and some keyboards make one dash of two.
DASHES = "-\u2013\u2014\u2212"
_OPTION = re.compile(rf"[{DASHES}]{{1,2}}[A-Za-z]")
_QUOTES = re.compile(r"""["']([^"']*)["']|"([^"]*)"|'([^']*)'""")
_LOOKS_LIKE_KEY = re.compile(r"\b(?:sk|ak|app|dataset)-[A-Za-z0-9_-]{12,}|\bBearer +[\w.~+/-]{12,}")
_RUN = re.compile(r"[A-Za-z0-9]{20,}")
_ADDRESS = re.compile(r"\w+://\S+|data:[\w/+.-]+;base64,\S+|\bcustom:[\w-]+")
_NAMES_A_KEY = re.compile(r"api_?-?key|authorization|token$|secret|password", re.IGNORECASE)


def parse(magic: Any, line: str) -> tuple[argparse.Namespace, str]:
    """
    The options of a line, and the words behind them exactly as written.

    IPython's own parser would split the words like a shell and stumble over an apostrophe, take the
    beginning of an option for the option, and of two values the last. Raises `UsageError`.
    """
    refuse_keys(line)
    words, rest = _split(magic, line)
    return parsed(magic.parser, words), rest


# What argparse says of a value; the rest of it is found before.
_REFUSED = (
    mark("argument {name}: invalid int value: {value}"),
    mark("argument {name}: invalid float value: {value}"),
    mark("argument {name}: invalid {kind} value: {value}"),
    mark("argument {name}: invalid choice: {value} (choose from {choices})"),
    mark("argument {name}: expected one argument"),
    mark("argument {name}: expected at least one argument"),
    mark("argument {name}: not allowed with argument {other}"),
    mark("argument {name}: ignored explicit argument {value}"),
    mark("the following arguments are required: {names}"),
)


def parsed(parser: argparse.ArgumentParser, words: list[str]) -> argparse.Namespace:
    """The options of a magic. Raises `UsageError` in the reader's language."""
    try:
        args: argparse.Namespace = parser.parse_args(words)
    except UsageError as error:
        raise UsageError(retold(str(error), _REFUSED)) from None
    return args


def refuse_keys(line: str) -> None:
    """Raise `UsageError` for a line that holds a key: a notebook would save it."""
    known = scrub(line) != line
    if known or _LOOKS_LIKE_KEY.search(line) or any(map(_is_random, _runs(line))):
        raise UsageError(
            tr(
                "That line holds what looks like a key, and a notebook saves its lines. Use "
                "%sophnet login, or set SOPHNET_API_KEY before the kernel starts."
            )
        )


def _runs(line: str) -> list[str]:
    # Addresses, and the names of custom models, have random parts that are no keys.
    return _RUN.findall(_ADDRESS.sub("", line))


def _is_random(run: str) -> bool:
    """True for letters and digits mixed as no word, model or file name mixes them."""
    kinds = ["digit" if c.isdigit() else "upper" if c.isupper() else "lower" for c in run]
    changes = sum(before != after for before, after in pairwise(kinds))
    return changes >= 8 and kinds.count("digit") >= 3 and len(set(kinds)) == 3


def out_name(name: str | None) -> str | None:
    """A name that ``-o`` may store under. Raises `UsageError`."""
    if name is not None and not name.isidentifier():
        raise UsageError(tr("-o takes a variable's name, not {name!r}.", name=name))
    return name


def several(option: str, words: str | None) -> list[str]:
    """``A,B`` as a list; empty where nothing is said. Raises `UsageError` for a gap or a double."""
    if not words:
        return []
    found = [name.strip() for name in words.split(",")]
    if not all(found) or len(set(found)) < len(found):
        raise UsageError(
            tr("{option} takes different names with commas between them, as A,B.", option=option)
        )
    return found


def extra_body(pairs: list[str] | None) -> dict[str, Any]:
    """``-x a.b=1 -x c=text`` as ``{"a": {"b": 1}, "c": "text"}``. Raises `UsageError`."""
    body: dict[str, Any] = {}
    for pair in pairs or []:
        path, equals, value = pair.partition("=")
        if not equals or not path:
            raise UsageError(tr("-x takes KEY=VALUE, not {pair!r}.", pair=pair))
        if _NAMES_A_KEY.search(path):
            raise UsageError(
                tr("-x {path}: keys do not belong on a magic line; a notebook saves it.", path=path)
            )
        *parents, last = path.split(".")
        place = body
        for parent in parents:
            inner = place.setdefault(parent, {})
            if not isinstance(inner, dict):
                raise UsageError(
                    tr(
                        "-x {path}: {parent} is a value already, it cannot hold {last}.",
                        path=path,
                        parent=parent,
                        last=last,
                    )
                )
            place = inner
        place[last] = json_or_text(value)
    return body


def json_or_text(text: str) -> Any:
    """A value of a line: JSON where it is some, else the text."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return text


def _split(magic: Any, line: str) -> tuple[list[str], str]:
    """Tokens of the options at the start, and the rest of the line untouched."""
    actions = {name: one for one in magic.parser._actions for name in one.option_strings}
    words: list[str] = []
    seen: set[str] = set()
    position = 0
    while match := _WORD.search(line, position):
        word = match[0]
        if word == "--":
            return words, line[match.end() :].strip()
        if not _OPTION.match(word) or not (word[0] == "-" or is_misspelt(word, actions)):
            break
        action = _meant(word, actions)
        if action is None:
            raise UsageError(unknown(magic, word))
        if action.dest in seen and not getattr(action, "several", False):
            raise UsageError(_twice(magic, action))
        seen.add(action.dest)
        words.append(_unquoted(word))
        position = match.end()
        if action.nargs == 0 or word not in actions:
            # It takes no value, or has it in the same word: --seed=7, -n4.
            continue
        value = _WORD.search(line, position)
        # What may take a number takes only a number, and leaves a word to the prompt.
        if value is None or (action.nargs == "?" and not value[0].isdecimal()):
            continue
        words.append(_unquoted(value[0]))
        position = value.end()
    return words, line[position:].strip()


def _meant(word: str, actions: Mapping[str, argparse.Action]) -> argparse.Action | None:
    """The option that a word is: ``--name``, ``--name=value``, ``-n``, ``-n4``; flags: ``-bw``."""
    name = word.partition("=")[0]
    if name in actions or is_misspelt(name, actions):
        return actions.get(name)
    action = actions.get(word[:2])
    if action is None or action.nargs != 0:
        return action
    flags = [actions.get(f"-{letter}") for letter in word[1:]]
    return action if all(flag and flag.nargs == 0 for flag in flags) else None


def is_misspelt(name: str, names: Collection[str]) -> bool:
    """
    True for a word that was meant as one of these options, and is none.

    ``-model`` and ``-modle`` are ``--model``, though they could be ``-m`` with a value behind it;
    and so is the word with a long dash before it.
    """
    if name in names:
        return False
    longs = [one for one in names if one.startswith("--")]
    long = f"--{name.partition('=')[0].lstrip(DASHES)}"
    return name.startswith("--") or bool(did_you_mean(long, longs, alike=0.8))


def unknown(magic: Any, word: str) -> str:
    """``%%sophchat has no --modle. Did you mean --model?``"""
    name = word.partition("=")[0]
    names = [one for action in magic.parser._actions for one in action.option_strings]
    # With two dashes, since nothing is near to a word of two letters.
    long = f"--{name.lstrip(DASHES)}"
    advice = tr("%{name}? lists its options.", name=magic.__name__)
    if name not in ("--help", "-h"):
        advice = did_you_mean(long, names, advice)
    return tr("{called} has no {name}. {advice}", called=magic.called, name=name, advice=advice)


def _twice(magic: Any, action: argparse.Action) -> str:
    name = action.option_strings[-1]
    reason = getattr(action, "once", "") or tr("leave one of the two out")
    return tr("{called} takes one {name}: {reason}.", called=magic.called, name=name, reason=reason)


def _unquoted(word: str) -> str:
    return re.sub(r'"([^"]*)"|\'([^\']*)\'', lambda m: m[1] if m[1] is not None else m[2], word)
