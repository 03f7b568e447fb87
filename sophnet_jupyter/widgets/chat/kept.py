"""The conversations of ``-c`` in a panel: opened, gone on with, and kept for cells and kernels."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from ...errors import SettingsError
from ...files.database import refused
from ...history.history import History
from ...history.turns import Asker, ChatTurn, words
from ...language import tr
from ...response import Response
from ...settings import history_on, notebook_path
from ...views.answer import Context, bundle
from ..exchange.exchange import Exchange
from ..exchange.masked import with_placeholders

LONGEST_NAME = 60


class KeptConversations:
    """
    The conversations of the notebook in which a panel stands.

    ``hear`` is called where a cell has changed one. Reading blocks for some milliseconds.
    """

    def __init__(self, client: Any, hear: Callable[[str, Sequence[ChatTurn]], None]) -> None:
        self._client = client
        self._hear = hear
        self._store: History | None = None

    @property
    def home(self) -> str:
        """The notebook; where nobody says which that is, the folder."""
        shell: Any = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
        names = getattr(shell, "user_ns", {})
        return notebook_path() or str(names.get("__vsc_ipynb_file__") or "") or str(Path.cwd())

    def names(self) -> list[str]:
        """The names of this notebook's conversations, the newest first; none while it is off."""
        if not history_on():
            return []
        try:
            found = self._history.conversations()
        except (SettingsError, sqlite3.Error, OSError):
            return []
        home = self.home
        return [each.name for each in found if each.notebook == home]

    def exchanges(self, name: str) -> list[Exchange]:
        """A conversation as a panel shows it, empty where there is none. Raises `SettingsError`."""
        if not history_on():
            raise SettingsError(
                tr("The history is off, so that no conversation is kept: %sophnet history on.")
            )
        if not name.strip() or len(name) > LONGEST_NAME or any(map(str.isspace, name)):
            raise SettingsError(tr("A conversation is named by one word, such as trip."))
        try:
            return self.shown(self._history.turns(self.home, name))
        except (sqlite3.Error, OSError) as error:
            raise SettingsError(
                tr(
                    "Conversation {name} cannot be read: {refused}.",
                    name=name,
                    refused=refused(error),
                )
            ) from None

    def shown(self, turns: Iterable[ChatTurn]) -> list[Exchange]:
        """Turns as exchanges."""
        return [exchange_of(turn) for turn in turns]

    def put(self, name: str, exchanges: Iterable[Exchange]) -> None:
        """Keep what was said as the turns of a conversation. Never blocks."""
        turns = [turn for turn in map(turn_of, exchanges) if turn]
        self._history.converse(self.home, name, turns)

    def exported(self, text: str, exchanges: Iterable[Exchange]) -> str:
        """A text as a file may have it: with placeholders where a question was masked."""
        return with_placeholders(text) if any(one.masked for one in exchanges) else text

    def close(self) -> None:
        """Hear of no more changes."""
        if self._store and self._heard in self._store.conversed:
            self._store.conversed.remove(self._heard)

    @property
    def _history(self) -> History:
        if self._store is None:
            store: History | None = getattr(self._client, "history", None)
            if store is None:
                raise SettingsError(tr("That client keeps no history, and no conversations."))
            self._store = store
            store.conversed.append(self._heard)
        return self._store

    def _heard(self, notebook: str, name: str, turns: Sequence[ChatTurn]) -> None:
        if notebook == self.home:
            self._hear(name, turns)


def turn_of(exchange: Exchange) -> ChatTurn | None:
    """The turn that an exchange is; None while it has no answer."""
    if exchange.turn is None and exchange.settled and exchange.messages:
        response = exchange.response or Response()
        exchange.turn = ChatTurn(
            messages=tuple(exchange.messages),
            asker=Asker(),
            model=response.model,
            sandbox=response.sandbox,
            ending=response.ending,
            # An answer that failed says nothing of what was masked.
            masked=exchange.masked or bool(response.masked),
        )
    return exchange.turn


def exchange_of(turn: ChatTurn) -> Exchange:
    """A turn that was kept, as question and answer."""
    said = "\n\n".join(words(one) for one in turn.messages if one.get("role") == "assistant")
    response = Response(
        text=said,
        model=turn.model,
        ending=turn.ending,  # type: ignore[arg-type]
        sandbox=turn.sandbox,
    )
    exchange = Exchange(text=turn.question, response=response, settled=True, turn=turn)
    exchange.pieces["0"] = bundle(response, Context())["text/html"]
    return exchange
