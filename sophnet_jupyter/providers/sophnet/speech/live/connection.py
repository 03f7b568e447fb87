"""
One websocket connection to the streaming recogniser: handshake and messages.

See docs/services/sophnet.md#live-speech.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from .....events import Transcript
from .....wire.call import Reply
from .....wire.websocket import Socket, Sockets
from ... import access
from ...messages import Message, MessageReader
from ...opening import connected, greeted
from .words import milliseconds, words

# The service's end of a session, or of the line under it; it gives no code of its own.
GOOD_BYE = frozenset({1000, 1005})
BYE = "BYE"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedSentence:
    """A sentence with times of its connection: ``end`` is None while the service gives none."""

    transcript: Transcript
    last_word: int | None = None

    @property
    def ends(self) -> int | None:
        """The end of its sound, by any field that gives it."""
        return self.transcript.end if self.transcript.end is not None else self.last_word


class SpeechConnection:
    """An open connection, after the service's ``ok``."""

    def __init__(self, socket: Socket, scrub: Callable[[str], str] = str) -> None:
        self.socket = socket
        self._scrub = scrub
        self.sandbox = access.is_sandbox(socket.headers)
        self.engine = access.engine(socket.headers)
        self._reader = MessageReader()
        self._more: deque[Message] = deque()

    @property
    def unreadable(self) -> int:
        """The number of messages that could not be read."""
        return self._reader.unreadable

    @classmethod
    async def open(
        cls, sockets: Sockets, path: str, query: Mapping[str, str], *, within: float
    ) -> SpeechConnection:
        """
        Open a connection and wait for ``ok``.

        Raises `LineRefused` where it is closed before that as a wrong key's is, `LineClosed` where
        the server went away, `TimedOut` where nothing comes, and what the upgrade was refused with.
        """
        socket = await connected(sockets, path, query, prove=_in_query)
        line = cls(socket, sockets.origin.scrub)
        await greeted(socket, line._come_to_ok(), within=within)
        return line

    async def _come_to_ok(self) -> None:
        while not _is_ok(await self._message()):
            pass

    async def hear(self) -> TimedSentence:
        """The next sentence, partial or final. Raises `LineClosed`, or the service's own error."""
        while True:
            message = await self._message()
            if isinstance(message.get("text"), str):
                return decode_sentence(message)

    async def _message(self) -> Message:
        """The next object."""
        while not self._more:
            self._more.extend(self._reader.feed(await self.socket.receive()))
        message = self._more.popleft()
        self._check(message)
        return message

    def _check(self, message: Message) -> None:
        if "text" not in message and not _is_ok(message) and access.says_error(message):
            body = msgspec.json.encode(message)
            reply = Reply(status=200, headers=self.socket.headers, body=body, scrub=self._scrub)
            raise access.parse_error(reply, message)


def decode_sentence(message: Mapping[str, Any]) -> TimedSentence:
    """Decode a sentence. A partial one repeats the whole sentence so far."""
    found = words(message.get("words"))
    transcript = Transcript(
        text=message["text"],
        final=str(message.get("is_sentence_end")).lower() == "true",
        begin=milliseconds(message.get("begin_time")) or 0,
        end=milliseconds(message.get("end_time")),
        words=found,
    )
    return TimedSentence(transcript=transcript, last_word=found[-1].end if found else None)


def _in_query(headers: dict[str, str]) -> Mapping[str, str]:
    """The key as a query parameter (docs/services/sophnet.md#identity)."""
    return {"apikey": headers.pop("authorization").removeprefix("Bearer ")}


def _is_ok(message: Mapping[str, Any]) -> bool:
    # A word at this endpoint, a number everywhere else.
    return str(message.get("status")).lower() in ("ok", "0")
