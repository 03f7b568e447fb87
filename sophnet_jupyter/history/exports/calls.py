"""The history as a file for other programs: JSON lines, CSV, or Markdown to read."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from ...files.saving import save_bytes
from ..history import History
from ..search import FoundCall

ENDINGS = (".jsonl", ".csv", ".md")
# What a spreadsheet takes for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def written(history: History, found: Sequence[FoundCall], path: Path) -> Path:
    """Write calls, oldest first, in the form that the ending names. Raises `SettingsError`."""
    records = [_record(each) for each in reversed(found)]
    make = {".jsonl": _lines, ".csv": _csv, ".md": _markdown}[path.suffix.lower()]
    return save_bytes(make(records), path)


def _record(found: FoundCall) -> dict[str, Any]:
    when = time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(found.at))
    return {
        "id": found.id,
        "at": when,
        "service": found.service,
        "resource": found.resource,
        "model": found.model or found.lane,
        "sandbox": found.sandbox,
        "notebook": found.notebook,
        "question": found.asked,
        "answer": found.said,
        "ending": found.ending,
        "error": found.error,
        "tokens_in": found.tokens_in,
        "tokens_out": found.tokens_out,
        "price": found.price,
        "currency": found.currency,
        "seconds": round(found.seconds, 3),
    }


def _lines(records: Sequence[dict[str, Any]]) -> bytes:
    return b"".join(msgspec.json.encode(record) + b"\n" for record in records)


def _csv(records: Sequence[dict[str, Any]]) -> bytes:
    file = io.StringIO(newline="")
    names = list(records[0]) if records else []
    rows = csv.DictWriter(file, names)
    rows.writeheader()
    for record in records:
        rows.writerow({name: _as_text(value) for name, value in record.items()})
    # Excel takes a file without this mark for one of another encoding.
    return file.getvalue().encode("utf-8-sig", "replace")


def _as_text(value: Any) -> Any:
    formula = isinstance(value, str) and value.startswith(_FORMULA)
    return f"'{value}" if formula else value


def _markdown(records: Sequence[dict[str, Any]]) -> bytes:
    parts = []
    for record in records:
        quoted = "\n".join(f"> {line}" for line in record["question"].split("\n"))
        head = f"## {record['at']} · {record['model'] or record['service']}"
        parts.append(f"{head}\n\n{quoted}\n\n{record['answer'] or record['error']}\n")
    return "\n".join(parts).encode("utf-8", "replace")
