"""What a custom model knows, as tables: its files, its questions, and what a file says."""

from __future__ import annotations

from collections.abc import Sequence

from ..language import mark, tr
from ..values.knowledge import KnowledgeContent, KnowledgeFile, Qa
from .safe.control_characters import plain
from .safe.look import BAD, FAINT, GOOD, LINE, LONGEST_NAME, SMALL, clipped, one_line, words
from .safe.markdown import render

_BADGE = "background:#8f5f00;border-radius:3px;color:#fff;padding:1px 6px;font-weight:600"
_CELL = f"border-bottom:{LINE};padding:4px 10px 4px 0;text-align:left;vertical-align:top"
# A column of identifiers that one copies from.
_ID = f"font-family:monospace;{FAINT};white-space:nowrap"
_SIGNS = {"ENABLED": "✓", "ERROR": "✕", "UPLOADING": "…", "NOT_ENABLED": "○"}
_COLOURS = {"ENABLED": GOOD, "ERROR": BAD}
_LONGEST_SNIPPET, _LONGEST_ANSWER = 100, 400
_LONGEST_CONTENT = 200_000


def files(service: str, found: Sequence[KnowledgeFile]) -> dict[str, str]:
    """The files of a service, each with its state."""
    counts = {state: sum(one.state == state for one in found) for state in _SIGNS}
    said = " · ".join(f"{count} {state}" for state, count in counts.items() if count)
    head = f"{_counted(len(found), 'file')} · {service}" + (f" · {said}" if said else "")
    rows = [
        [
            f"<b>{words(one.title, LONGEST_NAME)}</b>"
            f'<br><span style="{FAINT}">{words(one.snippet, _LONGEST_SNIPPET)}</span>',
            f'<span style="color:{_COLOURS.get(one.state, "inherit")};white-space:nowrap">'
            f"{_SIGNS.get(one.state, '·')} {words(one.state, LONGEST_NAME)}</span>",
            f'<span style="{FAINT};white-space:nowrap">{words(one.created[:10], 10)}</span>',
            f'<span style="{_ID}">{words(one.id, LONGEST_NAME)}</span>',
        ]
        for one in found
    ]
    lines = [
        f"{_SIGNS.get(one.state, '·')} {one_line(one.state):<11}  {one_line(one.id)}  "
        f"{clipped(one_line(one.title), LONGEST_NAME)}"
        for one in found
    ]
    return _bundle(head, rows, lines, sandbox=any(one.sandbox for one in found))


def pairs(service: str, found: Sequence[Qa]) -> dict[str, str]:
    """The Q&A table of a service."""
    head = f"{_counted(len(found), 'question')} · {service}"
    rows = [
        [
            f"<b>{words(one.question, 200)}</b>",
            words(one.answer, _LONGEST_ANSWER),
            f'<span style="{_ID}">{words(one.id, LONGEST_NAME)}</span>',
        ]
        for one in found
    ]
    lines = [
        f"{one_line(one.id)}  {one_line(one.question)} → "
        f"{clipped(one_line(one.answer), _LONGEST_ANSWER)}"
        for one in found
    ]
    return _bundle(head, rows, lines, sandbox=any(one.sandbox for one in found))


def content(found: KnowledgeContent) -> dict[str, str]:
    """What the service has read out of a file, as safe Markdown."""
    text = found.content
    cut = len(text) > _LONGEST_CONTENT
    note = tr("{count:,} characters", count=len(text)) + (
        tr(", {longest_content:,} shown", longest_content=_LONGEST_CONTENT) if cut else ""
    )
    shown = text[:_LONGEST_CONTENT]
    head = f"{clipped(one_line(found.title), LONGEST_NAME)} · {note} · {one_line(found.id)}"
    html = (
        f'<div style="{SMALL}"><b>{words(found.title, LONGEST_NAME)}</b> '
        f'<span style="{FAINT}">{note} · {words(found.id, LONGEST_NAME)}</span>'
        f"{_badge(sandbox=found.sandbox)}</div>{render(shown)}"
    )
    return {"text/html": html, "text/plain": f"{head}\n\n{plain(shown)}"}


def _bundle(
    head: str, rows: Sequence[Sequence[str]], lines: Sequence[str], *, sandbox: bool
) -> dict[str, str]:
    body = "".join(
        "<tr>" + "".join(f'<td style="{_CELL}">{cell}</td>' for cell in row) + "</tr>"
        for row in rows
    )
    table = (
        f'<table style="border-collapse:collapse;margin:4px 0 0;max-width:100%">{body}</table>'
        if body
        else ""
    )
    title = f'<span style="{FAINT}">{words(head, 300)}</span>'
    html = f'<div style="{SMALL}">{title}{_badge(sandbox=sandbox)}</div>{table}'
    said = tr("sandbox") + " · " if sandbox else ""
    return {"text/html": html, "text/plain": "\n".join([f"[{said}{one_line(head)}]", *lines])}


def _badge(*, sandbox: bool) -> str:
    return f' <span style="{_BADGE}">{tr("sandbox")}</span>' if sandbox else ""


_COUNTS = {
    "file": (mark("no files"), mark("1 file"), mark("{count} files")),
    "question": (mark("no questions"), mark("1 question"), mark("{count} questions")),
}


def _counted(number: int, thing: str) -> str:
    none, one, many = _COUNTS[thing]
    said = many if number > 1 else one if number else none
    return tr(said, count=number)
