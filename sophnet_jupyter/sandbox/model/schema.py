"""Values that fit a JSON schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DEPTH = 8
SAMPLES: dict[str, Any] = {
    "name": "Ada Lovelace",
    "age": 36,
    "city": "London",
    "country": "United Kingdom",
    "email": "ada@example.org",
    "date": "1843-07-10",
    "year": 1843,
    "title": "Notes by the translator",
    "language": "en",
    "score": 0.9,
    "count": 3,
}


def sample(key: str) -> Any:
    """A value that suits a key of this name."""
    return SAMPLES.get(key.lower(), f"sample {key}")


def fill(schema: Mapping[str, Any]) -> Any:
    """The smallest sensible value that fits ``schema``; references go to its ``$defs``."""
    defs = schema.get("$defs") or schema.get("definitions") or {}
    return _fill(schema, "", defs if isinstance(defs, dict) else {}, 0)


def _fill(schema: Any, key: str, defs: Mapping[str, Any], depth: int) -> Any:
    if not isinstance(schema, dict) or depth > DEPTH:
        return None
    if isinstance(reference := schema.get("$ref"), str):
        return _fill(defs.get(reference.rsplit("/", 1)[-1]), key, defs, depth + 1)
    for fixed in ("const", "default"):
        if fixed in schema:
            return schema[fixed]
    if isinstance(choices := schema.get("enum"), list) and choices:
        return choices[0]
    for several in ("anyOf", "oneOf", "allOf"):
        if isinstance(options := schema.get(several), list) and options:
            return _fill(options[0], key, defs, depth + 1)
    return _fill_type(schema, key, defs, depth)


def _fill_type(schema: dict[str, Any], key: str, defs: Mapping[str, Any], depth: int) -> Any:
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, list) and kind else kind
    value = sample(key) if key else None
    match kind:
        case "object":
            properties = schema.get("properties")
            items = properties.items() if isinstance(properties, dict) else ()
            return {name: _fill(inner, name, defs, depth + 1) for name, inner in items}
        case "array":
            least = schema.get("minItems", 1)
            length = least if isinstance(least, int) and 0 < least <= 20 else 1
            return [_fill(schema.get("items"), key, defs, depth + 1) for _ in range(length)]
        case "integer" | "number":
            return _number(schema, value)
        case "boolean":
            return True
        case "string":
            return value if isinstance(value, str) else "sample"
        case _:
            return None


def _number(schema: Mapping[str, Any], value: Any) -> int | float:
    number = value if isinstance(value, (int, float)) else 1
    if schema.get("type") == "integer":
        number = int(number)
    low, high = schema.get("minimum", number), schema.get("maximum", number)
    if isinstance(low, (int, float)) and isinstance(high, (int, float)):
        return max(low, min(number, high))
    return number
