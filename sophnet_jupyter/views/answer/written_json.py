"""
Indent or flatten JSON, keeping each number as it was written.

Read and written again, ``12E4`` would be 120000.0, ``1e999`` no JSON, and a long number another.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
_STEP = "  "


def indented(text: str) -> str | None:
    """Indented JSON; None for text that is not complete JSON."""
    if not is_whole(text):
        return None
    shown, depth, before = [], 0, ""
    for piece in _pieces(text):
        if piece in "}]":
            depth -= 1
            shown.append("" if before in "{[" else f"\n{_STEP * depth}")
        elif before in ("{", "[", ","):
            shown.append(f"\n{_STEP * depth}")
        depth += piece in "{["
        shown.append(": " if piece == ":" else piece)
        before = piece
    return "".join(shown)


def is_whole(text: str) -> bool:
    """Whether a text is complete JSON."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def flat(text: str) -> str:
    """JSON on one line. The text must be valid: see `indented`."""
    spaced = {",": ", ", ":": ": "}
    return "".join(spaced.get(piece, piece) for piece in _pieces(text))


def _pieces(text: str) -> Iterator[str]:
    for piece in _PIECE.findall(text):
        if piece.startswith('"'):
            yield json.dumps(json.loads(piece, strict=False), ensure_ascii=False)
        else:
            yield piece
