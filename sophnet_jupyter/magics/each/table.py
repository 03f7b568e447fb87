"""What ``--each`` names: a table of the notebook, or pictures by their names."""

from __future__ import annotations

import glob
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from IPython.core.error import UsageError

from ...errors import SettingsError
from ...files.names import at_home
from ...language import tr
from ...prompt.images.objects import SUFFIXES
from ...runs.tables import Table
from ..line.interpolate import value_of

# The column of pictures that were named by a pattern.
FILE = "file"


def table_of(word: str, names: Mapping[str, Any]) -> tuple[Table, str | None]:
    """
    The table, and the column that holds its pictures, where it was a pattern.

    Raises `UsageError` for what is not there, and for what is no table.
    """
    if _is_pattern(word) and not _is_value(word, names):
        return _pictures(word), FILE
    try:
        value = value_of(word, names)
    except LookupError:
        if Path(word).suffix.lower() in SUFFIXES and at_home(word).is_file():
            return _pictures(word), FILE
        raise UsageError(tr("--each: there is no {word} in this notebook.", word=word)) from None
    try:
        return Table(value, name=word), None
    except SettingsError as error:
        raise UsageError(tr("--each: {error}", error=error)) from None


def _is_pattern(word: str) -> bool:
    is_picture = Path(word).suffix.lower() in SUFFIXES
    return "*" in word or "?" in word or (glob.has_magic(word) and is_picture)


def _is_value(word: str, names: Mapping[str, Any]) -> bool:
    """Whether the brackets are a key: ``tables[2]``."""
    try:
        value_of(word, names)
    except LookupError:
        return False
    return True


def _pictures(word: str) -> Table:
    found = sorted(glob.glob(str(at_home(word)), recursive=True))  # noqa: PTH207
    pictures = [path for path in found if Path(path).suffix.lower() in SUFFIXES]
    if not pictures:
        raise UsageError(tr("--each {word}: no picture has such a name.", word=word))
    return Table([{FILE: path} for path in pictures], name=word)
