"""The history: one store of calls and runs for all kernels of a user."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from math import inf
from pathlib import Path
from typing import Any, TypeVar

from ..errors import SettingsError
from ..events import AudioChunk, ImageReady, TextDelta, VideoReady
from ..files import database
from ..language import mark, tr
from ..settings import secret
from . import forgetting, index, search, spending
from .calls import CallColumns, CallRecord, read
from .forgetting import Forgotten
from .keys import AskedCall, without_signatures
from .media import MediaFolder
from .prices import FILE, Prices
from .prompts import PromptVersion, count_versions, forget_versions, keep_version, versions
from .schema import SCHEMA
from .search import FoundCall, HistoryQuery
from .turns import ChatTurn, KeptConversation, conversations, kept_turns, make_so
from .writer import Writer

T = TypeVar("T")
After = Callable[[sqlite3.Connection, int], object]

FIRST = mark(
    "Questions and answers of cells and panels are kept in {path}, for you alone, so that "
    "%sophnet history finds them again; %sophnet history off stops that."
)
# Seconds for which prices that were read are not looked at again.
FRESH = 1.0
# Calls after which the limit is looked at.
CHECKED_EVERY = 200
# What holds bytes, and where.
_HEAVY: dict[type, str] = {AudioChunk: "data", ImageReady: "image", VideoReady: "video"}
# What an event takes in memory, and a record beside its events.
EVENT = 120
OVERHEAD = 2000


class History:
    """
    Calls and runs in ``folder``: ``history.sqlite``, and ``media`` beside it.

    Writing is queued and never blocks; reading blocks for some milliseconds, sees what was queued
    before, and raises `sqlite3.Error` or `OSError`. ``scrub`` takes the keys out of a text.
    `notices` are sentences for the user.
    """

    def __init__(self, folder: Path, *, scrub: Callable[[str], str] = secret.scrub) -> None:
        self.folder = folder
        self.path = folder / "history.sqlite"
        self.media = MediaFolder(folder / "media")
        self.notices: deque[str] = deque(maxlen=20)
        self.scrub = scrub
        # The limit of spending, and when it was read: see `limits`.
        self.limit: tuple[float, object] | None = None
        self.limit_looked_at = -inf
        # Told of each conversation that changes in this process: notebook, name, turns.
        self.conversed: list[Callable[[str, str, Sequence[ChatTurn]], object]] = []
        # Values as they may be kept of what was masked; whoever makes a client knows how.
        self.placeholders: Callable[[Iterable[Any]], list[Any]] = list
        self._looked = 0.0
        self._begun = False
        # So that the first call that a kernel writes is looked at too.
        self._unchecked = CHECKED_EVERY
        self._prices: tuple[int, Prices] | None = None
        self.writer = Writer(self.path, SCHEMA, on_notice=self.notices.append)

    def __repr__(self) -> str:
        return f"<History {self.path}>"

    def add(self, call: CallRecord, after: After | None = None) -> CallColumns:
        """
        Have a call written; ``after`` is called with its id in the same transaction.

        Returns the row, whose ``id`` is known once it is written.
        """
        row = CallColumns(call, self.media, self.scrub, self._priced)
        self._say_first()
        self.writer.put(partial(self._insert, row, after), _size(call), prepare=row.prepare)
        return row

    def _insert(self, row: CallColumns, after: After | None, rows: sqlite3.Connection) -> None:
        """What is written of a call, on the writer's thread."""
        row.insert(rows)
        call = row.call
        if call.reserved:
            rows.execute("DELETE FROM reserved WHERE id = ?", [call.reserved])
        spending.add(rows, call)
        if after:
            after(rows, row.id)
        self._unchecked += 1
        gone = 0
        if self._unchecked >= CHECKED_EVERY:
            self._unchecked = 0
            gone = forgetting.keep_within(rows, self.media)
        if gone or index.is_due(row.id):
            self.writer.put(self._build)

    def _say_first(self) -> None:
        """Tell once, where there was no history before, what is kept from now on."""
        if not self._begun:
            self._begun = True
            if not self.path.exists():
                self.notices.append(tr(FIRST, path=self.path))
            self.writer.put(self._build)

    def prices(self) -> Prices:
        """The user's prices, read again when the file has changed. Raises `SettingsError`."""
        now = time.monotonic()
        if self._prices and now - self._looked < FRESH:
            return self._prices[1]
        self._looked = now
        try:
            changed = (self.folder / FILE).stat().st_mtime_ns
        except OSError:
            changed = 0
        if self._prices is None or self._prices[0] != changed:
            self._prices = (changed, Prices.read(self.folder))
        return self._prices[1]

    def _priced(self, call: CallRecord) -> None:
        """Say what a call has cost, where anybody knows."""
        if call.price or call.cached_from is not None:
            return
        try:
            prices = self.prices()
            if not prices.listed and not ((usage := call.usage) and usage.price):
                return
            found = prices.cost(call.response, model=call.lane)
        except SettingsError as error:
            if str(error) not in self.notices:
                self.notices.append(str(error))
            return
        if found:
            call.price, call.currency = f"{found.amount:f}", found.currency
            call.priced_by = found.source

    def search(self, wish: HistoryQuery) -> list[FoundCall]:
        """The calls of a wish. Blocking."""
        return self.read(lambda rows: search.find(rows, wish))

    def models(self, most: int) -> list[str]:
        """The models that were asked, the most asked first. Blocking."""
        query = (
            "SELECT lane FROM calls WHERE lane != '' GROUP BY lane ORDER BY count(*) DESC LIMIT ?"
        )
        return self.read(lambda rows: [str(row[0]) for row in rows.execute(query, [most])])

    def indexed(self) -> bool:
        """Whether searching is by the index, and not by reading everything. Blocking."""
        return self.read(index.ready)

    def chosen(self, wish: HistoryQuery) -> list[int]:
        """The ids of all calls of a wish without words. Blocking."""
        return self.read(lambda rows: search.chosen(rows, wish))

    def forget(self, ids: Sequence[int]) -> Forgotten:
        """
        Forget calls, except for those with a star, so that nothing of them can be read. Blocking.
        """
        found = Forgotten()
        for first in range(0, len(ids), forgetting.CHUNK):
            some = ids[first : first + forgetting.CHUNK]
            found += self.write(partial(forgetting.forget, ids=some, media=self.media))
        self._overwrite()
        return found

    def star(self, call_id: int, *, star: bool = True) -> bool:
        """Give a call a star, or take it away; False where there is no such call. Blocking."""
        put = "UPDATE calls SET star = ? WHERE id = ?"
        return self.write(lambda rows: rows.execute(put, [int(star), call_id]).rowcount > 0)

    def converse(self, notebook: str, name: str, turns: Sequence[ChatTurn]) -> None:
        """Have the turns of a conversation written, in the place of those there. Never blocks."""
        kept = tuple(turns)
        written = self._with_placeholders(kept)

        def change(rows: sqlite3.Connection) -> None:
            make_so(
                rows, notebook, name, written, lambda text: without_signatures(self.scrub(text))
            )

        self._say_first()
        # A picture is in its message, and in memory anyhow.
        self.writer.put(change, OVERHEAD)
        for hear in list(self.conversed):
            hear(notebook, name, kept)

    def _with_placeholders(self, turns: tuple[ChatTurn, ...]) -> tuple[ChatTurn, ...]:
        if not any(turn.masked for turn in turns):
            return turns
        # All of them, since later ones say again what earlier ones had.
        found = self.placeholders([turn.messages for turn in turns])
        pairs = zip(turns, found, strict=True)
        return tuple(replace(turn, messages=tuple(said)) for turn, said in pairs)

    def turns(self, notebook: str, name: str) -> list[ChatTurn]:
        """The turns of a conversation, empty where there is none. Blocking."""
        return self._if_there(lambda rows: kept_turns(rows, notebook, name))

    def conversations(self) -> list[KeptConversation]:
        """The conversations of all notebooks, the newest first. Blocking."""
        return self._if_there(conversations)

    def keep_prompt(self, file: str, version: str, text: str) -> None:
        """Have a text of a prompt file written, as its newest one. Never blocks."""
        kept = PromptVersion(version=version, at=time.time(), text=self.scrub(text))
        self._say_first()
        self.writer.put(partial(keep_version, file=file, kept=kept), OVERHEAD + 2 * len(text))

    def prompts(self, file: str) -> list[PromptVersion]:
        """The texts that a prompt file has had, the newest first. Blocking."""
        return self._if_there(lambda rows: versions(rows, file))

    def has_prompts(self) -> bool:
        """Whether any text of a prompt file is kept. Blocking."""
        return bool(self._if_there(lambda rows: [1] * min(1, count_versions(rows))))

    def forget_prompts(self, file: str = "") -> int:
        """Forget the texts of a prompt file, of all without one; returns how many. Blocking."""
        gone = self.write(partial(forget_versions, file=file))
        self._overwrite()
        return gone

    def _if_there(self, work: Callable[[sqlite3.Connection], list[T]]) -> list[T]:
        # Reading would make the file, of which the first call is to tell.
        return self.read(work) if self.path.exists() or self.writer.waiting else []

    def _overwrite(self) -> None:
        """Leave nothing of what was forgotten in the index, in free pages, or in old copies."""
        self.write(index.merge)
        self.writer.put(self._build)
        with database.opened(self.path, SCHEMA) as rows:
            # By `execute` it would free one page.
            rows.executescript("PRAGMA incremental_vacuum")
        for copy in self.folder.glob(f"{self.path.name}.v*"):
            copy.unlink(missing_ok=True)

    def _build(self, rows: sqlite3.Connection) -> None:
        """Build the index where that is due: on the writer's thread, some at a time."""
        if index.build(rows):
            self.writer.put(self._build)

    def find(self, asked: AskedCall, origins: Sequence[str]) -> CallRecord | None:
        """The newest whole answer to an equal question from one of ``origins``; None without."""
        marks = ", ".join("?" * len(origins))
        where = (
            f"WHERE key = ? AND origin IN ({marks}) AND ending = 'complete' AND error = '' "
            "AND cached_from IS NULL AND id > ? ORDER BY id DESC LIMIT 1"
        )

        def work(rows: sqlite3.Connection) -> list[CallRecord]:
            cleared = int(index.fact(rows, "cleared"))
            return read(rows, where, [asked.key, *origins, cleared], self.media)

        found = self._if_there(work)
        return found[0] if found else None

    def clear_cache(self) -> int:
        """Give none of what is kept by now again; returns how many answers that are. Blocking."""

        def work(rows: sqlite3.Connection) -> int:
            query = "SELECT count(*), coalesce(max(id), 0) FROM calls WHERE id > ?"
            before = int(index.fact(rows, "cleared"))
            count, last = rows.execute(query, [before]).fetchone()
            index.put_fact(rows, "cleared", str(max(before, last)))
            return int(count)

        return self.write(work)

    def last(self, notebook: str = "") -> CallRecord | None:
        """The newest answer of a chat that has words, rows of runs left out. Blocking."""
        where = (
            "WHERE resource = 'chat' AND run IS NULL AND said != '' AND (? = '' OR notebook = ?) "
            "ORDER BY id DESC LIMIT 1"
        )
        given = [notebook, notebook]
        found = self._if_there(lambda rows: read(rows, where, given, self.media))
        return found[0] if found else None

    def get(self, call_id: int) -> CallRecord | None:
        """The call of that id."""
        found = self.read(lambda rows: read(rows, "WHERE id = ?", [call_id], self.media))
        return found[0] if found else None

    def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run ``work`` in a transaction that only reads."""
        self.writer.catch_up()
        return database.read(self.path, SCHEMA, work)

    def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run ``work`` in a transaction at once, after what was queued. Blocking."""
        self.writer.catch_up()
        return database.write(self.path, SCHEMA, work)


def _size(call: CallRecord) -> int:
    if call.fold:
        sizes = EVENT * len(call.events)
    else:
        sizes = sum(len(event.text) for event in call.events if isinstance(event, TextDelta))
    size = OVERHEAD + 2 * len(call.question) + sizes
    if _HEAVY.keys().isdisjoint(map(type, call.events)):
        # Nearly all: a chat has hundreds of events, and the loop waits for this.
        return size
    heavy = [getattr(event, _HEAVY[type(event)]) for event in call.events if type(event) in _HEAVY]
    return size + sum(len(one if isinstance(one, bytes) else one.data) for one in heavy)


_opened: dict[Path, History] = {}
_opening = threading.Lock()


def opened(folder: Path, *, scrub: Callable[[str], str] = secret.scrub) -> History:
    """The history in a folder: one for the process, however many clients use it."""
    with _opening:
        if folder not in _opened:
            _opened[folder] = History(folder, scrub=scrub)
        return _opened[folder]


def _after_fork() -> None:
    global _opening
    _opening = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def is_first(notice: str) -> bool:
    """Whether a notice is the one that the first use of a history has."""
    return any(notice.startswith(said.partition("{path}")[0]) for said in (FIRST, tr(FIRST)))
