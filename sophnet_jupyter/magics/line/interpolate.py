"""
Values of the notebook in a prompt: ``{name}``, ``{name.attribute}``, ``{name[key]}``.

Replaced once, and only if it resolves; everything else that has braces (JSON, code, ``{{…}}`` of a
template, calls) stays as written. A replaced text is never looked at again, so that a value with
braces in it cannot pull in another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ...response import Response

_FIELD = re.compile(
    r"(?<!\{)\{([^\W\d]\w*)((?:\.[^\W\d]\w*|\[[^\[\]{}\n]+\])*)\}(?!\})",
)
_STEP = re.compile(r"\.([^\W\d]\w*)|\[([^\[\]{}\n]+)\]")

LONGEST_VALUE = 20_000
TABLE_ROWS, TABLE_COLUMNS, CELL = 20, 12, 80
_TABLES = {"pandas", "polars"}


Attach = Callable[[str, Any], tuple[str, str] | None]
"""Takes a field and its value; returns what stands for a picture, and its size, or None."""


def interpolate(
    prompt: str,
    names: Mapping[str, Any],
    failures: Mapping[int, str],
    attach: Attach | None = None,
) -> tuple[str, list[str]]:
    """
    The prompt with its values, and what was put in, for the reader: ``{df} 3 of 3 rows``.

    ``failures`` answers ``{Err[3]}`` unless the notebook has an ``Err`` of its own. ``attach``
    takes the values that are pictures; what it raises comes through.
    """
    inserted: list[str] = []

    def replaced(match: re.Match[str]) -> str:
        try:
            value = _resolve(match[1], match[2], names, failures)
        except Exception:  # a property of anybody may raise anything
            return match[0]
        found = attach(match[0], value) if attach else None
        try:
            text, size = found or _as_text(value)
        except Exception:  # and so may a __str__
            return match[0]
        inserted.append(f"{match[0]} {size}")
        return text

    text = _FIELD.sub(replaced, prompt)
    return text, list(dict.fromkeys(inserted))


def value_of(words: str, names: Mapping[str, Any]) -> Any:
    """What ``name``, ``name.attribute`` or ``name[key]`` is. Raises `LookupError` if nothing."""
    match = _FIELD.fullmatch(f"{{{words}}}")
    if match is None:
        raise LookupError(words)
    try:
        return _resolve(match[1], match[2], names, {})
    except Exception:
        raise LookupError(words) from None


def _resolve(name: str, path: str, names: Mapping[str, Any], failures: Mapping[int, str]) -> Any:
    value: Any = failures if name == "Err" and name not in names else names[name]
    for step in _STEP.finditer(path):
        attribute, key = step[1], step[2]
        value = getattr(value, attribute) if attribute else value[_key(key)]
    return value


def _key(text: str) -> int | str:
    """A key as it stands between brackets: a number, a quoted text, or as in str.format bare."""
    text = text.strip()
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    return text


def _as_text(value: Any) -> tuple[str, str]:
    if type(value).__module__.partition(".")[0] in _TABLES and hasattr(value, "columns"):
        return _table(value)
    text = value.text if isinstance(value, Response) else str(value)
    if len(text) > LONGEST_VALUE:
        clipped = f"{text[:LONGEST_VALUE]}\n… ({len(text) - LONGEST_VALUE:,} characters left out)"
        return clipped, f"{LONGEST_VALUE:,} of {len(text):,} characters"
    return text, f"{len(text):,} characters"


def _table(frame: Any) -> tuple[str, str]:
    """A DataFrame as a Markdown table that a model can read and a bill can bear."""
    rows, columns = len(frame), list(frame.columns)
    head = frame.head(TABLE_ROWS)
    shown = columns[:TABLE_COLUMNS]
    lines = ["| " + " | ".join(_cell(name) for name in shown) + " |", "|---" * len(shown) + "|"]
    # pandas by itertuples, polars by iter_rows; by position, since columns may share a name.
    each = head.itertuples(index=False, name=None) if hasattr(head, "iloc") else head.iter_rows()
    lines += ["| " + " | ".join(map(_cell, row[:TABLE_COLUMNS])) + " |" for row in each]
    size = f"{len(head)} of {rows:,} rows"
    if len(shown) < len(columns):
        size += f", {len(shown)} of {len(columns)} columns"
    if len(head) < rows or len(shown) < len(columns):
        lines.append(f"(shown: {size})")
    return "\n" + "\n".join(lines) + "\n", size


def _cell(value: Any) -> str:
    text = " ".join(str(value).split()).replace("|", "\\|")
    return text if len(text) <= CELL else text[: CELL - 1] + "…"
