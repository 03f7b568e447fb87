"""A table of facts or a piece of code below the cell; lines in a terminal."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from ..kernel.output import Cell
from ..language import padded, width

WIDEST = 40


def table(shell: Any, rows: Mapping[str, str]) -> None:
    """Show names and values as a table."""
    lines(shell, [(name, said) for name, said in rows.items()], headed=False)


def lines(shell: Any, rows: Sequence[Sequence[str]], *, headed: bool = True) -> None:
    """Show rows of equal length; the first is the heading of the others where it is ``headed``."""
    cell, data = Cell(shell), bundle(rows, headed=headed)
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


def bundle(rows: Sequence[Sequence[str]], *, headed: bool = False) -> dict[str, str]:
    """
    A mime bundle of the rows: HTML and plain text. Each cell is one line, whatever a service wrote.
    """
    # Loading the extension does not pay for what a first table needs.
    from ..views.safe.look import one_line

    rows = [[one_line(cell) for cell in row] for row in rows]
    # One long cell does not push what is beside the others out of sight.
    widths = [min(WIDEST, max(map(width, column))) for column in zip(*rows, strict=True)]
    told = [
        "  ".join(padded(cell, wide) for cell, wide in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    head = f"<thead>{_row(rows[0], 'col')}</thead>" if headed else ""
    body = "".join(_row(row, "row") for row in rows[headed:])
    html = f"<table>{head}<tbody>{body}</tbody></table>"
    return {"text/html": html, "text/plain": "\n".join(told)}


def _row(row: Sequence[str], scope: str) -> str:
    from ..views.safe.maths import inert

    # What names a row is no louder than what is said of it.
    look = "text-align:left;vertical-align:top;font-weight:"
    first, *rest = map(inert, row)
    weight = 600 if scope == "col" else 400
    tag = f'th scope="{scope}"' if scope == "col" else "td"
    cells = "".join(f'<{tag} style="{look}{weight}">{said}</{tag[:2]}>' for said in rest)
    return f'<tr><th scope="{scope}" style="{look}{weight}">{first}</th>{cells}</tr>'
