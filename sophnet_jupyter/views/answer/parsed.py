"""Show a parsed value: records as a table, anything else as JSON."""

from __future__ import annotations

import dataclasses
import enum
import json
from collections.abc import Mapping, Sequence
from typing import Any

from ...language import tr
from ..safe.control_characters import plain
from ..safe.look import FAINT, LINE, LONGEST_NAME, SMALL, clipped, one_line, words
from ..safe.markdown import code_block

ROWS, COLUMNS, CELL = 50, 12, 200
LONGEST_JSON = 20_000
_TABLE = "border-collapse:collapse;margin:0 0 .6em"
_CELL = f"border:{LINE};padding:.3em .6em;text-align:"

Records = list[Mapping[str, Any]]


def shown(value: object) -> str:
    """The value as HTML in which all text of a model is words."""
    name, found = records(value)
    if not found:
        return code_block(clipped(plain(as_json(value)), LONGEST_JSON), "json")
    columns = _columns(found)
    numeric = {one for one in columns if all(_is_number(row.get(one)) for row in found[:ROWS])}
    head = "".join(_cell("th", one, one in numeric) for one in columns)
    body = "".join(
        f"<tr>{''.join(_cell('td', row.get(one), one in numeric) for one in columns)}</tr>"
        for row in found[:ROWS]
    )
    title = f'<div style="{FAINT}">{words(name, LONGEST_NAME)}</div>' if name else ""
    size = f'<div style="{SMALL};{FAINT}">{_left_out(found)}</div>' if _left_out(found) else ""
    table = f'<table style="{_TABLE}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    return f'{title}<div style="overflow-x:auto">{table}</div>{size}'


def in_words(value: object) -> str:
    """The value as text: a table in columns, or JSON."""
    _, found = records(value)
    if not found:
        return clipped(plain(as_json(value)), LONGEST_JSON)
    columns = _columns(found)
    rows = [
        [_text(one) for one in columns],
        *([_text(row.get(one)) for one in columns] for row in found[:ROWS]),
    ]
    widths = [min(40, max(map(len, column))) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(f"{one:<{width}}" for one, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join([*lines, *filter(None, [_left_out(found)])])


def records(value: object) -> tuple[str, Records]:
    """
    The rows in a value, and under which name they stand in it; none where it is something else.

    JSON mode gives objects, so that a list often comes as the one field of one.
    """
    if isinstance(value, list | tuple) and value:
        rows = [_fields(item) for item in value]
        return "", [row for row in rows if row is not None] if all(rows) else []
    fields = _fields(value)
    if fields and len(fields) == 1:
        [(name, inner)] = fields.items()
        if isinstance(inner, list | tuple):
            return str(name), records(inner)[1]
    return "", []


def as_json(value: object) -> str:
    """Indented JSON of anything, in its own notation where JSON has none."""
    try:
        return json.dumps(value, ensure_ascii=False, indent=2, default=_plain_value)
    except (TypeError, ValueError, RecursionError):
        return _represented(value)


def _represented(value: object) -> str:
    try:
        return repr(value)
    except RecursionError:
        return tr("a {name} of too many levels to be shown", name=type(value).__name__)


def _fields(item: object) -> Mapping[str, Any] | None:
    """What a record holds by name: an object of JSON, a dataclass, a Struct or a pydantic model."""
    if isinstance(item, Mapping):
        return item
    if isinstance(item, type):
        return None
    if dataclasses.is_dataclass(item):
        names: Sequence[str] = [field.name for field in dataclasses.fields(item)]
    else:
        kind = type(item)
        names = (
            getattr(kind, "__struct_fields__", None) or getattr(kind, "model_fields", None) or ()
        )
    return {name: getattr(item, name, None) for name in names} or None


def _plain_value(value: object) -> object:
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, set | frozenset):
        return list(value)
    fields = _fields(value)
    return str(value) if fields is None else dict(fields)


def _columns(rows: Records) -> list[str]:
    named = dict.fromkeys(str(name) for row in rows[:ROWS] for name in row)
    return list(named)[:COLUMNS]


def _left_out(rows: Records) -> str:
    names = {str(name) for row in rows[:ROWS] for name in row}
    left = [tr("{count:,} more rows", count=len(rows) - ROWS)] if len(rows) > ROWS else []
    left += (
        [tr("{count:,} more columns", count=len(names) - COLUMNS)] if len(names) > COLUMNS else []
    )
    return tr("… {left} in .parsed", left=tr(" and ").join(left)) if left else ""


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, enum.Enum):
        value = value.value
    text = value if isinstance(value, str) else _compact(value)
    return clipped(one_line(text), CELL)


def _compact(value: object) -> str:
    if isinstance(value, list | tuple | dict) or _fields(value):
        return " ".join(as_json(value).split())
    return str(value)


def _cell(tag: str, value: object, numeric: bool) -> str:
    align = "right" if numeric else "left"
    return f'<{tag} style="{_CELL}{align}">{words(_text(value), CELL)}</{tag}>'
