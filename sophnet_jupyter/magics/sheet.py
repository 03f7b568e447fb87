"""A few facts as a table below the cell, or as lines in a terminal."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from ..kernel.output import Cell

WIDEST = 40


def table(shell: Any, rows: Mapping[str, str]) -> None:
    """Names with what is to be said of each."""
    lines(shell, [(name, said) for name, said in rows.items()])


def lines(shell: Any, rows: Sequence[Sequence[str]]) -> None:
    """Rows of equal length; the first cell of each is its heading."""
    # One long cell does not push what is beside the others out of sight.
    widths = [min(WIDEST, max(map(len, column))) for column in zip(*rows, strict=True)]
    padded = [
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    cell, text = Cell(shell), "\n".join(padded)
    if cell.place == "terminal":
        sys.stdout.write(text + "\n")
    else:
        cell.publish(
            {"text/html": f"<table>{''.join(map(_row, rows))}</table>", "text/plain": text}
        )


def _row(row: Sequence[str]) -> str:
    style = 'style="text-align:left;vertical-align:top"'
    head, *rest = (escape(cell) for cell in row)
    return f"<tr><th {style}>{head}</th>{''.join(f'<td {style}>{said}</td>' for said in rest)}</tr>"
