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
    # By the order in which they were written, since clocks are set back.
    rows.execute("INSERT OR REPLACE INTO prompts VALUES (?, ?, ?, ?)", [file, *kept])
    rows.execute(
        "DELETE FROM prompts WHERE file = ? AND version NOT IN "
        "(SELECT version FROM prompts WHERE file = ? ORDER BY rowid DESC LIMIT ?)",
        [file, file, MOST],
    )


def versions(rows: sqlite3.Connection, file: str) -> list[PromptVersion]:
    """The texts of a file, the newest first."""
    found = rows.execute(
        "SELECT version, at, text FROM prompts WHERE file = ? ORDER BY rowid DESC", [file]
    )
    return [PromptVersion(*row) for row in found]


def count_versions(rows: sqlite3.Connection) -> int:
    """How many texts are kept, of all files."""
    return int(rows.execute("SELECT count(*) FROM prompts").fetchone()[0])


def forget_versions(rows: sqlite3.Connection, file: str = "") -> int:
    """Forget the texts of a file, of all without one; returns how many."""
    return rows.execute("DELETE FROM prompts WHERE ? IN ('', file)", [file]).rowcount
