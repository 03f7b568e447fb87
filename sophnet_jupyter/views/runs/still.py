"""A run as it stays in a notebook: its figures, and some of its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...language import tr
from ...runs.run import Run
from ..answer.answer import loud
from ..answer.figures import sandboxed
from ..safe.control_characters import plain
from ..safe.look import BAD, FAINT, GOOD, LINE, SMALL, WRAP, clipped, one_line, words
from ..safe.maths import inert
from . import progress

# Of a run of any length a notebook keeps so many rows, and so many bytes of them.
MOST_ROWS, MOST_BYTES = 50, 200_000
MOST_COLUMNS = 8
LONGEST_CELL = 240
BAR = "background:rgba(128,128,128,.25);border-radius:3px;height:6px;margin:4px 0;max-width:720px"
FILL = "border-radius:3px;height:6px"
_TABLE = f"{SMALL};border-collapse:collapse;margin:6px 0"
_CELL = f"border-bottom:{LINE};padding:2px 12px 2px 0;text-align:left;vertical-align:top;{WRAP}"
_HEAD = f"{_CELL};{FAINT};font-weight:600"


def bundle(run: Run) -> dict[str, str]:
    """A mime bundle: the figures, the last failures, and rows within `MOST_BYTES`."""
    head, rows = figures(run), table(run)
    return {"text/html": head + rows, "text/plain": progress.in_words(run)}


def figures(run: Run) -> str:
    """The figures, the bar and what is to be told, as HTML."""
    told = run.progress()
    said = progress.facts(told, waits=run.waits, with_badge=False)
    badge = loud(inert(sandboxed(told.engines)))
    html = f'<div style="{SMALL};{WRAP}">{badge}{progress.SIGNS[told.state]} '
    html += f"{inert(one_line(' · '.join(said)))}</div>"
    if (share := progress.percent(told)) is not None and told.state != "done":
        color = BAD if told.state == "failed" else "#1f77c9"
        fill = f"{FILL};background:{color};width:{share:.0f}%"
        html += f'<div style="{BAR}"><div style="{fill}"></div></div>'
    for failure in progress.failures(told):
        html += f'<div style="{SMALL};{WRAP}">✕ {inert(failure)}</div>'
    for note in progress.notes(run):
        html += f'<div style="{SMALL};{FAINT};{WRAP}">{inert(one_line(note))}</div>'
    return html


def table(run: Run) -> str:
    """Its first rows as HTML: those that failed, then the others in their order."""
    rows = run.rows
    ended = [row.number for row in rows if row.ending]
    bad = [number for number in ended if rows[number].ending != "complete"]
    chosen = sorted(list(dict.fromkeys([*bad[: MOST_ROWS // 2], *ended]))[:MOST_ROWS])
    if not chosen:
        return ""
    names = shown_columns(run)
    head = "".join(f'<th style="{_HEAD}">{words(name, 60)}</th>' for name in [tr("row"), *names])
    html, left = [f'<table style="{_TABLE}"><tr>{head}</tr>'], MOST_BYTES - 20_000
    count = 0
    for number in chosen:
        cells = [str(number), *cells_of(run, number, names)]
        line = "".join(_cell(cell, name) for cell, name in zip(cells, ["", *names], strict=True))
        left -= len(line.encode())
        if left < 0:
            break
        html.append(f"<tr>{line}</tr>")
        count += 1
    html.append("</table>")
    if count < len(rows):
        said = tr(
            "{count:,} of {total:,} rows; run.show() has all, .to_frame() is the table.",
            count=count,
            total=len(rows),
        )
        html.append(f'<div style="{SMALL};{FAINT}">{said}</div>')
    return f'<div style="overflow-x:auto;max-width:100%">{"".join(html)}</div>'


def shown_columns(run: Run) -> list[str]:
    """The columns that a reader wants to see: what was asked, what was found, how it ended."""
    ours = list(run.columns_of([]))
    fields = ours[: len(run.fields)]
    asked = [name for name in run.table.columns if f"{{{name}" in run.template] or run.table.columns
    answer = [] if fields else ours[len(fields) : len(fields) + 1]
    ending = ours[len(run.fields) + 1 : len(run.fields) + 3]
    return [*asked[: MOST_COLUMNS - 3], *fields[:MOST_COLUMNS], *answer, *ending]


def cells_of(run: Run, number: int, names: Sequence[str]) -> list[str]:
    """The cells of one row as text, each cut to a line or two."""
    given = given_of(run, number)
    found = run.columns_of([run.row(number)])
    return [cell(given[name] if name in given else found.get(name, [None])[0]) for name in names]


def given_of(run: Run, number: int) -> Mapping[str, Any]:
    """The cells of a row in its table; none where it has no table."""
    return run.table.row(number) if run.table.columns else {}


def cell(value: Any) -> str:
    """A value as a reader sees it in a table."""
    if value is None or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, bytes):
        return tr("{count:,} bytes", count=len(value))
    return clipped(one_line(plain(str(value))), LONGEST_CELL)


def _cell(text: str, name: str) -> str:
    style = _CELL
    if name.startswith("ending") and text:
        style += f";color:{GOOD if text == 'complete' else BAD}"
    return f'<td style="{style}">{inert(text)}</td>'
