"""``%sophnet chats``: the conversations of ``-c``, listed, shown, forked and taken away."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from IPython.core.error import UsageError

from ...files.names import at_home
from ...history.exports.conversation import ENDINGS, title, transcript, written
from ...history.turns import ChatTurn, messages
from ...settings import history_on
from ...views.safe.control_characters import plain
from .. import sheet
from ..chat.conversation import first_turns, refuse_running, turns_of
from ..line.near import did_you_mean
from ..session.conversations import NOT_KEPT, kept_form
from ..session.session import KernelSession
from .history import short

NONE = "No conversations here yet: %%sophchat -c NAME begins one.\n"
USAGE = (
    "%sophnet chats lists them, --all those of other notebooks too; show NAME, "
    "fork NAME at N as OTHER, undo NAME, export NAME FILE, forget NAME."
)


class ChatCommands:
    """Looks into conversations, and changes them."""

    def __init__(self, session: KernelSession) -> None:
        self._session = session
        self._chats = session.conversations

    def chats(self, rest: str) -> list[Any] | None:
        """List the conversations, or act on one of them."""
        verb, _, more = rest.partition(" ")
        acts: dict[str, Callable[[str], list[Any] | None]] = {
            "show": self._show,
            "fork": self._fork,
            "undo": self._undo,
            "export": self._export,
            "forget": self._forget,
        }
        if verb in ("", "--all"):
            self._list(everywhere=bool(verb))
            return None
        if verb not in acts:
            advice = did_you_mean(verb, acts, USAGE)
            raise UsageError(f"%sophnet chats has no such word. {advice}")
        if not more.strip():
            raise UsageError(f"%sophnet chats {verb} wants the name of a conversation.")
        return acts[verb](more.strip())

    def _list(self, *, everywhere: bool) -> None:
        found = self._chats.listed(everywhere=everywhere)
        if not found:
            sys.stdout.write(NONE)
        else:
            head = ["conversation", "turns", "last", "model", "asked last"]
            rows = [[*head, *(["notebook"] if everywhere else [])]]
            for each in found:
                own = each.notebook == self._chats.home
                turns = self._chats.turns(each.name) if own else self._chats.elsewhere(each)
                where = [Path(each.notebook).name] if everywhere else []
                rows.append([each.name, str(each.turns), *last_of(turns), *where])
            sheet.lines(self._session.shell, rows)
        if not history_on():
            sys.stdout.write(f"{NOT_KEPT}\n")

    def _show(self, rest: str) -> None:
        name = _unquoted(rest)
        for number, turn in enumerate(turns_of(self._session, name), 1):
            sys.stdout.write(plain(f"{title(number, turn)}\n"))
            for who, text in transcript(turn):
                sys.stdout.write(plain(f"  {who}: {text}".replace("\n", "\n    ")) + "\n")

    def _fork(self, rest: str) -> None:
        rest, _, other = rest.partition(" as ")
        name, at, number = rest.rpartition(" at ")
        if not at:
            name, number = rest, ""
        name, other = _unquoted(name), _unquoted(other)
        turns = turns_of(self._session, name)
        turns = first_turns(turns, number.strip(), name) if number else turns
        other = other or self._free(name)
        if self._chats.turns(other):
            raise UsageError(f"Conversation {other} is there already: fork {name} as another name.")
        self._chats.put(other, turns)
        if column := self._session.kept.get(name):
            self._session.kept[other] = column
        said = f"{other} has {_turns(len(turns))} of {name}: %%sophchat -c {other} goes on with it."
        sys.stdout.write(plain(said) + "\n")

    def _undo(self, rest: str) -> None:
        name = self._own(rest)
        *turns, gone = self._chats.turns(name)
        self._chats.put(name, turns)
        left = (
            f"{_turns(len(turns))} {'stays' if len(turns) == 1 else 'stay'}"
            if turns
            else "nothing is left of it"
        )
        said = f"Taken back from {name}: {short(gone.question)} ({left})."
        sys.stdout.write(plain(said) + "\n")

    def _export(self, rest: str) -> list[Any] | None:
        name, _, file = rest.rpartition(" ")
        suffix = Path(_unquoted(file)).suffix.lower()
        if not name or (suffix not in ENDINGS and file != "messages"):
            raise UsageError(
                "%sophnet chats export NAME FILE: FILE ends with .md, .json or .ipynb; "
                "with messages in its place it is the list to send."
            )
        name = _unquoted(name)
        turns = kept_form(turns_of(self._session, name))
        if file == "messages":
            return [dict(one) for one in messages(turns)]
        path = written(name, turns, at_home(_unquoted(file)))
        sys.stdout.write(plain(f"{_turns(len(turns))} written to {path}.\n"))
        return None

    def _forget(self, rest: str) -> None:
        if rest == "--all":
            found = [each[:2] for each in self._chats.listed(everywhere=True)]
        else:
            found = [(self._chats.home, self._own(rest))]
        for _, name in found:
            refuse_running(self._session, name)
        self._chats.forget(found)
        sys.stdout.write(
            f"{len(found):,} forgotten; %sophnet history has the single questions still.\n"
        )

    def _own(self, rest: str) -> str:
        """The name of a conversation of this notebook. Raises `UsageError`."""
        name = _unquoted(rest)
        refuse_running(self._session, name)
        if not self._chats.turns(name):
            advice = did_you_mean(name, self._chats, "%sophnet chats lists them.")
            raise UsageError(f"There is no conversation {name!r:.60} in this notebook. {advice}")
        return name

    def _free(self, name: str) -> str:
        number = 2
        while self._chats.turns(f"{name}-{number}"):
            number += 1
        return f"{name}-{number}"


def last_of(turns: Sequence[ChatTurn]) -> tuple[str, str, str]:
    """When a conversation was last asked, which model, and what."""
    if not turns:
        return "", "", ""
    last = turns[-1]
    when = time.strftime("%m-%d %H:%M", time.localtime(last.at))
    model = f"{last.model} (sandbox)" if last.sandbox else last.model
    return when, model, short(last.question)


def _turns(count: int) -> str:
    return "1 turn" if count == 1 else f"{count} turns"


def _unquoted(word: str) -> str:
    return word.strip().strip("\"'")
