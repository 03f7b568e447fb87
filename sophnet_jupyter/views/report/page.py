"""A report as one page: the verdict first, no script, and nothing that a network would be asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...language import tr
from ...runs.report.cells import pictures, text
from ...runs.report.concealed import concealed_html
from ...runs.report.report import Report
from ..drawing import VIEWS, draw
from ..media.shelf import embedding
from ..safe.control_characters import plain
from ..safe.look import WRAP, clipped, one_line
from ..safe.maths import inert

# Rows and letters of a cell that a page shows; .xlsx and .csv have all of them.
MOST_ROWS, LONGEST = 2_000, 2_000
# No script runs, and no address is asked, whatever stands in it.
POLICY = "default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline'"
_SHEET = (
    "body{font:15px/1.5 system-ui,'PingFang SC','Microsoft YaHei',sans-serif;margin:0 auto;"
    "max-width:1200px;padding:24px;background:#fff;color:#1b1b1b}"
    "@media(prefers-color-scheme:dark){body{background:#161616;color:#e8e8e8}}"
    "table{border-collapse:collapse;font-size:13px}"
    "th,td{border:1px solid rgba(128,128,128,.35);padding:3px 8px;text-align:left;"
    "vertical-align:top;white-space:pre-wrap}"
    "img{max-width:100%}pre{overflow-x:auto}details{margin:12px 0}summary{cursor:pointer}"
    ".verdict{border-left:4px solid #1f77c9;margin:12px 0 20px;padding:2px 14px;font-size:17px}"
    ".asked{margin:0 0 16px;opacity:.85;white-space:pre-wrap}"
    "@media print{body{max-width:none;padding:0}}"
)


def page(report: Report) -> str:
    """The whole page."""
    said = "".join(f"<p>{inert(plain(sentence))}</p>" for sentence in report.sentences)
    with embedding():
        drawn = _drawn(report.value)
    if report.conceal is not None:
        drawn = concealed_html(drawn, report.conceal)
    asked = f'<div class="asked">{_cell(report.asked)}</div>' if report.asked.strip() else ""
    rows = _rows(report.rows, report.columns)
    opened = "" if drawn else " open"
    count = tr("{count:,} rows", count=len(report.rows))
    return document(
        report.title,
        f'<h1>{_words(report.title)}</h1><div class="verdict">{said}</div>{asked}{drawn}'
        f"<details{opened}><summary>{count}</summary>{rows}</details>"
        f"<details><summary>{tr('Settings')}</summary>{_facts(report.facts)}</details>",
    )


def document(title: str, body: str) -> str:
    """A page of its own, in which nothing runs and nothing is fetched."""
    return (
        '<!doctype html>\n<html><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{_words(title)}</title><style>{_SHEET}</style></head><body>\n{body}\n"
        "</body></html>\n"
    )


def _drawn(value: object) -> str:
    if type(value).__name__ not in VIEWS:
        return ""
    return draw(value).get("text/html", "")


def _rows(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> str:
    head = "".join(f"<th>{_words(name)}</th>" for name in columns)
    lines = [
        f"<tr>{''.join(f'<td>{_cell(row.get(name))}</td>' for name in columns)}</tr>"
        for row in rows[:MOST_ROWS]
    ]
    left = len(rows) - MOST_ROWS
    more = ""
    if left > 0:
        said = tr("and {left:,} more rows: save .xlsx or .csv for all.", left=left)
        more = f"<p>{said}</p>"
    return (
        f'<div style="overflow-x:auto"><table><tr>{head}</tr>{"".join(lines)}</table></div>{more}'
    )


def _facts(facts: Mapping[str, object]) -> str:
    lines = (
        f"<tr><th>{_words(name)}</th><td>{_cell(one)}</td></tr>" for name, one in facts.items()
    )
    return f"<table>{''.join(lines)}</table>"


def _cell(value: Any) -> str:
    if found := pictures(value):
        return tr("1 picture") if len(found) == 1 else tr("{count} pictures", count=len(found))
    return f'<span style="{WRAP}">{inert(clipped(plain(text(value)), LONGEST))}</span>'


def _words(value: object) -> str:
    return inert(one_line(str(value)))
