"""
The head of a prompt file: TOML between two lines ``+++``.

It says who is asked and how, and nothing else: no key, no tool, no address, no file but a schema
beside it. A stranger's file can be used without being read first.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...language import mark, retold, tr
from ..prose import nearest
from .sections import Misplaced

MARK = "+++"
# What each option of a request may be; `providers` holds their ranges.
_NUMBER = (int, float)
OPTIONS: dict[str, tuple[type, ...]] = {
    "model": (str,),
    "temperature": _NUMBER,
    "top_p": _NUMBER,
    "max_tokens": (int,),
    "max_completion_tokens": (int,),
    "stop": (str, list),
    "presence_penalty": _NUMBER,
    "frequency_penalty": _NUMBER,
    "thinking": (bool,),
    "thinking_key": (str,),
    "reasoning_effort": (str,),
    "seed": (int,),
    "json_mode": (bool,),
    "repair": (int,),
    "detail": (str,),
    "max_side": (int,),
}
_OTHERS: dict[str, tuple[type, ...]] = {
    "description": (str,),
    "schema": (str, dict),
    "defaults": (dict,),
}
KEYS = (*OPTIONS, *_OTHERS)
_WORDS = {
    str: mark("a text"),
    int: mark("a whole number"),
    float: mark("a number"),
    bool: mark("true or false"),
    list: mark("a list"),
    dict: mark("a table"),
}
# As `tomllib` says them.
_MISTYPED = (
    mark("expected '=' after a key in a key/value pair"),
    mark("expected newline or end of document after a statement"),
    mark("expected ']' at the end of a table declaration"),
    mark("expected ']]' at the end of an array declaration"),
    mark("invalid initial character for a key part"),
    mark("invalid statement"),
    mark("invalid value"),
    mark("invalid hex value"),
    mark("invalid date or datetime"),
    mark("cannot overwrite a value"),
    mark("cannot declare {name} twice"),
    mark("cannot redefine namespace {name}"),
    mark("cannot mutate immutable namespace {name}"),
    mark("duplicate inline table key {name}"),
    mark("unclosed array"),
    mark("unclosed inline table"),
    mark("unterminated string"),
    mark("unescaped '\\' in a string"),
    mark("escaped character is not a Unicode scalar value"),
    mark("illegal character {name}"),
    mark("found invalid character {name}"),
    mark("expected {name}"),
)
_AT_LINE = re.compile(r" ?\(at (?:line (\d+), column \d+|end of document)\)")
_NAME = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """
    What a head says: ``options`` of the request, the ``defaults`` of variables, a ``schema``.

    ``schema`` is the JSON schema itself, or the name of a file beside the prompt.
    """

    options: Mapping[str, Any] = field(default_factory=dict)
    description: str = ""
    schema: str | Mapping[str, Any] | None = None
    defaults: Mapping[str, Any] = field(default_factory=dict)


def split(text: str) -> tuple[str, str, int]:
    """The head, the body, and the line at which the body begins, from 1. Raises `Misplaced`."""
    if not re.match(r"\+\+\+[ \t]*(?:\n|\Z)", text):
        return "", text, 1
    begin = text.find("\n") + 1
    end = re.compile(r"^\+\+\+[ \t]*$", re.MULTILINE).search(text, begin) if begin else None
    if end is None:
        raise Misplaced(1, tr("its head has no end: a second line {mark}", mark=MARK))
    body = text[end.end() + 1 :]
    return text[begin : end.start()], body, text.count("\n", 0, end.end()) + 2


def read(toml: str) -> Head:
    """A head out of its TOML, which begins in line 2 of its file. Raises `Misplaced`."""
    try:
        given = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        place = _AT_LINE.search(str(error))
        last = toml.rstrip("\n").count("\n") + 1
        line = int(place[1]) if place and place[1] else last
        why = _AT_LINE.sub("", str(error))
        raise Misplaced(
            line + 1,
            tr("its head is no TOML: {why}", why=retold(why[:1].lower() + why[1:], _MISTYPED)),
        ) from None
    for name, value in given.items():
        _check(name, value, toml)
    defaults = given.pop("defaults", {})
    for name in defaults:
        if not _NAME.fullmatch(name) or name.startswith("_"):
            raise Misplaced(
                _line(toml, name), tr("{name!r} cannot be the name of a variable", name=name)
            )
    said = {name: given.pop(name) for name in ("description", "schema") if name in given}
    return Head(options=given, defaults=defaults, **said)


def _check(name: str, value: object, toml: str) -> None:
    kinds = OPTIONS.get(name) or _OTHERS.get(name)
    if kinds is None:
        near = nearest(name, KEYS)
        advice = (
            tr("did you mean {near}?", near=near)
            if near
            else tr("it may have {names}", names=", ".join(KEYS))
        )
        raise Misplaced(
            _line(toml, name),
            tr("its head has an unknown word {name!r}: {advice}", name=name, advice=advice),
        )
    # True is an int to Python, and none to whoever writes a temperature.
    fits = isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool))
    if fits and isinstance(value, list):
        fits = all(isinstance(one, str) for one in value)
    if not fits:
        wanted = tr(" or ").join(
            tr(_WORDS[kind]) for kind in kinds if kind is not int or float not in kinds
        )
        raise Misplaced(_line(toml, name), tr("{name} is {wanted}", name=name, wanted=wanted))


def _line(toml: str, name: str) -> int:
    """The line of the file that gives a name; the head's first where it is written otherwise."""
    found = re.search(rf"^\s*(?:\[+\s*)?[\"']?{re.escape(name)}[\"']?\s*[].=]", toml, re.MULTILINE)
    return toml.count("\n", 0, found.end() if found else 0) + 2
