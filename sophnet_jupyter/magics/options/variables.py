"""Completion of notebook variables, without running any code of theirs."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import suppress
from pathlib import PurePath
from types import ModuleType
from typing import Any

from ..session.session import KernelSession
from .found import Finder, Found, matching


def variables_that(wanted: Callable[[Any], bool]) -> Finder:
    """A finder of variables whose value meets a condition."""

    def find(word: str, session: KernelSession) -> list[Found]:
        shell = session.shell
        names = [
            name
            for name, value in list(shell.user_ns.items())
            if not name.startswith("_") and name not in shell.user_ns_hidden and wanted(value)
        ]
        return matching(word, sorted(names), "variable")

    return find


def values(word: str, session: KernelSession) -> list[Found]:
    """The variables that can be used in a prompt; functions and modules are left out."""
    return _speaking(word, session) + matching(word, ["In", "Out", "Err"], "variable")


def attributes(name: str, word: str, session: KernelSession) -> list[Found]:
    """The attributes of a variable, found without running its code, unlike ``dir``."""
    if name not in session.shell.user_ns:
        return []
    value = session.shell.user_ns[name]
    own: dict[str, Any] = {}
    with suppress(TypeError, AttributeError):
        own = object.__getattribute__(value, "__dict__")
    known = {
        key: entry for kind in reversed(type(value).__mro__) for key, entry in vars(kind).items()
    }
    names = [
        key
        for key, entry in sorted({**known, **own}.items())
        if not key.startswith("_") and not _is_silent(entry)
    ]
    return matching(word, names, "attribute")


def _is_table(value: object) -> bool:
    rows = isinstance(value, list) and bool(value) and isinstance(value[0], dict)
    return rows or (hasattr(type(value), "columns") and hasattr(type(value), "to_dict"))


def _is_said(value: object) -> bool:
    return isinstance(value, str) or type(value).__name__ == "Response"


def _is_heard(value: object) -> bool:
    return _is_said(value) or isinstance(value, bytes | PurePath)


def _is_silent(value: object) -> bool:
    return inspect.isroutine(value) or isinstance(
        value, ModuleType | type | staticmethod | classmethod
    )


variables = variables_that(lambda value: True)
functions = variables_that(inspect.isroutine)
schemas = variables_that(lambda value: isinstance(value, type | dict))
tables = variables_that(_is_table)
sayable = variables_that(_is_said)
recordings = variables_that(_is_heard)
_speaking = variables_that(lambda value: not _is_silent(value))
