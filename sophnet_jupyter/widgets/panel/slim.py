"""What of a script a page needs: no comments, no indentation. Its lines and all else stay."""

from __future__ import annotations

import re
from functools import lru_cache

# What comes next in code, outside of templates. A slash is looked at by itself.
_PART = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)
    |(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<word>[\w$]+)
    |(?P<space>\s+)
    |(?P<sign>.)""",
    re.S | re.X,
)
_PATTERN = re.compile(r"/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/\w*")
# Behind these a slash begins a pattern; behind other words, and closing brackets, it divides.
_BEFORE_PATTERN = {"return", "typeof", "case", "in", "of", "await", "yield", "void", "delete"}


@lru_cache(maxsize=256)
def slim(source: str) -> str:
    """
    The ``source`` without comments, indentation and empty lines; texts and templates stay whole.

    Lines are never joined, so that a statement ends where it did.
    """
    parts: list[str] = []
    # Open braces, true for those of a template's ``${``.
    braces: list[bool] = []
    last, place = "", 0
    while place < len(source):
        if source[place] == "`" or (source[place] == "}" and braces and braces[-1]):
            if source[place] == "}":
                braces.pop()
            end, opened = _template(source, place + 1)
            parts.append(source[place:end])
            if opened:
                braces.append(True)
            last, place = ("(" if opened else "`"), end
            continue
        found = _PART.match(source, place)
        assert found
        if found["sign"] == "/" and not _divides(last) and (here := _PATTERN.match(source, place)):
            found = here
            kind = "text"
        else:
            kind = str(found.lastgroup)
        text, place = found[0], found.end()
        if kind in ("comment", "space"):
            parts.append("\n" if "\n" in text else " ")
            continue
        if text == "{":
            braces.append(False)
        elif text == "}" and braces:
            braces.pop()
        parts.append(text)
        last = text
    return _joined(parts)


def _divides(last: str) -> bool:
    if not last or last in _BEFORE_PATTERN:
        return False
    return last[-1] in ")]}`\"'/" or last[-1].isalnum() or last[-1] in "_$"


def _template(source: str, place: int) -> tuple[int, bool]:
    """Where a piece of a template that is open at ``place`` ends, and whether code follows."""
    while place < len(source):
        if source[place] == "\\":
            place += 2
        elif source[place] == "`":
            return place + 1, False
        elif source.startswith("${", place):
            return place + 2, True
        else:
            place += 1
    return place, False


def _joined(parts: list[str]) -> str:
    """Of what is empty between two parts one line's end is left, or one space."""
    found: list[str] = []
    empty = "\n"
    for part in parts:
        if part in (" ", "\n"):
            empty = "\n" if "\n" in (empty, part) else " "
            continue
        found += [empty, part]
        empty = ""
    return "".join(found).strip("\n")
