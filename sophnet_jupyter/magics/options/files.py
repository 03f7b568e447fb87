"""Completion of file names."""

from __future__ import annotations

import os

from ...files.names import at_home
from ..line.suffixes import PICTURES
from ..session.session import KernelSession
from .found import Finder, Found
from .variables import values

# A folder of photographs has thousands, and nobody reads on after this.
MOST_FILES = 200


def files(*endings: str) -> Finder:
    """A finder of files with one of these suffixes, or any, and of folders."""
    return lambda word, session: _files(word, endings or ("",))


def pictures(word: str, session: KernelSession) -> list[Found]:
    """A finder of image files, and of variables once a part of a name is typed."""
    return _files(word, PICTURES) + (values(word, session) if word else [])


def _files(word: str, endings: tuple[str, ...]) -> list[Found]:
    quote = word[:1] if word[:1] in ("'", '"') else ""
    path = word.removeprefix(quote)
    folder, begin = os.path.split(path)
    try:
        with os.scandir(at_home(folder or ".")) as entries:
            here = sorted((entry.name, entry.is_dir()) for entry in entries)
    except (OSError, ValueError):
        return []
    found = []
    for name, is_folder in here:
        if not name.lower().startswith(begin.lower()) or name.startswith(".") > begin.startswith(
            "."
        ):
            continue
        if is_folder or name.lower().endswith(endings):
            text = path[: len(path) - len(begin)] + name
            found.append((_quoted(text, quote, is_folder), "path"))
    return found[:MOST_FILES]


def _quoted(path: str, quote: str, is_folder: bool) -> str:
    quote = quote or ('"' if " " in path else "")
    # The quote of a folder stays open: a file in it follows.
    return quote + path + ("/" if is_folder else quote)
