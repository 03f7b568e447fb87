"""The turns before a question of ``-c``, and its own behind them once it is answered."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from typing import Any

from IPython.core.error import UsageError

from ...history.turns import Asker, ChatTurn, messages, replaced
from ...language import tr
from ...prompt.file.filled import FilledPrompt
from ...response import Response
from ...views.safe.control_characters import plain
from ..line.near import did_you_mean
from ..session.session import KernelSession
from .request import closed


class SaidBefore:
    """
    What was said before a question.

    ``turns`` stay, ``gone`` is how many turns its answer replaces: that of its own cell, and those
    that followed. Nothing changes before there is an answer.
    """

    def __init__(
        self, session: KernelSession, name: str, turns: Sequence[ChatTurn], gone: int, asker: Asker
    ) -> None:
        self.messages: list[Any] = messages(turns)
        self.is_masked = any(turn.masked for turn in turns)
        # Whether the question is, so that the store gets no personal data of it.
        self.masked = self.is_masked
        self._session = session
        self._name = name
        self._turns = turns
        self._gone = gone
        self._asker = asker

    def tell(self) -> None:
        """Say which turns the answer takes away, beside that of its own cell."""
        if self._gone < 2:
            return
        own = len(self._turns) + 1
        last = own + self._gone - 1
        later = (
            tr("turn {last}", last=last)
            if last == own + 1
            else tr("turns {own} to {last}", own=own + 1, last=last)
        )
        which = tr("Turn {own} of conversation {name}", own=own, name=self._name)
        said = tr(
            "{which} is asked again: its answer replaces it, and drops {later} behind it.",
            which=which,
            later=later,
        )
        sys.stdout.write(plain(said) + "\n")

    def add(self, asked: Sequence[Mapping[str, Any]], response: Response) -> None:
        """Go on with a question and its answer; one without any words leaves all as it was."""
        answer = closed(response.messages)
        if self._name and answer:
            own = [*asked[len(self.messages) :], *answer]
            turn = _turn(own, response, self._asker, masked=self.masked)
            self._session.conversations.put(self._name, [*self._turns, turn])


def said_before(session: KernelSession, args: Namespace) -> SaidBefore:
    """The turns before the question of a line. Raises `UsageError`."""
    name, asker = args.conversation, session.asker()
    if args.last:
        from .last import last_turn

        return SaidBefore(session, "", (last_turn(session),), 0, asker)
    if name is None:
        if args.new:
            raise UsageError(tr("--new begins a conversation anew: name it with -c."))
        if args.origin:
            raise UsageError(tr("--from begins a conversation: name it with -c."))
        return SaidBefore(session, "", (), 0, asker)
    refuse_running(session, name)
    turns = session.conversations.turns(name)
    if args.origin:
        return SaidBefore(session, name, _forked(session, args, turns, asker), 0, asker)
    if args.new:
        return SaidBefore(session, name, (), 0, asker)
    place = replaced(turns, asker)
    if place is None:
        return SaidBefore(session, name, turns, 0, asker)
    return SaidBefore(session, name, turns[:place], len(turns) - place, asker)


def refuse_running(session: KernelSession, name: str) -> None:
    """Raise `UsageError` where a conversation waits for an answer."""
    if job := session.jobs.in_conversation(name):
        raise UsageError(
            tr(
                "Conversation {name} waits for the answer of cell [{cell}], which runs in the "
                "background.",
                name=name,
                cell=job.cell,
            )
        )


def turns_of(session: KernelSession, name: str) -> Sequence[ChatTurn]:
    """The turns of a conversation by name. Raises `UsageError` where there is none."""
    if turns := session.conversations.anywhere(name):
        return turns
    otherwise = tr("%sophnet chats lists them.")
    advice = did_you_mean(name, session.conversations, otherwise)
    raise UsageError(
        tr("There is no conversation {name!r:.60}. {advice}", name=name, advice=advice)
    )


def first_turns(turns: Sequence[ChatTurn], number: str, name: str) -> Sequence[ChatTurn]:
    """The first N turns. Raises `UsageError` for a number that is none of them."""
    digits = number.isascii() and number.isdecimal() and len(number) < 9
    if not digits or not 1 <= int(number) <= len(turns):
        several = tr("1 to {count}", count=len(turns)) if len(turns) > 1 else "1"
        raise UsageError(
            tr(
                "Conversation {name} has turn {several}, not {number!r:.20}.",
                name=name,
                several=several,
                number=number,
            )
        )
    return turns[: int(number)]


def in_order(history: Sequence[Any], own: FilledPrompt) -> FilledPrompt:
    """The turns of a prompt as they follow others: services take a system message first alone."""
    if not history:
        return own
    return FilledPrompt([one for one in own if one.get("role") != "system"], own.options)


def take(
    session: KernelSession,
    name: str,
    asked: Sequence[Mapping[str, Any]],
    response: Response,
    *,
    model: str,
) -> None:
    """Make a question with its answer a conversation, as far as it is not that one already."""
    refuse_running(session, name)
    turns, stay = session.conversations.turns(name), 0
    while stay < len(turns) and messages(turns[: stay + 1]) == list(
        asked[: len(messages(turns[: stay + 1]))]
    ):
        stay += 1
    own = [*asked[len(messages(turns[:stay])) :], *closed(response.messages)]
    turn = _turn(own, response, session.asker(), model=model)
    session.conversations.put(name, [*turns[:stay], turn])


def _forked(
    session: KernelSession, args: Namespace, there: Sequence[ChatTurn], asker: Asker
) -> Sequence[ChatTurn]:
    """The turns that ``--from`` begins with, or those there, where this cell's run began so."""
    name, own = args.conversation, [turn for turn in there if turn.asker.cell]
    if any(turn.asker == asker for turn in own):
        return there
    again = replaced(there, asker) is not None
    if there and not again and not args.new:
        raise UsageError(
            tr(
                "Conversation {name} is there already: leave out --from to go on with it, or "
                "begin it anew with --new.",
                name=name,
            )
        )
    other, _, number = args.origin.rpartition(":")
    if not other or session.conversations.anywhere(args.origin):
        return turns_of(session, args.origin)
    return first_turns(turns_of(session, other), number, other)


def _turn(
    said: Sequence[Mapping[str, Any]],
    response: Response,
    asker: Asker,
    *,
    model: str = "",
    masked: bool = False,
) -> ChatTurn:
    return ChatTurn(
        messages=tuple(said),
        asker=asker,
        model=response.model or model,
        sandbox=response.sandbox,
        ending=response.ending,
        masked=masked or bool(response.masked),
    )
