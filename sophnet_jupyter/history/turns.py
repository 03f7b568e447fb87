"""
Conversations as they are kept: the turns of each, by notebook and name.

A turn is one question with its answer, as the messages that are sent with the next one. It is kept
whole or not at all, so that what is left after any cut can be sent.
"""

from __future__ import annotations

import sqlite3
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

from ..language import tr

Message = Mapping[str, Any]

_COLUMNS = "id, at, model, sandbox, ending, notebook, cell, execution, messages"


class Asker(NamedTuple):
    """Who asks: the notebook, its cell, and which run of the cell; empty where not known."""

    notebook: str = ""
    cell: str = ""
    execution: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatTurn:
    """
    One question and its answer; ``at`` is in seconds since the epoch.

    One that is ``masked`` goes into stores and files with placeholders alone.
    """

    messages: tuple[Message, ...]
    asker: Asker = field(default_factory=Asker)
    model: str = ""
    sandbox: bool = False
    ending: str = "complete"
    at: float = field(default_factory=time.time)
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    masked: bool = False

    @property
    def question(self) -> str:
        """The words of its last question; a picture is ``[picture]``."""
        asked = [one for one in self.messages if one.get("role") == "user"]
        return words(asked[-1]) if asked else ""


class KeptConversation(NamedTuple):
    """A conversation in a list; ``at`` is when its last turn was asked."""

    notebook: str
    name: str
    turns: int
    at: float


def words(message: Message) -> str:
    """What a message says: its text, a mark for each picture, and the calls of tools."""
    content = message.get("content") or ""
    if isinstance(content, str):
        said = [content]
    else:
        said = [part.get("text") or "[picture]" for part in content if isinstance(part, Mapping)]
    for call in message.get("tool_calls") or ():
        function = call.get("function") or {}
        said.append(f"→ {function.get('name', '')}({function.get('arguments', '')})")
    return "\n".join(filter(None, said))


def messages(turns: Sequence[ChatTurn]) -> list[Message]:
    """All messages of the turns, in order."""
    return [message for turn in turns for message in turn.messages]


def replaced(turns: Sequence[ChatTurn], asker: Asker) -> int | None:
    """
    The place of the turn that a cell has asked before and asks again now; None without one.

    Turns of the same run of the cell follow each other, and who has no cell replaces nothing.
    """
    if not asker.cell:
        return None
    for place, turn in enumerate(turns):
        theirs = turn.asker
        if theirs[:2] == asker[:2] and theirs.execution != asker.execution:
            return place
    return None


def make_so(
    rows: sqlite3.Connection,
    notebook: str,
    name: str,
    turns: Sequence[ChatTurn],
    scrub: Callable[[str], str],
) -> None:
    """
    Have the store hold these turns, and no others, as that conversation.

    What it has of them already is left as it is. None is the end of the conversation.
    """
    key = [notebook, name]
    found = rows.execute(
        "SELECT number, id FROM turns WHERE conversation_of = ? AND name = ? ORDER BY number", key
    )
    # With their numbers, of which one may lack where somebody else has written.
    had, wanted = list(found), [(number, turn.id) for number, turn in enumerate(turns)]
    same = 0
    while same < min(len(had), len(wanted)) and had[same] == wanted[same]:
        same += 1
    rows.execute(
        "DELETE FROM turns WHERE conversation_of = ? AND name = ? AND number >= ?", [*key, same]
    )
    marks = ", ".join("?" * 12)
    for number, turn in enumerate(turns[same:], same):
        said = scrub(msgspec.json.encode(turn.messages, enc_hook=str).decode())
        facts = (turn.id, turn.at, turn.model, turn.sandbox, turn.ending, *turn.asker, said)
        put = f"INSERT INTO turns (conversation_of, name, number, {_COLUMNS}) VALUES ({marks})"  # noqa: S608
        rows.execute(put, [*key, number, *facts])


def kept_turns(rows: sqlite3.Connection, notebook: str, name: str) -> list[ChatTurn]:
    """The turns of a conversation, empty where there is none. Raises `sqlite3.Error`."""
    found = rows.execute(
        f"SELECT {_COLUMNS} FROM turns WHERE conversation_of = ? AND name = ? ORDER BY number",  # noqa: S608
        [notebook, name],
    )
    return [_turn(*row) for row in found]


def _turn(
    turn_id: str,
    at: float,
    model: str,
    sandbox: int,
    ending: str,
    notebook: str,
    cell: str,
    execution: str,
    said: str,
) -> ChatTurn:
    try:
        read = msgspec.json.decode(said, type=list[dict[str, Any]])
    except msgspec.MsgspecError:
        raise sqlite3.DataError(tr("a turn of it is broken")) from None
    return ChatTurn(
        messages=tuple(read),
        asker=Asker(notebook, cell, execution),
        model=model,
        sandbox=bool(sandbox),
        ending=ending,
        at=at,
        id=turn_id,
    )


def conversations(rows: sqlite3.Connection) -> list[KeptConversation]:
    """All conversations, the newest first."""
    found = rows.execute(
        "SELECT conversation_of, name, count(*), max(at) FROM turns "
        "GROUP BY conversation_of, name ORDER BY max(at) DESC"
    )
    return [KeptConversation(*row) for row in found]
