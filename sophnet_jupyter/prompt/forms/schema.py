"""
Python types as JSON schemas, and values of a model as instances of those types.

Structs, dataclasses, TypedDicts, enums, literals, unions, lists and the rest of msgspec's types;
pydantic models, and whatever else has their two methods, without importing pydantic.
"""

from __future__ import annotations

import typing
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path, PurePath
from typing import Annotated, Any, get_args, get_origin
from uuid import UUID

import msgspec

from ...errors import SettingsError
from ...language import mark, retold, tr

Schema = dict[str, Any]

# What msgspec says of a type that is none.
_UNKNOWN = (
    mark("Type {name} is not supported"),
    mark("name {name} is not defined"),
    mark("Generating JSON schema for custom types requires {what}"),
)
_SCALARS = (bytes, Decimal, date, datetime, time, timedelta, UUID)


def schema_of(kind: Any, *, where: str) -> Schema:
    """
    The JSON schema of a type, with every reference written out.

    Not all models and servers follow ``$ref``. A type that contains itself is described once, and
    inside itself as any object. Raises `SettingsError` naming ``where`` for a type that JSON
    cannot express.
    """
    if is_pydantic(kind):
        return _written_out(kind.model_json_schema())
    try:
        return _written_out(msgspec.json.schema(kind, schema_hook=_schema_hook))
    except (TypeError, NameError) as error:
        reason = str(error).split("\n")[0]
    if reason.endswith(":"):
        # What msgspec says of a class that it does not know goes on about hooks of its own.
        reason = tr(
            "no fields are declared: put @dataclass above it, or make it a TypedDict or a model"
        )
    name = getattr(kind, "__name__", str(kind))
    raise SettingsError(
        tr(
            "{where}: a model cannot write a value of type {name} ({reason}).",
            where=where,
            name=name,
            reason=retold(reason, _UNKNOWN),
        )
    )


def convert(value: Any, kind: Any) -> Any:
    """
    A decoded JSON value as an instance of ``kind``.

    Exactly if it fits, else as models often write: ``"3"`` and ``3.0`` for 3. Raises ValueError;
    its words end with the place, as in ``at `$.age```.
    """
    if is_pydantic(kind):
        return kind.model_validate(value)
    try:
        return msgspec.convert(value, kind, dec_hook=_dec_hook)
    except msgspec.ValidationError as error:
        exact = error
    try:
        return msgspec.convert(value, kind, dec_hook=_dec_hook, strict=False)
    except msgspec.ValidationError:
        raise exact from None


def is_pydantic(kind: Any) -> bool:
    """True for a class that brings its own schema and validation, as pydantic's models do."""
    return (
        isinstance(kind, type)
        and callable(getattr(kind, "model_json_schema", None))
        and callable(getattr(kind, "model_validate", None))
    )


def description(annotation: Any) -> str:
    """The text of ``Annotated[int, "text"]``, or of a marker that has a ``description``."""
    if get_origin(annotation) is not Annotated:
        return ""
    for marker in get_args(annotation)[1:]:
        said = marker if isinstance(marker, str) else getattr(marker, "description", None)
        if isinstance(said, str) and said:
            return said
    return ""


def describe_fields(schema: Schema, kind: Any) -> Schema:
    """``schema`` with the descriptions that the fields of ``kind`` carry as ``Annotated``."""
    try:
        hints = typing.get_type_hints(kind, include_extras=True)
    except (TypeError, NameError):
        return schema
    for name, field in schema.get("properties", {}).items():
        if isinstance(field, dict) and (said := description(hints.get(name))):
            field.setdefault("description", said)
    return schema


def to_builtins(value: Any) -> Any:
    """For msgspec's ``enc_hook``: models, arrays and paths as plain values."""
    if callable(dump := getattr(value, "model_dump", None)):
        return dump(mode="json")
    if callable(plain := getattr(value, "tolist", None)):
        return plain()
    if isinstance(value, PurePath):
        return str(value)
    raise NotImplementedError


def plain(value: Any) -> Any:
    """A value of a model as dicts, lists and scalars; dates and decimals stay what they are."""
    try:
        return msgspec.to_builtins(value, builtin_types=_SCALARS, enc_hook=to_builtins)
    except (NotImplementedError, TypeError, ValueError, RecursionError):
        return str(value)


def _schema_hook(kind: type) -> Schema:
    if is_pydantic(kind):
        return _written_out(kind.model_json_schema())  # type: ignore[attr-defined]
    if issubclass(kind, PurePath):
        return {"type": "string", "format": "path"}
    raise NotImplementedError


def _dec_hook(kind: type, value: Any) -> Any:
    if is_pydantic(kind):
        return kind.model_validate(value)  # type: ignore[attr-defined]
    if issubclass(kind, PurePath) and isinstance(value, str):
        # An annotation may name the abstract class, of which there are no instances.
        return (Path if kind is PurePath else kind)(value)
    raise NotImplementedError


def _written_out(schema: Schema) -> Schema:
    named = {f"#/$defs/{name}": inner for name, inner in schema.get("$defs", {}).items()}
    whole = {name: value for name, value in schema.items() if name != "$defs"}
    written: Schema = _without_references(whole, named, frozenset())
    return written


def _without_references(value: Any, named: dict[str, Schema], within: frozenset[str]) -> Any:
    if isinstance(value, list):
        return [_without_references(item, named, within) for item in value]
    if not isinstance(value, dict):
        return value
    target = value.get("$ref")
    if isinstance(target, str) and target in named:
        if target in within:
            return {"type": "object"}
        inner = _without_references(named[target], named, within | {target})
        beside = {name: item for name, item in value.items() if name != "$ref"}
        return inner | beside
    return {name: _without_references(item, named, within) for name, item in value.items()}
