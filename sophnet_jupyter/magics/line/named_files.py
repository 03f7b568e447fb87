"""What the words of a magic name: a file with blanks in it, a pattern, several; a variable."""

from __future__ import annotations

import glob
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from IPython.core.error import UsageError

from ...files.names import at_home, is_address, is_elsewhere
from ...language import tr
from .interpolate import interpolate, value_of


def named_files(words: str, suffixes: tuple[str, ...]) -> list[Path]:
    """
    The files that words stand for; of a pattern's those with one of the ``suffixes``.

    A name that is not there comes back as it is, so that who reads it says so. Raises `UsageError`
    for a pattern that fits nothing.
    """
    whole = at_home(_bare(words))
    if whole.exists():
        return [whole]
    try:
        pieces = shlex.split(words)
    except ValueError:
        # An apostrophe in a name.
        return [whole]
    found = [path for piece in pieces for path in _matching(piece, suffixes)]
    if len(pieces) > 1 and not any(path.exists() for path in found):
        return [whole]
    return found


def named_pictures(
    words: str, names: Mapping[str, Any], suffixes: tuple[str, ...]
) -> list[tuple[object, str]]:
    """Pictures with what they are called: an address, a variable such as ``Out[3]``, or files."""
    bare = _bare(words)
    if is_elsewhere(bare):
        return [(bare, bare if bare[:5].lower() != "data:" else tr("picture"))]
    try:
        value = value_of(bare, names)
    except LookupError:
        return [(path, path.name) for path in named_files(words, suffixes)]
    if isinstance(value, str) and not is_elsewhere(value):
        return [(path, path.name) for path in named_files(value, suffixes)]
    if isinstance(value, list | tuple):
        return [(each, f"{bare}[{number}]") for number, each in enumerate(value)]
    return [(value, bare)]


def named_sound(words: str, names: Mapping[str, Any]) -> Any:
    """What is to be heard: a variable's value, an address, or a file; None where no words are."""
    if words.isidentifier() and words in names:
        return names[words]
    filled = _bare(interpolate(words, names, {})[0])
    if is_address(filled):
        return filled
    return at_home(filled) if filled else None


def _matching(word: str, suffixes: tuple[str, ...]) -> list[Path]:
    path = at_home(word)
    if path.exists() or not glob.has_magic(word):
        return [path]
    found = sorted(Path(name) for name in glob.glob(str(path), recursive=True))  # noqa: PTH207
    fitting = [one for one in found if one.suffix.lower() in suffixes]
    if not fitting:
        kinds = ", ".join(suffix.removeprefix(".") for suffix in suffixes)
        raise UsageError(
            tr("{word} fits no file of a kind that is read here ({kinds}).", word=word, kinds=kinds)
        )
    return fitting


def _bare(words: str) -> str:
    words = words.strip()
    if len(words) > 1 and words[0] == words[-1] and words[0] in "\"'":
        return words[1:-1]
    return words
