"""Voices that were made from recordings in this sandbox, by model; they sound like its first."""

from __future__ import annotations

# So many are remembered, the newest.
MOST = 100

_names: dict[tuple[str, str], None] = {}


def add(model: str, name: str) -> None:
    """Remember a voice."""
    _names[model, name] = None
    while len(_names) > MOST:
        del _names[next(iter(_names))]


def is_known(model: str, name: str) -> bool:
    """Whether there is such a voice."""
    return (model, name) in _names
