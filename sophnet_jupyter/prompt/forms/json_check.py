"""
Does a value fit a JSON schema?

The keywords by which a model is usually held to a form are checked; the rest (``if``, ``format``,
``patternProperties``, ``contains``, ``dependent…``, ``unevaluated…``) are let pass. Not by the
package jsonschema: where JupyterLab is installed its import costs 3 s, for a grammar of addresses,
and it fetches schemas that a ``$ref`` names by address.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ...errors import SettingsError
from ...language import mark, tr
from .complaint import Complaint

_DEPTH = 64
# A pattern is the caller's, who need not think of what a model may write: of a longer text it would
# be looked for so long that the kernel stands still.
LONGEST_MATCHED = 10_000
_NESTED = ("items", "additionalProperties", "not")
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_NAMED = ("properties", "$defs", "definitions")


def complaint(value: object, schema: Mapping[str, Any]) -> Complaint | None:
    """Where ``value`` does not fit, and why; None if it does."""
    return next(_misfits(value, schema, "$", schema, 0), None)


def check_schema(schema: Mapping[str, Any]) -> None:
    """Raise `SettingsError` for a schema that can only be a mistake."""
    _check(schema, "$", schema)


def _check(schema: object, where: str, root: Mapping[str, Any]) -> None:
    if isinstance(schema, bool):
        return
    if not isinstance(schema, Mapping):
        raise SettingsError(
            tr(
                "The schema is wrong at {where}: {schema!r:.80} is no schema.",
                where=where,
                schema=schema,
            )
        )
    kinds = schema.get("type", [])
    for kind in kinds if isinstance(kinds, list | tuple) else [kinds]:
        if not isinstance(kind, str) or kind not in _TYPES:
            raise SettingsError(
                tr(
                    "The schema is wrong at {where}.type: there is no {kind!r:.80}.",
                    where=where,
                    kind=kind,
                )
            )
    if isinstance(target := schema.get("$ref"), str):
        _local(target, root)
    for name in _NESTED:
        if name in schema:
            _check(schema[name], f"{where}.{name}", root)
    for name in _LISTS:
        parts = schema.get(name, [])
        if not isinstance(parts, list | tuple):
            raise SettingsError(
                tr("The schema is wrong at {where}.{name}: it is no list.", where=where, name=name)
            )
        for place, part in enumerate(parts):
            _check(part, f"{where}.{name}[{place}]", root)
    for name in _NAMED:
        named = schema.get(name, {})
        if not isinstance(named, Mapping):
            raise SettingsError(
                tr("The schema is wrong at {where}.{name}: it is no dict.", where=where, name=name)
            )
        for key, part in named.items():
            _check(part, f"{where}.{name}.{key}", root)


_TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "integer": lambda value: (
        isinstance(value, int | float) and not isinstance(value, bool) and value % 1 == 0
    ),
}


def _misfits(
    value: Any, schema: Any, where: str, root: Mapping[str, Any], depth: int
) -> Iterator[Complaint]:
    if not isinstance(schema, Mapping) or depth > _DEPTH:
        if schema is False:
            yield Complaint(where, mark("nothing may stand here"))
        return
    if isinstance(target := schema.get("$ref"), str):
        yield from _misfits(value, _local(target, root), where, root, depth + 1)
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(_TYPES.get(kind, lambda _: True)(value) for kind in kinds):
        yield Complaint(
            where,
            mark("{value!r:.80} is not of type {kinds}"),
            value=value,
            kinds=" | ".join(kinds),
        )
        return
    if "enum" in schema and value not in schema["enum"]:
        yield Complaint(
            where,
            mark("{value!r:.80} is not one of {known!r:.200}"),
            value=value,
            known=schema["enum"],
        )
    if "const" in schema and value != schema["const"]:
        yield Complaint(
            where, mark("{value!r:.80} is not {only!r:.80}"), value=value, only=schema["const"]
        )
    for part in schema.get("allOf", []):
        yield from _misfits(value, part, where, root, depth + 1)
    yield from _choices(value, schema, where, root, depth)
    yield from _out_of_range(value, schema, where)
    if isinstance(value, dict):
        yield from _object(value, schema, where, root, depth)
    elif isinstance(value, list):
        first = schema.get("prefixItems", [])
        for place, item in enumerate(value):
            rule = first[place] if place < len(first) else schema.get("items", True)
            yield from _misfits(item, rule, f"{where}[{place}]", root, depth + 1)


def _choices(
    value: Any, schema: Mapping[str, Any], where: str, root: Mapping[str, Any], depth: int
) -> Iterator[Complaint]:
    def fits(one: Any) -> bool:
        return next(_misfits(value, one, where, root, depth + 1), None) is None

    if "anyOf" in schema and not any(map(fits, schema["anyOf"])):
        yield Complaint(where, mark("{value!r:.80} fits none of the alternatives"), value=value)
    if "oneOf" in schema and (count := sum(map(fits, schema["oneOf"]))) != 1:
        said = (
            mark("{value!r:.80} fits {count} of the alternatives, not one")
            if count
            else mark("{value!r:.80} fits none of the alternatives, not one")
        )
        yield Complaint(where, said, value=value, count=count)
    if "not" in schema and fits(schema["not"]):
        yield Complaint(where, mark("{value!r:.80} is what may not stand here"), value=value)


def _object(
    value: dict[str, Any],
    schema: Mapping[str, Any],
    where: str,
    root: Mapping[str, Any],
    depth: int,
) -> Iterator[Complaint]:
    known = schema.get("properties", {})
    for name in schema.get("required", []):
        if name not in value:
            yield Complaint(where, mark("{name!r} is missing"), name=name)
    for name, item in value.items():
        rule = known[name] if name in known else schema.get("additionalProperties", True)
        if rule is False and name not in known:
            yield Complaint(where, mark("{name!r:.80} was not asked for"), name=name)
        else:
            yield from _misfits(item, rule, f"{where}.{name}", root, depth + 1)


def _out_of_range(value: Any, schema: Mapping[str, Any], where: str) -> Iterator[Complaint]:
    kind = "Length" if isinstance(value, str) else "Items" if isinstance(value, list) else ""
    size = len(value) if kind else value
    if isinstance(size, int | float) and not isinstance(value, bool):
        least, most = (f"min{kind}", f"max{kind}") if kind else ("minimum", "maximum")
        limits: dict[str, Callable[[Any], bool]] = {
            least: lambda limit: size >= limit,
            most: lambda limit: size <= limit,
            "exclusiveMinimum": lambda limit: bool(kind) or size > limit,
            "exclusiveMaximum": lambda limit: bool(kind) or size < limit,
        }
        for name, holds in limits.items():
            if name in schema and not holds(schema[name]):
                yield Complaint(
                    where,
                    mark("{value!r:.80} is beyond {name} {limit}"),
                    value=value,
                    name=name,
                    limit=schema[name],
                )
    if isinstance(value, str) and "pattern" in schema:
        if len(value) > LONGEST_MATCHED:
            yield Complaint(
                where,
                mark("{value!r:.80} is longer than {most:,} characters"),
                value=value,
                most=LONGEST_MATCHED,
            )
        elif not re.search(schema["pattern"], value):
            yield Complaint(
                where,
                mark("{value!r:.80} does not match {pattern}"),
                value=value,
                pattern=schema["pattern"],
            )
    if isinstance(value, list) and schema.get("uniqueItems") and _repeats(value):
        yield Complaint(where, mark("an item stands in it twice"))


def _repeats(items: list[Any]) -> bool:
    written = [repr(item) for item in items]
    return len(set(written)) < len(written)


def _local(target: str, root: Mapping[str, Any]) -> Any:
    place: Any = root
    for step in target.removeprefix("#").split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        place = place.get(step) if isinstance(place, Mapping) else None
    if place is None or not target.startswith("#"):
        raise SettingsError(
            tr("The schema refers to what is not in it: {target!r}.", target=target)
        )
    return place
