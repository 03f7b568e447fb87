"""Full-text search over questions and answers, by an index of pairs of letters."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .pieces import MOST_WORDS, VERSION, has_a_letter, pieces, query

# Calls that are indexed in one transaction while the index is built anew.
CHUNK = 300
# Characters of one text that are indexed: of a longer answer its beginning is found.
INDEXED = 400_000

# The longer text first: each word of another column costs two bytes more.
_CREATE = """
CREATE VIRTUAL TABLE words USING fts5(said, asked, content='', detail='full',
    tokenize='unicode61 remove_diacritics 2')
"""
_PUT = "INSERT INTO words (rowid, asked, said) VALUES (?, ?, ?)"
# Calls that are read for a letter before the index is asked.
READ = 1000
_COLUMNS = """
id at service resource lane model notebook asked said ending error tokens_in tokens_out price
currency seconds sandbox cached_from star
""".split()


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCall:
    """A call in a list: as `CallRecord`, without its events. ``at`` is since the epoch."""

    id: int
    at: float
    service: str
    resource: str
    lane: str
    model: str
    notebook: str
    asked: str
    said: str
    ending: str
    error: str
    tokens_in: int | None
    tokens_out: int | None
    price: str
    currency: str
    seconds: float
    sandbox: bool
    cached_from: int | None
    star: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryQuery:
    """
    What to list: calls that hold all ``words``, with that text in the names of their ``model`` and
    ``notebook``, ``since`` and ``before`` a time, or only those that ``failed``.
    """

    words: str = ""
    model: str = ""
    notebook: str = ""
    since: float | None = None
    before: float | None = None
    failed: bool = False
    star: bool = False
    ranked: bool = False
    limit: int = 20
    skip: int = 0


def add(rows: sqlite3.Connection, call_id: int, asked: str, said: str) -> None:
    """Put a call into the index, where there is one."""
    if _version(rows) == VERSION:
        rows.execute(_PUT, _row(call_id, asked, said))
    elif fact(rows, "pieces") == VERSION:
        # Without FTS5 it cannot be put there: so somebody else builds the index anew.
        put_fact(rows, "pieces", "0")


def drop(rows: sqlite3.Connection, call_id: int, asked: str, said: str) -> None:
    """Take a call out of the index: it wants the same pieces once more."""
    done, last = int(fact(rows, "indexed")), int(fact(rows, "to_index"))
    if _version(rows) == VERSION and not done < call_id <= last:
        rows.execute(
            "INSERT INTO words (words, rowid, asked, said) VALUES ('delete', ?, ?, ?)",
            _row(call_id, asked, said),
        )


def build(rows: sqlite3.Connection) -> bool:
    """
    Make the index, or build some more of one that is made anew; True while there is more to do.

    Does nothing where this SQLite has no FTS5.
    """
    if not has_fts5(rows):
        return False
    if _version(rows) != VERSION:
        rows.execute("DROP TABLE IF EXISTS words")
        rows.execute(_CREATE)
        last = int(rows.execute("SELECT coalesce(max(id), 0) FROM calls").fetchone()[0])
        put_fact(rows, "pieces", VERSION)
        # What is there by now is indexed bit by bit, what comes from now on as it comes.
        put_fact(rows, "to_index", str(last))
        put_fact(rows, "indexed", "0")
    done, last = int(fact(rows, "indexed")), int(fact(rows, "to_index"))
    if done >= last:
        return False
    found = rows.execute(
        "SELECT id, asked, said FROM calls WHERE id > ? AND id <= ? ORDER BY id LIMIT ?",
        [done, last, CHUNK],
    ).fetchall()
    rows.executemany(_PUT, [_row(*each) for each in found])
    put_fact(rows, "indexed", str(found[-1][0] if found else last))
    return True


def merge(rows: sqlite3.Connection) -> None:
    """Merge the index into one piece: until then it holds words of what is forgotten."""
    if _version(rows) == VERSION:
        rows.execute("INSERT INTO words (words) VALUES ('optimize')")


def ready(rows: sqlite3.Connection) -> bool:
    """Whether the index is there, and whole."""
    return _version(rows) == VERSION and int(fact(rows, "indexed")) >= int(fact(rows, "to_index"))


def find(rows: sqlite3.Connection, wish: HistoryQuery) -> list[FoundCall]:
    """The calls of a wish, newest first, or the best first where it is ``ranked``."""
    words = wish.words.replace("\0", " ").strip()
    asked = query(words)
    if not (asked and ready(rows)):
        return _scanned(rows, wish, words)
    if not wish.ranked and has_a_letter(words):
        # A letter is in most texts: the newest are found sooner by reading than by the index.
        newest = _scanned(rows, wish, words, newest=READ)
        if len(newest) == wish.limit:
            return newest
    where, given = _filters(wish)
    tables = "words JOIN calls ON calls.id = words.rowid"
    order = "rank" if wish.ranked else "words.rowid DESC"
    return _listed(rows, wish, tables, [*where, "words MATCH ?"], [*given, asked], order)


def _scanned(
    rows: sqlite3.Connection, wish: HistoryQuery, words: str, newest: int | None = None
) -> list[FoundCall]:
    """The calls whose texts hold all words, by reading them: all, or so many of the newest."""
    where, given = _filters(wish)
    for word in words.split()[:MOST_WORDS]:
        where.append("(calls.asked LIKE ? ESCAPE '!' OR calls.said LIKE ? ESCAPE '!')")
        given += [f"%{_literal(word)}%"] * 2
    if newest is not None:
        where.append("calls.id > (SELECT max(id) FROM calls) - ?")
        given.append(newest)
    return _listed(rows, wish, "calls", where, given, "calls.id DESC")


def _listed(
    rows: sqlite3.Connection,
    wish: HistoryQuery,
    tables: str,
    where: Sequence[str],
    given: Sequence[Any],
    order: str,
) -> list[FoundCall]:
    columns = ", ".join(f"calls.{name}" for name in _COLUMNS)
    condition = f"WHERE {' AND '.join(where)}" if where else ""
    statement = (
        f"SELECT {columns} FROM {tables} {condition} "  # noqa: S608 - names of our own
        f"ORDER BY {order} LIMIT ? OFFSET ?"
    )
    found = rows.execute(statement, [*given, wish.limit, wish.skip]).fetchall()
    return [_found(row) for row in found]


def chosen(rows: sqlite3.Connection, wish: HistoryQuery) -> list[int]:
    """The ids of all calls of a wish without words, oldest first."""
    where, given = _filters(wish)
    condition = f"WHERE {' AND '.join(where)}" if where else ""
    return [row[0] for row in rows.execute(f"SELECT id FROM calls {condition} ORDER BY id", given)]  # noqa: S608


def _filters(wish: HistoryQuery) -> tuple[list[str], list[Any]]:
    where: list[str] = []
    given: list[Any] = []
    for names, text in (("model lane", wish.model), ("notebook", wish.notebook)):
        if text:
            parts = [f"calls.{name} LIKE ? ESCAPE '!'" for name in names.split()]
            where.append(f"({' OR '.join(parts)})")
            given += [f"%{_literal(text)}%"] * len(parts)
    for sign, time in ((">=", wish.since), ("<", wish.before)):
        if time is not None:
            where.append(f"calls.at {sign} ?")
            given.append(time)
    if wish.failed:
        where.append("calls.ending != 'complete'")
    if wish.star:
        where.append("calls.star")
    return where, given


def _found(row: tuple[Any, ...]) -> FoundCall:
    values = dict(zip(_COLUMNS, row, strict=True))
    return FoundCall(**values | {"sandbox": bool(values["sandbox"]), "star": bool(values["star"])})


def _literal(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _row(call_id: int, asked: str, said: str) -> tuple[int, str, str]:
    return call_id, pieces(asked[:INDEXED]), pieces(said[:INDEXED])


_known: list[bool] = []


def has_fts5(rows: sqlite3.Connection) -> bool:
    """Whether this SQLite can search texts."""
    if not _known:
        query = "SELECT 1 FROM pragma_compile_options WHERE compile_options = 'ENABLE_FTS5'"
        _known.append(rows.execute(query).fetchone() is not None)
    return _known[0]


def _version(rows: sqlite3.Connection) -> str:
    """The version of the pieces in the index; empty where it cannot be used here."""
    return fact(rows, "pieces") if has_fts5(rows) else ""


def fact(rows: sqlite3.Connection, name: str) -> str:
    """A fact about the store, ``0`` where there is none."""
    found = rows.execute("SELECT value FROM facts WHERE name = ?", [name]).fetchone()
    return str(found[0]) if found else "0"


def put_fact(rows: sqlite3.Connection, name: str, value: str) -> None:
    """Note a fact about the store."""
    rows.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", [name, value])
