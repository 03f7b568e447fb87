"""Full-text search over questions and answers: what the index points to is read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from . import index
from .pieces import Words

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


def find(rows: sqlite3.Connection, wish: HistoryQuery) -> list[FoundCall]:
    """The calls of a wish, newest first, or the best first where it is ``ranked``."""
    words = Words(_writable(wish.words))
    rows.create_function("held", 2, words.held, deterministic=True)
    rows.create_function("weight", 2, words.weight, deterministic=True)
    most, found = wish.skip + wish.limit, list[tuple[Any, ...]]()
    for tables, condition, given in _parts(rows, words):
        found += _listed(rows, wish, tables, condition, given, most)
        if len(found) >= most and not wish.ranked:
            break
    if wish.ranked:
        found.sort(reverse=True)
    return [_found(row) for row in found[wish.skip : most]]


def _parts(rows: sqlite3.Connection, words: Words) -> Iterator[tuple[str, str, list[Any]]]:
    """Where to look, the newest first: tables, a condition, and its values."""
    known = index.indexed(rows) if words.wanted else -1
    # What the index does not know yet is read.
    yield "calls", "calls.id > ?", [known]
    if known > 0:
        tables = "words JOIN calls ON calls.id = words.rowid"
        yield tables, "words MATCH ?", [index.query(words.wanted)]


def _listed(
    rows: sqlite3.Connection,
    wish: HistoryQuery,
    tables: str,
    condition: str,
    given: Sequence[Any],
    most: int,
) -> list[tuple[Any, ...]]:
    """Rows with their weight in front, and the id behind it, so that they can be put in order."""
    where, values = _filters(wish)
    conditions = " AND ".join([condition, *where, "held(calls.asked, calls.said)"])
    weight = "weight(calls.asked, calls.said)" if wish.ranked else "0"
    newest = "words.rowid" if tables.startswith("words") else "calls.id"
    columns = ", ".join(f"calls.{name}" for name in _COLUMNS)
    query = (
        f"SELECT {weight} AS weight, {columns} FROM {tables} "  # noqa: S608 - names of our own
        f"WHERE {conditions} ORDER BY {'weight DESC, ' if wish.ranked else ''}{newest} DESC LIMIT ?"
    )
    return rows.execute(query, [*given, *values, most]).fetchall()


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
    values = dict(zip(_COLUMNS, row[1:], strict=True))
    return FoundCall(**values | {"sandbox": bool(values["sandbox"]), "star": bool(values["star"])})


def _literal(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _writable(text: str) -> str:
    """A text without what SQLite takes for its end, and without halves of letters."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode()
