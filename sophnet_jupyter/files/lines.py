"""
Lines of a text, split only at the line ends that the protocols and Markdown know.

`str.splitlines` cuts at twelve characters, of which seven stand inside a line as well: a vertical
tab is PowerPoint's soft break, and U+2028 and U+0085 may stand in any sentence.
"""

from __future__ import annotations

import re

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


def lines(text: str, *, ends: bool = False) -> list[str]:
    r"""The lines, which end at ``\n``, ``\r\n`` or ``\r`` alone; with their ``ends`` if wanted."""
    found = _LINE.findall(text)
    return found if ends else [line.rstrip("\r\n") for line in found]
