"""How two texts differ, word by word; Chinese, which has no blanks, letter by letter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

from ...language import tr
from ..looks import Drawn

_CJK = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f"
_WORD = re.compile(rf"[{_CJK}]|[^\W{_CJK}]+(?:['’][^\W{_CJK}]+)*|\s+|.", re.DOTALL)
# Comparing takes time by the product of both lengths: longer texts are compared by their lines.
LONGEST = 4_000
_LINE = re.compile(r"[^\n]*\n|[^\n]+")

Kind = Literal["equal", "only first", "only second"]


class Stretch(NamedTuple):
    """A stretch of text, and which of the two has it."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class TextDifference(Drawn):
    """
    Two texts as stretches that both have, or only one of them.

    ``alike`` goes from 0, nothing in common, to 1, equal. As text, what only the first has stands
    in ``[-…-]``, what only the second has in ``{+…+}``, as in ``git diff --word-diff``.
    """

    pieces: tuple[Stretch, ...]
    alike: float
    titles: tuple[str, str] = ("", "")

    def __iter__(self) -> Iterator[Stretch]:
        return iter(self.pieces)

    @property
    def equal(self) -> bool:
        """Whether the two are the same."""
        return all(piece.kind == "equal" for piece in self.pieces)

    def __str__(self) -> str:
        marks = {"equal": "{}", "only first": "[-{}-]", "only second": "{{+{}+}}"}
        return "".join(marks[piece.kind].format(piece.text) for piece in self.pieces)

    def __repr__(self) -> str:
        said = tr("equal") if self.equal else tr("{alike:.0%} alike", alike=self.alike)
        titles = tr(" and ").join(filter(None, self.titles)) or tr("two texts")
        return tr("<Difference of {titles}: {said}>", titles=titles, said=said)


def difference(first: str, second: str, titles: tuple[str, str] = ("", "")) -> TextDifference:
    """The stretches of two texts in reading order."""
    before, after = words(first), words(second)
    if max(len(before), len(after)) > LONGEST:
        before, after = _LINE.findall(first), _LINE.findall(second)
    if max(len(before), len(after)) > LONGEST:
        # More lines than anybody reads: what both begin and end with is left out of it.
        return _ends(first, second, titles)
    match = SequenceMatcher(None, before, after, autojunk=False)
    found: list[Stretch] = []
    for _, begin, end, other, last in match.get_opcodes():
        one, two = "".join(before[begin:end]), "".join(after[other:last])
        if one == two:
            found.append(Stretch("equal", one))
            continue
        found += [Stretch("only first", one)] if one else []
        found += [Stretch("only second", two)] if two else []
    return TextDifference(tuple(found), _alike(found), titles)


def words(text: str) -> list[str]:
    """A text cut into words, blanks, signs and Chinese letters; joined they are the text."""
    return _WORD.findall(text)


def _ends(first: str, second: str, titles: tuple[str, str]) -> TextDifference:
    shorter = min(len(first), len(second))
    begin = next((n for n in range(shorter) if first[n] != second[n]), shorter)
    room = shorter - begin
    end = next((n for n in range(room) if first[-1 - n] != second[-1 - n]), room)
    middle = first[begin : len(first) - end], second[begin : len(second) - end]
    found = [
        Stretch("equal", first[:begin]),
        Stretch("only first", middle[0]),
        Stretch("only second", middle[1]),
        Stretch("equal", first[len(first) - end :]),
    ]
    found = [piece for piece in found if piece.text]
    return TextDifference(tuple(found), _alike(found), titles)


def _alike(pieces: list[Stretch]) -> float:
    """The share of both texts' letters that they have in common."""
    whole = sum(len(piece.text) * (1 + (piece.kind == "equal")) for piece in pieces)
    common = sum(2 * len(piece.text) for piece in pieces if piece.kind == "equal")
    return common / whole if whole else 1.0
