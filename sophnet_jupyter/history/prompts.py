"""The texts that prompt files have had: the last ones of each, for who has no git."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

# Texts of one file that are kept.
MOST = 50


class PromptVersion(NamedTuple):
    """A text of a prompt file; ``version`` is its hash, ``at`` since the epoch."""

    version: str
    at: float
    text: str


def keep_version(rows: sqlite3.Connection, *, file: str, kept: PromptVersion) -> None:
    """Keep a text as the newest of its file; one that it has had before moves to the top."""
    rows.execute("INSERT OR REPLACE INTO prompts VALUES (?, ?, ?, ?)", [file, *kept])
    rows.execute(
        "DELETE FROM prompts WHERE file = ? AND version NOT IN "
        "(SELECT version FROM prompts WHERE file = ? ORDER BY at DESC, rowid DESC LIMIT ?)",
        [file, file, MOST],
    )


def versions(rows: sqlite3.Connection, file: str) -> list[PromptVersion]:
    """The texts of a file, the newest first."""
    found = rows.execute(
        "SELECT version, at, text FROM prompts WHERE file = ? ORDER BY at DESC, rowid DESC", [file]
    )
    return [PromptVersion(*row) for row in found]
