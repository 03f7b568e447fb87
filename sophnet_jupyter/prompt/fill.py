"""
Values in a text: ``{name}``, ``{name.attribute}``, ``{name[key]}``.

Replaced once, and only if it resolves; everything else that has braces (JSON, code, LaTeX, calls,
``{{…}}`` of a template) stays as written. A replaced text is never looked at again, so that a value
with braces in it cannot pull in another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from ..language import tr
from ..response import Response
from . import latex
from .prose import Prose, nearest
from .table import is_frame, is_series, table_text

FIELD = re.compile(
    r"(?<!\{)\{([^\W\d]\w*)((?:\.[^\W\d]\w*|\[[^\[\]{}\n]+\])*)\}(?!\})",
)
STEP = re.compile(r"\.([^\W\d]\w*)|\[([^\[\]{}\n]+)\]")
# What Python says of an object of which there is nothing to say.
_NOTHING_SAID = re.compile(r"<.{1,300} at 0x[0-9a-fA-F]+>", re.DOTALL)

LONGEST_VALUE = 20_000
# Names that are looked through for the one that was meant, and columns of a row.
MOST_CANDIDATES, LONGEST_ROW = 10_000, 1_000
# Fields of which one reads that they were left as written.
MOST_LEFT = 10

Attach = Callable[[str, Any], tuple[str, str] | None]
"""Takes a field and its value; returns what stands for a picture, and its size, or None."""


@dataclass(slots=True)
class Filled:
    """
    A text with its values. ``inserted`` says what was put in: ``{df} 3 of 3 rows``.

    ``left`` says which fields were meant as such and resolve to nothing, with the name that may
    have been meant: ``{reviw} (review?)``.
    """

    text: str
    inserted: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


class _Unresolved(LookupError):
    """A step that leads nowhere: what stands before it, its word, what stands after it."""

    def __init__(self, value: Any, before: str, word: str, after: str) -> None:
        super().__init__(word)
        self.value, self.before, self.word, self.after = value, before, word, after


def fill(
    text: str,
    names: Mapping[str, Any],
    failures: Mapping[int, str] | None = None,
    attach: Attach | None = None,
    *,
    longest: int = LONGEST_VALUE,
    sized: bool = True,
) -> Filled:
    """
    The text with its values.

    ``failures`` answers ``{Err[3]}`` unless there is an ``Err`` among the names. ``attach`` takes
    the values that are pictures; what it raises comes through. A value of more than ``longest``
    characters is cut. Without ``sized`` what was put in is told by its field alone: for texts in
    thousands, of which nobody reads that.
    """
    return _Filling(text, names, failures or {}, attach, longest).filled(sized=sized)


def value_of(words: str, names: Mapping[str, Any]) -> Any:
    """What ``name``, ``name.attribute`` or ``name[key]`` is. Raises `LookupError` if nothing."""
    match = FIELD.fullmatch(f"{{{words}}}")
    if match is None:
        raise LookupError(words)
    try:
        return _resolve(match[1], match[2], names, {})
    except Exception:  # a property of anybody may raise anything
        raise LookupError(words) from None


def says_something(value: object) -> bool:
    """False for functions, classes and modules: their text is no value that anybody asks about."""
    return not (callable(value) or isinstance(value, ModuleType))


def is_bare(text: str) -> bool:
    """True for what Python says of an object that says nothing of itself: ``<Thing at 0x7f…>``."""
    return _NOTHING_SAID.fullmatch(text) is not None


class _Filling:
    """One text on its way."""

    def __init__(
        self,
        text: str,
        names: Mapping[str, Any],
        failures: Mapping[int, str],
        attach: Attach | None,
        longest: int,
    ) -> None:
        self._text, self._names, self._failures, self._attach = text, names, failures, attach
        self._longest = longest
        self._prose = Prose(text)
        # How much was put in for a field, in words, or in characters.
        self._inserted: dict[str, str | int] = {}
        self._left: dict[str, None] = {}
        # Where the last field ended, and whether it was one of LaTeX: what follows at once is too.
        self._end, self._latex = -1, False

    def filled(self, *, sized: bool) -> Filled:
        text = FIELD.sub(self._replaced, self._text)
        inserted = list(self._inserted)
        if sized:
            sizes = self._inserted.items()
            inserted = [f"{one} {_in_words(size)}" for one, size in sizes]
        return Filled(text, inserted, list(self._left))

    def _replaced(self, match: re.Match[str]) -> str:
        if match.start() != self._end:
            closed = self._text[match.start() - 1 : match.start()] == "}"
            self._latex = closed or self._opens_group(match.start())
        self._end = match.end()
        if self._latex:
            self._note_latex(match)
            return match[0]
        try:
            value = self._resolved(match)
        except Exception as error:  # a property of anybody may raise anything
            self._note(match, error)
            return match[0]
        found = self._attach(match[0], value) if self._attach else None
        try:
            text, size = found or _as_text(value, self._longest)
        except Exception as error:  # and so may a __str__
            self._note(match, error)
            return match[0]
        self._inserted[match[0]] = size
        return text

    def _resolved(self, match: re.Match[str]) -> Any:
        value = _resolve(match[1], match[2], self._names, self._failures)
        if not says_something(value):
            raise LookupError(match[0])
        return value

    def _opens_group(self, start: int) -> bool:
        if latex.is_argument(self._text, start):
            return True
        return latex.is_argument(self._text, start, spaced=True) and self._prose.has_maths(start)

    def _note(self, match: re.Match[str], error: Exception) -> None:
        start, end = match.span()
        if len(self._left) == MOST_LEFT or not self._prose.holds(start, end):
            return
        meant = ""
        if isinstance(error, _Unresolved):
            try:
                near = nearest(error.word, _candidates(error.value))
            except Exception:  # the value's own code again
                near = ""
            meant = f" ({error.before}{near}{error.after}?)" if near else ""
        if meant or self._prose.is_lone(start, end):
            self._left[f"{match[0]}{meant}"] = None

    def _note_latex(self, match: re.Match[str]) -> None:
        """Told where it may have been meant after all: ``report_{city}``, ``costs ${price}``."""
        if latex.is_doubtful(self._text, match.start()) and not self._prose.has_maths(
            match.start()
        ):
            try:
                self._resolved(match)
            except Exception:
                return
            self._left[f"{match[0]} (LaTeX?)"] = None


def _resolve(name: str, path: str, names: Mapping[str, Any], failures: Mapping[int, str]) -> Any:
    """Raises `_Unresolved` for a step that leads nowhere, or what a property raises."""
    if name == "Err" and name not in names:
        value: Any = failures
    elif name in names:
        value = names[name]
    else:
        raise _Unresolved(names, "", name, path)
    for step in STEP.finditer(path):
        attribute, key = step[1], step[2]
        try:
            value = _attribute(value, attribute) if attribute else value[_key(key)]
        except (AttributeError, LookupError, TypeError):
            word = attribute or str(_key(key))
            before, after = step[0].split(word, 1) if word in step[0] else (step[0], "")
            begun, rest = name + path[: step.start()], path[step.end() :]
            raise _Unresolved(value, begun + before, word, after + rest) from None
    return value


def _attribute(value: Any, name: str) -> Any:
    """A column before an attribute of that name: a frame has a ``count`` and a ``size`` itself."""
    if is_frame(value) and name in list(value.columns):
        return value[name]
    # A row of pandas has its columns as labels.
    if is_series(value) and name in _labels(value):
        return value[name]
    return getattr(value, name)


def _labels(series: Any) -> list[Any]:
    index: Any = getattr(series, "index", None)
    if not hasattr(series, "iloc") or not hasattr(index, "dtype"):
        return []
    # Numbers and dates are no attributes, and there may be millions of them.
    return list(index[:LONGEST_ROW]) if index.dtype.kind == "O" else []


def _key(text: str) -> int | str:
    """A key as it stands between brackets: a number, a quoted text, or as in str.format bare."""
    text = text.strip()
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    return text


def _candidates(value: Any) -> list[object]:
    """Names that may have been meant where one led nowhere: variables, columns, attributes."""
    if is_frame(value):
        return list(value.columns)
    if isinstance(value, Mapping):
        found = list(value.items())[:MOST_CANDIDATES]
        return [name for name, one in found if str(name)[:1] != "_" and says_something(one)]
    return [name for name in dir(value) if name[:1] != "_"]


def _as_text(value: Any, longest: int) -> tuple[str, str | int]:
    """A value as text, and how much that is: in words, or in characters."""
    found = table_text(value)
    text = found[0] if found else value.text if isinstance(value, Response) else str(value)
    if not found and not isinstance(value, str | Response) and is_bare(text):
        raise LookupError(text)
    if not found and len(text) > longest:
        clipped = f"{text[:longest]}\n… ({len(text) - longest:,} characters left out)"
        shown = tr("{count:,} of {total:,} characters", count=longest, total=len(text))
        return clipped, shown
    return found or (text, len(text))


def _in_words(size: str | int) -> str:
    return size if isinstance(size, str) else tr("{count:,} characters", count=size)
