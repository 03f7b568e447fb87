"""Forgetting: calls with their index, and bodies and media that nothing else names."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from . import index
from .media import MediaFolder

# Bytes of the file and its media, beyond which the oldest calls go, down to a part of it.
LIMIT = 500 * 1024 * 1024
DOWN_TO = 0.9
# Calls that are dropped at a time.
CHUNK = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """How much is gone; ``kept`` are calls with a star, which stay."""

    calls: int = 0
    bodies: int = 0
    media: int = 0
    kept: int = 0

    def __add__(self, other: Forgotten) -> Forgotten:
        return Forgotten(
            calls=self.calls + other.calls,
            bodies=self.bodies + other.bodies,
            media=self.media + other.media,
            kept=self.kept + other.kept,
        )


def forget(rows: sqlite3.Connection, ids: Sequence[int], media: MediaFolder) -> Forgotten:
    """Forget calls, except for those with a star."""
    calls = kept = 0
    bodies: set[bytes] = set()
    files: set[bytes] = set()
    for call_id in ids:
        found = rows.execute(
            "SELECT asked, said, star FROM calls WHERE id = ?", [call_id]
        ).fetchone()
        if found is None:
            continue
        asked, said, star = found
        if star:
            kept += 1
            continue
        for hashed, is_media in rows.execute(
            "SELECT hash, media FROM uses WHERE call = ?", [call_id]
        ):
            (files if is_media else bodies).add(hashed)
        index.drop(rows, call_id, asked, said)
        rows.execute("DELETE FROM uses WHERE call = ?", [call_id])
        # A row whose answer is gone is one to be asked again.
        rows.execute("UPDATE rows SET call = NULL, state = 'forgotten' WHERE call = ?", [call_id])
        rows.execute("DELETE FROM calls WHERE id = ?", [call_id])
        calls += 1
    index.dropped(rows)
    gone = [hashed for hashed in bodies if not _named(rows, hashed, media=False)]
    rows.executemany("DELETE FROM bodies WHERE hash = ?", [[hashed] for hashed in gone])
    lost = [hashed for hashed in files if not _named(rows, hashed, media=True)]
    for hashed in lost:
        media.drop(hashed.hex())
        rows.execute("DELETE FROM media WHERE hash = ?", [hashed])
    return Forgotten(calls=calls, bodies=len(gone), media=len(lost), kept=kept)


def size(rows: sqlite3.Connection) -> int:
    """The bytes in use, of the file and of its media."""
    page, pages, free = (
        int(rows.execute(f"PRAGMA {name}").fetchone()[0])
        for name in ("page_size", "page_count", "freelist_count")
    )
    media = int(rows.execute("SELECT coalesce(sum(size), 0) FROM media").fetchone()[0])
    return page * (pages - free) + media


def keep_within(rows: sqlite3.Connection, media: MediaFolder, limit: int = LIMIT) -> int:
    """Forget the oldest calls while the limit is passed; returns how many are gone."""
    gone = 0
    if size(rows) <= limit:
        return gone
    while size(rows) > DOWN_TO * limit:
        found = rows.execute("SELECT id FROM calls WHERE NOT star ORDER BY id LIMIT ?", [CHUNK])
        ids = [row[0] for row in found]
        if not ids:
            return gone
        gone += forget(rows, ids, media).calls
    return gone


def _named(rows: sqlite3.Connection, hashed: bytes, *, media: bool) -> bool:
    found = rows.execute(
        "SELECT 1 FROM uses WHERE hash = ? AND media = ? LIMIT 1", [hashed, int(media)]
    )
    return found.fetchone() is not None
