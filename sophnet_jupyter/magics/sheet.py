"""A table of facts or a piece of code below the cell; lines in a terminal."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from ..kernel.output import Cell

WIDEST = 40


def table(shell: Any, rows: Mapping[str, str]) -> None:
    """Show names and values as a table."""
    lines(shell, [(name, said) for name, said in rows.items()])


def lines(shell: Any, rows: Sequence[Sequence[str]]) -> None:
    """Show rows of equal length; the first cell of each is its heading."""
    cell, data = Cell(shell), bundle(rows)
    if cell.place == "terminal":
        sys.stdout.write(data["text/plain"] + "\n")
    else:
        cell.publish(data)


def code(shell: Any, text: str, language: str) -> None:
    """Show a text as code of a language: colored in a notebook, plain in a terminal."""
    from ..views.safe.control_characters import plain
    from ..views.safe.markdown import code_block

    cell, text = Cell(shell), plain(text)
    if cell.place == "terminal":
        sys.stdout.write(text + "\n")
    else:
        cell.publish({"text/html": code_block(text, language), "text/plain": text})


def bundle(rows: Sequence[Sequence[str]]) -> dict[str, str]:
    """
    A mime bundle of the rows: HTML and plain text. Each cell is one line, whatever a service wrote.
    """
    # Loading the extension does not pay for what a first table needs.
    from ..views.safe.look import one_line

    rows = [[one_line(cell) for cell in row] for row in rows]
    # One long cell does not push what is beside the others out of sight.
    widths = [min(WIDEST, max(map(len, column))) for column in zip(*rows, strict=True)]
    padded = [
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    html = f"<table>{''.join(map(_row, rows))}</table>"
    return {"text/html": html, "text/plain": "\n".join(padded)}


def _row(row: Sequence[str]) -> str:
    from ..views.safe.maths import inert

    style = 'style="text-align:left;vertical-align:top"'
    head, *rest = map(inert, row)
    return f"<tr><th {style}>{head}</th>{''.join(f'<td {style}>{said}</td>' for said in rest)}</tr>"
