"""Whether braces in a text were meant as a variable, and which name was meant."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from functools import cached_property

from . import latex

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})[^\n]*\n.*?(?:^ {0,3}\1|\Z)", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"(?<!`)(`{1,2})(?!`)[^`\n]+\1(?!`)")
# A line of a program: an f-string, an import, an arrow, an element, a rule, a block, a call.
_CODED = re.compile(
    r"\b[rR]?[fF][rR]?[\"']|^\s*(?:import|export)\b.*\bfrom\b|^\s*(?:const|let|var)\s.*="
    r"|=>|</?(?:a|button|div|h[1-6]|li|ol|p|span|td|tr|ul)\b[^<>\n]*>|\{\s*$|\)\s*\{|=\s*\{"
    r"|\)\s*;\s*$|\.format\("
)
# What stands in braces of its own in programs.
_WORDS = frozenset("break continue return pass else try finally do default this self".split())
# A word or a sign right before or behind a brace, as in a path; letters of other scripts are none.
_GLUED_BEFORE = re.compile(r"[A-Za-z0-9_$#@%&/\\=<\])}]\Z")
_GLUED_AFTER = re.compile(r"[A-Za-z0-9_/\\=(\[{]")
_NEAR = 0.7


class Prose:
    """A text, and where in it braces stand in words, not in code, JSON or maths."""

    def __init__(self, text: str) -> None:
        self._text = text

    def holds(self, start: int, end: int) -> bool:
        """Whether the field there stands in words."""
        if self._text[start + 1 : end - 1] in _WORDS or self._is_within_braces(start):
            return False
        begin = self._text.rfind("\n", 0, start) + 1
        stop = self._text.find("\n", end)
        if _CODED.search(self._text[begin : stop if stop >= 0 else len(self._text)]):
            return False
        return not self.has_maths(start) and not any(
            one <= start < other for one, other in self._code
        )

    def is_lone(self, start: int, end: int) -> bool:
        """Whether it stands alone there, no part of a word or a path."""
        before = self._text[max(0, start - 1) : start]
        return not (_GLUED_BEFORE.search(before) or _GLUED_AFTER.match(self._text, end))

    def has_maths(self, start: int) -> bool:
        """Whether the place is between the marks of maths."""
        return any(one <= start < other for one, other in self._maths)

    @cached_property
    def _maths(self) -> list[tuple[int, int]]:
        return latex.spans(self._text)

    @cached_property
    def _code(self) -> list[tuple[int, int]]:
        return [found.span() for each in (_FENCE, _CODE) for found in each.finditer(self._text)]

    @cached_property
    def _braces(self) -> tuple[list[int], list[int]]:
        """Where braces are, and how many are open behind each."""
        places, open_there, depth = [], [], 0
        for brace in re.finditer(r"[{}]", self._text):
            depth = depth + 1 if brace[0] == "{" else max(0, depth - 1)
            places.append(brace.start())
            open_there.append(depth)
        return places, open_there

    def _is_within_braces(self, start: int) -> bool:
        places, open_there = self._braces
        before = bisect_right(places, start - 1)
        return before > 0 and open_there[before - 1] > 0


def nearest(word: str, names: Iterable[object]) -> str:
    """The name that is most like a word; nothing where none is near."""
    # Only where it is needed: it costs more than all else here.
    from difflib import get_close_matches

    known = [name for name in names if isinstance(name, str) and name and name != word]
    if found := get_close_matches(word, known, 1, _NEAR):
        return found[0]
    small = {name.lower(): name for name in reversed(known)}
    found = get_close_matches(word.lower(), small, 1, _NEAR)
    return small[found[0]] if found else ""
