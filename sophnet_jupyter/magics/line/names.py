"""What options name in the notebook: functions for ``--tools``, a class for ``--schema``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from types import ModuleType
from typing import Any

from IPython.core.error import UsageError

from ...language import tr
from .interpolate import value_of
from .near import did_you_mean

_LIST = re.compile(r"list\[(.+)\]")


def tools(words: Iterable[str], names: Mapping[str, Any]) -> list[Any]:
    """The functions and schemas in ``f,g`` and the like; a list of some is taken apart."""
    found: list[Any] = []
    for name in [one.strip() for word in words for one in word.split(",") if one.strip()]:
        value = _found(name, names, "--tools", _is_tool)
        found += value if isinstance(value, list | tuple) else [value]
    return found


def schema(words: str, names: Mapping[str, Any]) -> Any:
    """The class or JSON schema of that name, also ``list[Name]``."""
    if inner := _LIST.fullmatch(words.strip()):
        return list[schema(inner[1], names)]  # type: ignore[misc]
    if words in _BUILT_IN:
        return _BUILT_IN[words]
    return _found(words, names, "--schema", _is_schema)


_BUILT_IN = {kind.__name__: kind for kind in (str, int, float, bool)}


def _found(
    words: str, names: Mapping[str, Any], option: str, fits: Callable[[object], bool]
) -> Any:
    try:
        value = value_of(words, names)
    except LookupError:
        raise UsageError(
            tr(
                "{option}: there is no {words} here. {advice}",
                option=option,
                words=words,
                advice=_advice(words, names, fits),
            )
        ) from None
    several = value if isinstance(value, list | tuple) and option == "--tools" else [value]
    if not (several and all(map(fits, several))):
        kind = type(value).__name__
        raise UsageError(
            tr(
                "{option}: {words} is a {kind}. {advice}",
                option=option,
                words=words,
                kind=kind,
                advice=_advice(words, names, fits),
            )
        )
    return value


def _advice(words: str, names: Mapping[str, Any], fits: Callable[[object], bool]) -> str:
    known = [
        name
        for name, value in names.items()
        if not name.startswith("_") and name != words and fits(value)
    ]
    return did_you_mean(words, known, tr("Define it in a cell above, then name it here."))


def _is_tool(value: object) -> bool:
    return callable(value) or isinstance(value, Mapping)


def _is_schema(value: object) -> bool:
    # An annotation such as list[Person], put into a variable, is no type but has an origin.
    has_origin = getattr(value, "__origin__", None) is not None
    is_plain = isinstance(value, ModuleType | str | bytes | int | float)
    return isinstance(value, type | Mapping) or (has_origin and not is_plain)
