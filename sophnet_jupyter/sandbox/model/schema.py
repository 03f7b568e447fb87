"""Values that fit a JSON schema."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .reader.extract import NOTHING

Find = Callable[[str, Mapping[str, Any]], Any]
"""The value of a field by its name and schema, or `NOTHING`."""
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
# What a pattern may ask for: the first that it matches is given.
PATTERNED = (
    *("1", "12", "123", "1234", "12345", "123456", "12345678", "+8613800138000", "010-12345678"),
    *("a", "A", "abc", "ABC", "A1", "AB12", "ABC-123", "abc-123", "abc_123", "AB-1234"),
    *("2026-01-31", "12:30", "1.50", "#aabbcc", "ada@example.org", "https://example.org", "是"),
)


def sample(key: str) -> Any:
    """A value that suits a key of this name."""
    return SAMPLES.get(key.lower(), f"sample {key}")


def fill(schema: Mapping[str, Any], find: Find | None = None, *, careful: bool = False) -> Any:
    """
    The smallest sensible value that fits ``schema``; references go to its ``$defs``.

    ``find`` reads values in a text, where there is one. A ``careful`` value also has the length and
    the pattern that are asked for, which models are apt to overlook at first.
    """
    defs = schema.get("$defs") or schema.get("definitions") or {}
    filling = _Filling(defs if isinstance(defs, dict) else {}, find, careful)
    return filling.value(schema, "", 0)


@dataclass(frozen=True, slots=True)
class _Filling:
    defs: Mapping[str, Any] = field(default_factory=dict)
    find: Find | None = None
    careful: bool = False

    def value(self, schema: Any, key: str, depth: int) -> Any:
        if not isinstance(schema, dict) or depth > DEPTH:
            return None
        if isinstance(reference := schema.get("$ref"), str):
            return self.value(self.defs.get(reference.rsplit("/", 1)[-1]), key, depth + 1)
        if "const" in schema:
            return schema["const"]
        if self.find and key and (found := self._read(schema, key)) is not NOTHING:
            return found
        if "default" in schema:
            return schema["default"]
        if isinstance(choices := schema.get("enum"), list) and choices:
            return choices[0]
        for several in ("anyOf", "oneOf", "allOf"):
            if isinstance(options := schema.get(several), list) and options:
                return self._option(options, key, depth)
        return self._typed(schema, key, depth)

    def _read(self, schema: Mapping[str, Any], key: str) -> Any:
        """What the text says of a field; of a list its only item, of an object nothing."""
        options = [one for one in schema.get("anyOf") or [schema] if isinstance(one, dict)]
        first = next((one for one in options if _kind(one) != "null"), {})
        if self.find is None or _kind(first) in ("object", "array") or "$ref" in first:
            return NOTHING
        found = self.find(key, {**first, "type": _kind(first)})
        if found is NOTHING and any("null" in _kinds(one) for one in options):
            return None
        return self._fitting(found, first) if isinstance(found, str) else _limited(found, first)

    def _option(self, options: list[Any], key: str, depth: int) -> Any:
        return self.value(options[0], key, depth + 1)

    def _typed(self, schema: dict[str, Any], key: str, depth: int) -> Any:
        value = sample(key) if key else None
        match _kind(schema):
            case "object":
                properties = schema.get("properties")
                items = properties.items() if isinstance(properties, dict) else ()
                return {name: self.value(inner, name, depth + 1) for name, inner in items}
            case "array":
                least = schema.get("minItems", 1)
                length = least if isinstance(least, int) and 0 < least <= 20 else 1
                return [self.value(schema.get("items"), key, depth + 1) for _ in range(length)]
            case "integer" | "number":
                return _number(schema, value)
            case "boolean":
                return True
            case "string":
                # Of a text that says nothing of it there is no sample to give.
                text = "unknown" if self.find and key else value
                return self._fitting(text if isinstance(text, str) else "sample", schema)
            case _:
                return None

    def _fitting(self, text: str, schema: Mapping[str, Any]) -> str:
        if not self.careful:
            return text
        if isinstance(pattern := schema.get("pattern"), str):
            text = next((one for one in (text, *PATTERNED) if _matches(pattern, one)), text)
        least, most = schema.get("minLength", 0), schema.get("maxLength")
        text = text.ljust(min(least, 1000), ".") if isinstance(least, int) else text
        return text[:most] if isinstance(most, int) else text


def _kind(schema: Mapping[str, Any]) -> str:
    kinds = _kinds(schema)
    return next((one for one in kinds if one != "null"), "null" if kinds else "")


def _kinds(schema: Mapping[str, Any]) -> list[str]:
    kind = schema.get("type")
    return [str(one) for one in (kind if isinstance(kind, list) else [kind]) if one]


def _matches(pattern: str, text: str) -> bool:
    try:
        return re.search(pattern, text) is not None
    except re.error:
        return False


def _limited(value: Any, schema: Mapping[str, Any]) -> Any:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return _number(schema, value) if number else value


def _number(schema: Mapping[str, Any], value: Any) -> int | float:
    number = value if isinstance(value, (int, float)) else 1
    if schema.get("type") == "integer":
        number = int(number)
    low, high = schema.get("minimum", number), schema.get("maximum", number)
    if isinstance(low, (int, float)) and isinstance(high, (int, float)):
        return max(low, min(number, high))
    return number
