"""The parts of a large table on their way to become vectors, in one line with a bar."""

from __future__ import annotations

from html import escape
from urllib.parse import urlsplit

from ...language import tr
from ...runs.batch.embedding import BatchEmbedding
from ..safe.control_characters import plain
from ..safe.look import BAD, FAINT, SMALL, WRAP, one_line, words
from .still import BAR, FILL

_SIGNS = {"ready": "○", "running": "▶", "stopped": "■", "failed": "✕", "done": "✓"}


def bundle(told: BatchEmbedding, context: object = None) -> dict[str, str]:
    """Parts, rows, the cluster's own page, and where the files are."""
    said = facts(told)
    html = f"{_SIGNS[told.state]} {words(' · '.join(said), 300)}"
    address = urlsplit(told.dashboard)
    if told.state == "running" and address.scheme in ("http", "https"):
        page = tr("dashboard")
        html += f' · <a href="{escape(told.dashboard)}" target="_blank">{page}</a>'
    html = f'<div style="{SMALL};{WRAP}">{html}</div>'
    if told.state != "done":
        color = BAD if told.state == "failed" else "#1f77c9"
        share = 100 * told.done / max(1, told.parts)
        html += f'<div style="{BAR}"><div style="{FILL};background:{color};width:{share:.0f}%">'
        html += "</div></div>"
    html += f'<div style="{SMALL};{FAINT};{WRAP}">{words(str(told.folder), 300)}</div>'
    text = f"{_SIGNS[told.state]} {' · '.join(said)}\n{one_line(str(told.folder))}"
    return {"text/html": html, "text/plain": plain(text)}


def facts(told: BatchEmbedding) -> list[str]:
    """The figures one by one."""
    said = [
        tr("{done:,} of {parts:,} parts", done=told.done, parts=told.parts),
        tr("{rows:,} rows with their vectors", rows=told.rows),
    ]
    if told.missing:
        said[1] = tr(
            "{rows:,} rows, {missing:,} without a vector", rows=told.rows, missing=told.missing
        )
    if told.skipped:
        said.append(tr("{skipped:,} parts from before", skipped=told.skipped))
    if told.state in ("stopped", "failed"):
        said.append(tr("{state}: what is whole stays, and a second run goes on", state=told.state))
    return said
