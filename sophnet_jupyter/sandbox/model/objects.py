"""JSON: filled from a schema, from named keys, or with facts about the prompt."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from .reader.extract import NOTHING, Extraction
from .reader.read import is_corrected
from .schema import fill, sample
from .script import Talk, quoted

_KEYS = re.compile(
    r"(?:\b(?:keys?|fields?|properties)\b|字段|键)\s*[:\uff1a为是]?\s*((?:[`\"']?\w+[`\"']?(?:\s*[,、\uff0c和]\s*|\s+and\s+)?)+)",
    re.IGNORECASE,
)


def only(talk: Talk, read: Extraction | None = None, *, broken: bool = False) -> str:
    """One JSON object and nothing else, for JSON mode; a ``broken`` one does not fit its schema."""
    found = _object(talk, read)
    return json.dumps(_misfit(found) if broken else found, ensure_ascii=False)


def show(talk: Talk) -> str | None:
    """A JSON object in a fence, when the prompt speaks of JSON."""
    if not talk.mentions(r"\bjson\b"):
        return None
    return f"```json\n{json.dumps(_object(talk), ensure_ascii=False, indent=2)}\n```"


def _object(talk: Talk, read: Extraction | None = None) -> dict[str, Any]:
    for message in reversed(talk.messages):
        for schema in _schemas(message.text):
            filled = fill(schema, read.find if read else None, careful=is_corrected(talk))
            if isinstance(filled, dict):
                return filled
    for text in (talk.prompt, talk.system):
        if keys := _named_keys(text):
            return {key: _value(key, read) for key in keys}
    return {
        "answered_by": "the sandbox's scripted model",
        "prompt": quoted(talk.prompt, 200),
        "words": len(talk.prompt.split()),
        "numbers": [int(n) for n in re.findall(r"(?<![\d.])\d{1,15}(?![\d.])", talk.prompt)],
    }


def _value(key: str, read: Extraction | None) -> Any:
    found = read.find(key, {}) if read else sample(key)
    return None if found is NOTHING else found


def _misfit(value: dict[str, Any]) -> dict[str, Any]:
    """Each field as something that no schema of it takes."""
    return {
        name: "an object" if isinstance(one, dict) else {"value": one}
        for name, one in value.items()
    }


def _named_keys(text: str) -> list[str]:
    found = _KEYS.search(text)
    words = re.findall(r"[A-Za-z_]\w*", found[1]) if found else []
    return [word for word in words if word.lower() != "and"][:20]


def _schemas(text: str) -> Iterator[dict[str, Any]]:
    """Every object in ``text`` that reads as a JSON schema with properties."""
    decoder = json.JSONDecoder()
    at = text.find("{")
    tries = 0
    while at >= 0 and tries < 50:
        tries += 1
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            at = text.find("{", at + 1)
            continue
        if isinstance(value, dict) and isinstance(value.get("properties"), dict):
            yield value
        at = text.find("{", end)
