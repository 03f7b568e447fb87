"""Completions of option values: finders, and what they return."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..session.session import KernelSession

Found = tuple[str, str]
"""What may be put in, and the word that JupyterLab shows beside it."""

Finder = Callable[[str, KernelSession], list[Found]]
"""Finds what a value may be, of which a piece stands there. It asks nobody: the user waits."""

WordsFinder = Callable[[list[str], str, KernelSession], list[Found]]
"""The same for the words of a magic, given those before: options and their values are none."""

BehindFinder = Callable[[str, list[str], str, KernelSession], list[Found]]
"""The same for words behind an option, given its value and the words between."""


def matching(word: str, names: Iterable[str], kind: str) -> list[Found]:
    """Names that start with a word, ignoring case; if none does, those that contain it."""
    names, word = list(dict.fromkeys(names)), word.lower()
    begins = [name for name in names if name.lower().startswith(word)]
    return [(name, kind) for name in begins or [name for name in names if word in name.lower()]]


def one_of(*names: str, kind: str = "value") -> Finder:
    """A finder of these names."""
    return lambda word, session: matching(word, names, kind)


def positional(*finders: Finder) -> WordsFinder:
    """A finder for positional words: what any of these finders return once a part is typed."""

    def find(before: list[str], word: str, session: KernelSession) -> list[Found]:
        return [one for each in finders for one in each(word, session)] if word else []

    return find
