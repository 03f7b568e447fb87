"""What a run adds to its table: the fields of the answers, and the facts about each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ..prompt.forms.schema import plain, schema_of
from .rows import Row
from .tables import free_name

# Facts about each row. Tokens are None where the service does not say, and none where the answer
# was there already.
FACTS = (
    *("answer", "ending", "error", "seconds", "tokens_in", "tokens_out", "cost", "cached"),
    *("sandbox", "call"),
)
# The column of a value that has no fields, such as a list or a number.
PARSED = "parsed"


def fields_of(schema: object) -> list[str]:
    """The names of the fields that an answer of this form has; one for a value without fields."""
    if schema is None:
        return []
    declared = schema if isinstance(schema, Mapping) else schema_of(schema, where="schema=")
    properties = declared.get("properties")
    is_object = declared.get("type", "object") == "object"
    return [str(name) for name in properties] if is_object and properties else [PARSED]


def added(
    rows: Sequence[Row],
    *,
    fields: Iterable[str] = (),
    more: Mapping[str, Callable[[Row], Any]] | None = None,
    taken: Iterable[str] = (),
) -> tuple[dict[str, list[Any]], dict[str, str]]:
    """
    The columns of the answers, and which of them are called differently than they would be.

    ``more`` are columns behind the others, each by what makes a value of a row. ``taken`` are the
    table's own columns: one of ours that is called as one of them gets a number.
    """
    fields = list(fields)
    parsed = [row.parsed for row in rows]
    found = {name: [_field(value, name, fields) for value in parsed] for name in fields}
    facts = {name: [_fact(row, name) for row in rows] for name in FACTS}
    others = {name: [make(row) for row in rows] for name, make in (more or {}).items()}
    columns: dict[str, list[Any]] = {}
    renamed: dict[str, str] = {}
    known = list(taken)
    for name, values in (*found.items(), *facts.items(), *others.items()):
        free = free_name(name, known)
        known.append(free)
        columns[free] = values
        if free != name:
            renamed[name] = free
    return columns, renamed


def _field(value: Any, name: str, fields: list[str]) -> Any:
    if value is None:
        return None
    if fields == [PARSED]:
        return plain(value)
    found = value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)
    return plain(found)


def _fact(row: Row, name: str) -> Any:
    match name:
        case "tokens_in":
            return row.usage.prompt_tokens if row.usage else None
        case "tokens_out":
            return row.usage.completion_tokens if row.usage else None
        case "answer" | "seconds":
            # One that was not asked has none, which is not the same as an empty one.
            return getattr(row, name) if row.packed[0] or row.error else None
        case "ending":
            return row.ended
        case "sandbox":
            return row.sandbox if row.packed[0] else None
    return getattr(row, name)
