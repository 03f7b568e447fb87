"""What the pieces of an answer have in common: lines, sizes, and words that are only words."""

from __future__ import annotations

from .control_characters import plain
from .maths import inert

LINE = "1px solid rgba(128,128,128,.35)"
SMALL = "font-size:85%"
FAINT = "opacity:.7"
# Breaks a word that is longer than its line; JupyterLab drops `anywhere` in untrusted notebooks.
WRAP = "overflow-wrap:break-word"
BOX = f"border:{LINE};border-radius:6px;margin:8px 0;padding:6px 10px"
# The contrast of both is above 4 on white and on JupyterLab's dark ground.
GOOD, BAD = "#148c28", "#e23737"
# What is meant to be short is not let grow over the page.
LONGEST_NAME = 80


def words(text: str, longest: int) -> str:
    """Text of a model or a server as one line of HTML that is nothing but words."""
    return inert(clipped(one_line(text), longest))


def one_line(text: str) -> str:
    """Text without control characters, its blanks and line ends as single spaces."""
    return " ".join(plain(text).split())


def clipped(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def faint(html: str) -> str:
    return f'<span style="{FAINT}">{html}</span>'


def fold(title: str, html: str) -> str:
    """HTML behind a line of ours that opens it."""
    return (
        f'<details style="{SMALL};margin:6px 0"><summary style="{FAINT}">{title}</summary>'
        f"{html}</details>"
    )
