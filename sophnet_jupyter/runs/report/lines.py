"""Rows as lines of text: CSV that Excel opens as it is, and JSON lines."""

from __future__ import annotations

import csv as writing
import io
import json
from typing import Any

from .cells import number, plain, text
from .report import Report

# What Excel takes for a formula, and may be made to run.
FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def csv(report: Report) -> bytes:
    """
    The rows as CSV in UTF-8 with a mark by which Excel knows it.

    A text that would be read as a formula has an apostrophe before it, as Excel writes text.
    """
    file, columns = io.StringIO(), report.columns
    lines = writing.writer(file, lineterminator="\r\n")
    lines.writerow([_inert(name) for name in columns])
    lines.writerows([_cell(row.get(name)) for name in columns] for row in report.rows)
    return file.getvalue().encode("utf-8-sig", "replace")


def jsonl(report: Report) -> bytes:
    """A line of JSON for each row, which says whether the sandbox has answered."""
    lines = [json.dumps(_line(row, report), ensure_ascii=False) for row in report.rows]
    text = "".join(f"{line}\n" for line in lines)
    # Other lines' separators are no ends of lines in JSON, but are in some readers.
    text = text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return text.encode("utf-8", "replace")


def _line(row: Any, report: Report) -> dict[str, Any]:
    return {"sandbox": report.sandbox, **{str(name): plain(value) for name, value in row.items()}}


def _cell(value: Any) -> Any:
    found = number(value)
    return _inert(text(value)) if found is None else found


def _inert(text: str) -> str:
    return f"'{text}" if text.lstrip(" ").startswith(FORMULAS) else text
