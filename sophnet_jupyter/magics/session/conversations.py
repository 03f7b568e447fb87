"""The conversations of a notebook, by name: in this kernel, and in the history for later ones."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ...kernel.output import nobody_watches
from ...language import mark, tr
from ...settings import data_folder, history_on

# Imported with the first conversation.
if TYPE_CHECKING:
    from ...history.history import History
    from ...history.turns import ChatTurn, KeptConversation

NOT_KEPT = mark(
    "Conversations are in this kernel's memory alone, since the history is off: "
    "%sophnet history on keeps them."
)
# Seconds for which a cell may wait at its end until its turn is in the file; a few ms is usual.
SETTLED = 0.5


def kept_form(turns: Sequence[ChatTurn]) -> Sequence[ChatTurn]:
    """Turns as files may have them: with placeholders, where their questions were masked."""
    if not any(turn.masked for turn in turns):
        return turns
    from ...client.site.masks import masked_alike

    found = masked_alike([turn.messages for turn in turns])
    return [replace(turn, messages=tuple(said)) for turn, said in zip(turns, found, strict=True)]


class Conversations:
    """
    The turns of each conversation of -c. Those of a notebook are its own.

    What this kernel knows goes before what is in the store, which is read once for a name and
    written without waiting. With the history off, and in a run that nobody watches, which is to
    be the same each time, nothing is read or written. ``notebook`` says where the notebook is,
    and ``tell`` is called with what the user is to know.
    """

    def __init__(self, notebook: Callable[[], str], tell: Callable[[str], object]) -> None:
        self._notebook = notebook
        self._tell = tell
        self._home = ""
        self._known: dict[str, tuple[ChatTurn, ...]] = {}
        # In this kernel alone: what the store may have by these names was not seen.
        self._alone: set[str] = set()
        self._unsettled = False
        self._said = False

    @property
    def home(self) -> str:
        """The notebook; where nobody says which that is, the folder in which the kernel began."""
        self._home = self._home or self._notebook() or str(Path.cwd())
        return self._home

    @property
    def kept(self) -> bool:
        """Whether later kernels will know them."""
        return history_on() and not nobody_watches()

    @property
    def store(self) -> History:
        """The history that keeps them."""
        from ...history.history import opened

        store = opened(data_folder())
        if self._hear not in store.conversed:
            store.conversed.append(self._hear)
        return store

    def __iter__(self) -> Iterator[str]:
        """The names of this notebook's conversations, the newest first."""
        return iter([each.name for each in self.listed()])

    def listed(self, *, everywhere: bool = False) -> list[KeptConversation]:
        """The conversations of this notebook or of all, the newest first."""
        from ...history.turns import KeptConversation

        found = [
            KeptConversation(self.home, name, len(turns), turns[-1].at)
            for name, turns in self._known.items()
            if turns
        ]
        for each in self._stored():
            own = each.notebook == self.home
            if (everywhere or own) and not (own and each.name in self._known):
                found.append(each)
        return sorted(found, key=lambda each: -each.at)

    def turns(self, name: str) -> tuple[ChatTurn, ...]:
        """The turns of a conversation of this notebook, empty where there is none."""
        if name in self._alone and self.kept:
            self._join(name)
        if name not in self._known:
            self._known[name] = self._read(name)
        return self._known[name]

    def anywhere(self, name: str) -> tuple[ChatTurn, ...]:
        """The same, and where this notebook has none, the newest of that name elsewhere."""
        if found := self.turns(name):
            return found
        for each in self._stored():
            if each.name == name and each.notebook != self.home:
                return self.elsewhere(each)
        return ()

    def elsewhere(self, listed: KeptConversation) -> tuple[ChatTurn, ...]:
        """The turns of a conversation of another notebook; empty where they cannot be read."""
        try:
            return tuple(self.store.turns(listed.notebook, listed.name))
        except (sqlite3.Error, OSError) as error:
            self._tell(
                tr("Conversation {name} cannot be read: {error}.", name=listed.name, error=error)
            )
            return ()

    def put(self, name: str, turns: Sequence[ChatTurn]) -> None:
        """Let these be the turns of a conversation; none ends it."""
        # What is there by that name is read first, so that only what was seen is replaced.
        if name not in self._known:
            self.turns(name)
        self._known[name] = tuple(turns)
        if self.kept and name not in self._alone:
            self.store.converse(self.home, name, kept_form(turns))
            self._unsettled = True
        if not history_on() and not self._said:
            self._said = True
            self._tell(NOT_KEPT)

    def settle(self) -> None:
        """See that what was put is in the file, so that a kernel may be killed after its cell."""
        if self._unsettled and self.kept and self.store.writer.waiting:
            self.store.writer.flush(SETTLED)
        self._unsettled = False

    def forget(self, names: Sequence[tuple[str, str]]) -> None:
        """Forget conversations, by notebook and name, so that nothing of them can be read."""
        for notebook, name in names:
            if notebook == self.home:
                self._known[name] = ()
            if self.kept:
                self.store.converse(notebook, name, ())
        if self.kept:
            self.store.forget([])

    def _hear(self, notebook: str, name: str, turns: Sequence[ChatTurn]) -> None:
        """Know what a panel has added to a conversation that this kernel knows."""
        if notebook == self._home and name in self._known and name not in self._alone:
            self._known[name] = tuple(turns)

    def _read(self, name: str) -> tuple[ChatTurn, ...]:
        if not self.kept:
            self._alone.add(name)
            return ()
        try:
            return tuple(self.store.turns(self.home, name))
        except (sqlite3.Error, OSError) as error:
            self._alone.add(name)
            self._tell(
                tr(
                    "What was said before in conversation {name} cannot be read: {error}. It "
                    "begins anew, in this kernel's memory.",
                    name=name,
                    error=error,
                )
            )
            return ()

    def _join(self, name: str) -> None:
        """Keep a conversation of this kernel's memory from now on, if the store has none so."""
        with suppress(sqlite3.Error, OSError):
            if not self._known.get(name):
                self._known.pop(name, None)
            elif self.store.turns(self.home, name):
                return
            self._alone.discard(name)

    def _stored(self) -> list[KeptConversation]:
        if not self.kept:
            return []
        try:
            return self.store.conversations()
        except (sqlite3.Error, OSError):
            return []
