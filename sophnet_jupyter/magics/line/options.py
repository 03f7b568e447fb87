"""What magics have in common on their line: options first, then words that are left as written."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import msgspec
from IPython.core.error import UsageError
from IPython.core.magic_arguments import argument

from ...settings.secret import scrub
from ...views.answer.formats import FORMATS

_WORD = re.compile(r"""(?:[^\s"']+|"[^"]*"|'[^']*')+""")
_OPTION = re.compile(r"-{1,2}[A-Za-z]")
_QUOTES = re.compile(r"""["']([^"']*)["']|"([^"]*)"|'([^']*)'""")
_LOOKS_LIKE_KEY = re.compile(r"\b(?:sk|ak|app|dataset)-[A-Za-z0-9_-]{12,}|\bBearer +[\w.~+/-]{12,}")
_RUN = re.compile(r"[A-Za-z0-9]{20,}")
_ADDRESS = re.compile(r"\w+://\S+|data:[\w/+.-]+;base64,\S+|\bcustom:[\w-]+")
_NAMES_A_KEY = re.compile(r"api_?-?key|authorization|token$|secret|password", re.IGNORECASE)


_FORM_OPTIONS = [
    argument(
        "-f",
        "--format",
        choices=FORMATS,
        help="How to show the answer; json and table are read into .parsed.",
    ),
    argument(
        "--image",
        action="append",
        metavar="X",
        help="Attach a picture: a path, a pattern, an address or a variable; several times.",
    ),
    argument("--detail", choices=("low", "high", "auto"), help="How closely to look at pictures."),
    argument("--max-side", type=int, metavar="PIXELS", help="Shrink pictures to this size."),
    argument(
        "--tools",
        action="append",
        metavar="F,G",
        help="Functions that the model may call. It only says so, unless --run-tools runs them.",
    ),
    argument("--run-tools", action="store_true", help="Run what it calls, and let it go on."),
    argument("--max-rounds", type=int, metavar="N", help="Requests that --run-tools may make."),
    argument("--json", action="store_true", help="Ask for JSON, and read it into .parsed."),
    argument(
        "--schema",
        metavar="NAME",
        help="Ask for JSON of this form: a dataclass, model or schema; list[NAME] for several.",
    ),
    argument("--repair", action="store_true", help="Let the model correct a wrong form once."),
    argument("--voice", metavar="NAME", help="Hear the answer too, in this voice."),
]


def chat_options(magic: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every magic that asks a chat model."""
    options = [
        argument("-m", "--model", help="Model to ask; %%sophnet model sets the default."),
        argument("-s", "--system", metavar="TEXT", help="System message, in quotes."),
        argument("-o", "--out", metavar="NAME", help="Also store the response under this name."),
        argument(
            "-b",
            "--background",
            action="store_true",
            help="Let other cells run meanwhile; the result is a handle to await or cancel.",
        ),
        argument(
            "-c",
            "--conversation",
            metavar="NAME",
            help="Go on with the conversation of this name. Without it each cell stands alone.",
        ),
        argument("--new", action="store_true", help="Begin the conversation of -c anew."),
        argument("-t", "--temperature", type=float, help="0 to 2: how random the answer is."),
        argument("--top-p", type=float, help="0 to 1: how much of the likely words to consider."),
        argument("--max-tokens", type=int, help="Longest answer, in tokens."),
        argument(
            "--stop", action="append", metavar="TEXT", help="Stop before this text; up to 4 times."
        ),
        argument("--think", action="store_true", help="Let the model think aloud first."),
        argument("--no-think", action="store_true", help="Switch thinking off."),
        *_FORM_OPTIONS,
        argument("--raw", action="store_true", help="Send the prompt as written, braces and all."),
        argument("--strict", action="store_true", help="Fail if the answer just stops."),
        argument("--seed", type=int, metavar="N", help="The same seed, much the same answer."),
        argument(
            "--logprobs",
            nargs="?",
            const=0,
            type=int,
            metavar="N",
            help="Show how likely each token was, and with N what else it could have been.",
        ),
        argument("--show-request", action="store_true", help="Show the JSON; nothing is sent."),
        argument(
            "-x",
            "--extra",
            action="append",
            metavar="KEY=VALUE",
            help="Anything else for the request, as n=3; the value is JSON or text, a.b=1 nests.",
        ),
    ]
    # Decorators apply from the bottom up.
    for option in reversed(options):
        magic = option(magic)
    return magic


def parse(magic: Any, line: str) -> tuple[argparse.Namespace, str]:
    """
    The options of a line, and the words behind them exactly as written.

    IPython's own parser would split the words like a shell and stumble over an apostrophe. Raises
    `UsageError`.
    """
    refuse_keys(line)
    words, rest = _split(magic.parser, line)
    args: argparse.Namespace = magic.parser.parse_args(words)
    return args, rest


def refuse_keys(line: str) -> None:
    """Raise `UsageError` for a line that holds a key: a notebook would save it."""
    known = scrub(line) != line
    if known or _LOOKS_LIKE_KEY.search(line) or any(map(_is_random, _runs(line))):
        raise UsageError(
            "That line holds what looks like a key, and a notebook saves its lines. "
            "Use %sophnet login, or set SOPHNET_API_KEY before the kernel starts."
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
        raise UsageError(f"-o takes a variable's name, not {name!r}.")
    return name


def extra_body(pairs: list[str] | None) -> dict[str, Any]:
    """``-x a.b=1 -x c=text`` as ``{"a": {"b": 1}, "c": "text"}``. Raises `UsageError`."""
    body: dict[str, Any] = {}
    for pair in pairs or []:
        path, equals, value = pair.partition("=")
        if not equals or not path:
            raise UsageError(f"-x takes KEY=VALUE, not {pair!r}.")
        if _NAMES_A_KEY.search(path):
            raise UsageError(f"-x {path}: keys do not belong on a magic line; a notebook saves it.")
        *parents, last = path.split(".")
        place = body
        for parent in parents:
            inner = place.setdefault(parent, {})
            if not isinstance(inner, dict):
                raise UsageError(f"-x {path}: {parent} is a value already, it cannot hold {last}.")
            place = inner
        place[last] = _value(value)
    return body


def _value(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text


def _split(parser: argparse.ArgumentParser, line: str) -> tuple[list[str], str]:
    """Tokens of the options at the start, and the rest of the line untouched."""
    actions = {name: one for one in parser._actions for name in one.option_strings}
    words: list[str] = []
    position = 0
    while match := _WORD.search(line, position):
        word = match[0]
        if word == "--":
            return words, line[match.end() :].strip()
        if not _OPTION.match(word):
            break
        words.append(_unquoted(word))
        position = match.end()
        action = actions.get(word.partition("=")[0])
        if action is None or action.nargs == 0 or "=" in word:
            continue
        value = _WORD.search(line, position)
        # What may take a number takes only a number, and leaves a word to the prompt.
        if value is None or (action.nargs == "?" and not value[0].isdecimal()):
            continue
        words.append(_unquoted(value[0]))
        position = value.end()
    return words, line[position:].strip()


def _unquoted(word: str) -> str:
    return re.sub(r'"([^"]*)"|\'([^\']*)\'', lambda m: m[1] if m[1] is not None else m[2], word)
