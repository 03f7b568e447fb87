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
from ...language import mark, tr
from ...settings import history_on
from ...views.safe.control_characters import plain
from .. import sheet
from ..chat.conversation import first_turns, refuse_running, turns_of
from ..line.near import did_you_mean
from ..session.conversations import NOT_KEPT, kept_form
from ..session.session import KernelSession
from .history import short

NONE = mark("No conversations here yet: %%sophchat -c NAME begins one.\n")
USAGE = mark(
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
            advice = did_you_mean(verb, acts, tr(USAGE))
            raise UsageError(tr("%sophnet chats has no such word. {advice}", advice=advice))
        if not more.strip():
            raise UsageError(
                tr("%sophnet chats {verb} wants the name of a conversation.", verb=verb)
            )
        return acts[verb](more.strip())

    def _list(self, *, everywhere: bool) -> None:
        found = self._chats.listed(everywhere=everywhere)
        if not found:
            sys.stdout.write(tr(NONE))
        else:
            head = [tr("conversation"), tr("turns"), tr("last"), tr("model"), tr("asked last")]
            rows = [[*head, *([tr("notebook")] if everywhere else [])]]
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
            raise UsageError(
                tr(
                    "Conversation {other} is there already: fork {name} as another name.",
                    other=other,
                    name=name,
                )
            )
        self._chats.put(other, turns)
        if column := self._session.kept.get(name):
            self._session.kept[other] = column
        said = tr(
            "{other} has {turns} of {name}: %%sophchat -c {other} goes on with it.",
            other=other,
            turns=_turns(len(turns)),
            name=name,
        )
        sys.stdout.write(plain(said) + "\n")

    def _undo(self, rest: str) -> None:
        name = self._own(rest)
        *turns, gone = self._chats.turns(name)
        self._chats.put(name, turns)
        left = tr("nothing is left of it")
        if turns:
            said = mark("{turns} stays") if len(turns) == 1 else mark("{turns} stay")
            left = tr(said, turns=_turns(len(turns)))
        said = tr(
            "Taken back from {name}: {question} ({left}).",
            name=name,
            question=short(gone.question),
            left=left,
        )
        sys.stdout.write(plain(said) + "\n")

    def _export(self, rest: str) -> list[Any] | None:
        name, _, file = rest.rpartition(" ")
        suffix = Path(_unquoted(file)).suffix.lower()
        if not name or (suffix not in ENDINGS and file != "messages"):
            raise UsageError(
                tr(
                    "%sophnet chats export NAME FILE: FILE ends with .md, .json or .ipynb; with "
                    "messages in its place it is the list to send."
                )
            )
        name = _unquoted(name)
        turns = kept_form(turns_of(self._session, name))
        if file == "messages":
            return [dict(one) for one in messages(turns)]
        path = written(name, turns, at_home(_unquoted(file)))
        sys.stdout.write(
            plain(tr("{turns} written to {path}.\n", turns=_turns(len(turns)), path=path))
        )
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
            tr(
                "{count:,} forgotten; %sophnet history has the single questions still.\n",
                count=len(found),
            )
        )

    def _own(self, rest: str) -> str:
        """The name of a conversation of this notebook. Raises `UsageError`."""
        name = _unquoted(rest)
        refuse_running(self._session, name)
        if not self._chats.turns(name):
            advice = did_you_mean(name, self._chats, tr("%sophnet chats lists them."))
            raise UsageError(
                tr(
                    "There is no conversation {name!r:.60} in this notebook. {advice}",
                    name=name,
                    advice=advice,
                )
            )
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
    model = tr("{model} (sandbox)", model=last.model) if last.sandbox else last.model
    return when, model, short(last.question)


def _turns(count: int) -> str:
    return tr("1 turn") if count == 1 else tr("{count} turns", count=count)


def _unquoted(word: str) -> str:
    return word.strip().strip("\"'")
