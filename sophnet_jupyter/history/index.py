"""
An index that says which calls a search has to read: those with all letters, or words, of a query.

Where in a text they stand is not kept: reading decides. So a record takes half of what an index of
all places of all pairs of letters takes, and what is found is what reading all would find. It is
written by some hundred records at a time, which takes less; the newest are read anyhow.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from .pieces import VERSION, pieces

# Calls that are indexed in one transaction.
CHUNK = 512
# Characters of a call that are indexed: a longer one is always read.
INDEXED = 400_000
_LONG = "0long0"

_CREATE = """
CREATE VIRTUAL TABLE words USING fts5(texts, content='', detail='none', columnsize=0,
    tokenize='unicode61 remove_diacritics 2')
"""
_PUT = "INSERT INTO words (rowid, texts) VALUES (?, ?)"
# It wants the same pieces once more.
_TAKE = "INSERT INTO words (words, rowid, texts) VALUES ('delete', ?, ?)"


def is_due(call_id: int) -> bool:
    """Whether with this call as many are there as are indexed at a time."""
    return call_id % CHUNK == 0


def build(rows: sqlite3.Connection) -> bool:
    """
    Index some calls that are not indexed yet, the oldest first; True while there are more.

    Does nothing where this SQLite has no FTS5.
    """
    if not has_fts5(rows):
        return False
    _make(rows)
    next_ones = "SELECT id, asked, said FROM calls WHERE id > ? ORDER BY id LIMIT ?"
    found = rows.execute(next_ones, [indexed(rows), CHUNK]).fetchall()
    if found:
        rows.executemany(_PUT, [_row(*each) for each in found])
        put_fact(rows, "indexed", str(found[-1][0]))
    return len(found) == CHUNK


def ready(rows: sqlite3.Connection) -> bool:
    """Whether no more has to be read than at any time."""
    more = "SELECT 1 FROM calls WHERE id > ? LIMIT 1 OFFSET ?"
    return has_fts5(rows) and not rows.execute(more, [indexed(rows), 2 * CHUNK]).fetchone()


def indexed(rows: sqlite3.Connection) -> int:
    """The last call that the index knows, with all before it; 0 where it cannot be used here."""
    return int(fact(rows, "indexed")) if _is_current(rows) else 0


def drop(rows: sqlite3.Connection, call_id: int, asked: str, said: str) -> None:
    """Take a call out of the index."""
    if not has_fts5(rows):
        # It cannot be taken out here: so somebody else makes the index anew.
        put_fact(rows, "pieces", "0")
        return
    _make(rows)
    if call_id <= indexed(rows):
        rows.execute(_TAKE, _row(call_id, asked, said))


def dropped(rows: sqlite3.Connection) -> None:
    """See to it that later calls, which may get the numbers of those that are gone, are indexed."""
    [last] = rows.execute("SELECT coalesce(max(id), 0) FROM calls").fetchone()
    if last < indexed(rows):
        put_fact(rows, "indexed", str(last))


def merge(rows: sqlite3.Connection) -> None:
    """Merge the index into one piece: until then it holds words of what is forgotten."""
    if _is_current(rows):
        rows.execute("INSERT INTO words (words) VALUES ('optimize')")


def query(wanted: Sequence[tuple[str, bool]]) -> str:
    """What `words` is to match for calls that may have all these pieces."""
    asked = " ".join(f'"{piece}" *' if begins else f'"{piece}"' for piece, begins in wanted)
    return f'({asked}) OR "{_LONG}"'


def _row(call_id: int, asked: str, said: str) -> tuple[int, str]:
    both = f"{asked}\n{said}"
    found = pieces(both[:INDEXED])
    return call_id, f"{found} {_LONG}" if len(both) > INDEXED else found


def _make(rows: sqlite3.Connection) -> None:
    """Make the index, empty, where there is none, or one of another version."""
    if not _is_current(rows):
        rows.execute("DROP TABLE IF EXISTS words")
        rows.execute(_CREATE)
        put_fact(rows, "pieces", VERSION)
        put_fact(rows, "indexed", "0")


_known: list[bool] = []


def has_fts5(rows: sqlite3.Connection) -> bool:
    """Whether this SQLite can search texts."""
    if not _known:
        query = "SELECT 1 FROM pragma_compile_options WHERE compile_options = 'ENABLE_FTS5'"
        _known.append(rows.execute(query).fetchone() is not None)
    return _known[0]


def _is_current(rows: sqlite3.Connection) -> bool:
    """Whether there is an index that can be used here."""
    return has_fts5(rows) and fact(rows, "pieces") == VERSION


def fact(rows: sqlite3.Connection, name: str) -> str:
    """A fact about the store, ``0`` where there is none."""
    found = rows.execute("SELECT value FROM facts WHERE name = ?", [name]).fetchone()
    return str(found[0]) if found else "0"


def put_fact(rows: sqlite3.Connection, name: str, value: str) -> None:
    """Note a fact about the store."""
    rows.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", [name, value])
