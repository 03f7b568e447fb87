"""A report of questions that were masked: its file, which is for others, has placeholders."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from .report import Report

Conceal = Callable[[str], str]

# Pictures and sounds as a page holds them: letters and digits that say nothing of a person.
_DATA = re.compile(r"(data:[\w/+.-]+;base64,[\w/+=]*)")


def concealed(report: Report) -> Report:
    """The report with all its words as they were sent; itself where nothing was masked."""
    if (conceal := report.conceal) is None:
        return report
    return replace(
        report,
        verdict=[conceal(sentence) for sentence in report.verdict],
        rows=[_of(row, conceal) for row in report.rows],
        asked=conceal(report.asked),
        settings=_of(report.settings, conceal),
    )


def concealed_html(html: str, conceal: Conceal) -> str:
    """The same of what is drawn already."""
    return "".join(
        part if part.startswith("data:") else conceal(part) for part in _DATA.split(html)
    )


def concealed_value(value: Any, conceal: Conceal) -> Any:
    """
    The same of a value of a table. A number that is somebody's becomes a text; files stay as they
    are.
    """
    match value:
        case str():
            return conceal(value)
        case bool() | None:
            return value
        case int() | float():
            said = str(value)
            return value if (hidden := conceal(said)) == said else hidden
        case Mapping():
            return _of(value, conceal)
        case list() | tuple():
            return [concealed_value(each, conceal) for each in value]
    return value


def _of(row: Mapping[Any, Any], conceal: Conceal) -> dict[Any, Any]:
    return {name: concealed_value(value, conceal) for name, value in row.items()}
