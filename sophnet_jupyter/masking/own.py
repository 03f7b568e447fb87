"""
Patterns of a site or a user, from a file.

    [patterns]
    STAFF = 'E\\d{6}'
    PATIENT = 'P-\\d{8}'

A name is in capitals, and becomes the word of the placeholders; a pattern is one of Python's `re`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from ..errors import SettingsError, why
from ..language import tr
from .kinds import KINDS, DataKind

_NAME = re.compile(r"[A-Z][A-Z]{1,15}")


def kinds_of(path: str) -> tuple[DataKind, ...]:
    """The kinds of a file, before those that are found anyway. Raises `SettingsError`."""
    if not path:
        return KINDS
    try:
        place = Path(path).expanduser()
        status = place.stat()
        return _read(place, (status.st_mtime_ns, status.st_size))
    except SettingsError:
        raise
    except (OSError, ValueError, RuntimeError) as error:
        reason = why(error)
    raise SettingsError(
        tr("The patterns for masking, {path}, cannot be read: {reason}.", path=path, reason=reason)
    )


@lru_cache(maxsize=8)
def _read(path: Path, stamp: tuple[int, int]) -> tuple[DataKind, ...]:
    import tomllib

    try:
        with path.open("rb") as file:
            said = tomllib.load(file).get("patterns")
    except ValueError as error:
        raise SettingsError(
            tr("The patterns for masking, {path}, are no TOML: {error}.", path=path, error=error)
        ) from None
    if not isinstance(said, dict):
        raise SettingsError(tr("{path} has no [patterns] with NAME = 'expression'.", path=path))
    return (*(_kind(path, name, each) for name, each in said.items()), *KINDS)


def _kind(path: Path, name: str, written: object) -> DataKind:
    known = {kind.word for kind in KINDS}
    if not _NAME.fullmatch(name) or name in known:
        raise SettingsError(
            tr(
                "{path}: {name!r:.40} is to be a word in capitals, 2 to 16, other than {known}.",
                path=path,
                name=name,
                known=", ".join(sorted(known)),
            )
        )
    try:
        if not isinstance(written, str) or not written:
            raise SettingsError(
                tr("{path}: {name} is to be a regular expression.", path=path, name=name)
            )
        return DataKind(name, name.lower(), name.lower(), re.compile(written))
    except re.error as error:
        raise SettingsError(
            tr(
                "{path}: {name} is no regular expression: {error}.",
                path=path,
                name=name,
                error=error,
            )
        ) from None
