"""
One websocket connection of a voice chat: handshake and messages.

See docs/services/sophnet.md#voice-chat.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from ....errors import ServiceError
from ....files.lines import lines
from ....wire.call import Reply
from ....wire.websocket import Socket, Sockets
from ...lines import read
from .. import access
from ..opening import connected, greeted

Message = dict[str, Any]
# A table and an example of the document do not agree (docs/services/sophnet.md#voice-chat,
# row S48).
_ALIASES = {"chat.update": "chat.updated"}
_CREATED = "chat.created"


class VoiceChatConnection:
    """An open connection, after the service's ``chat.created``."""

    def __init__(self, socket: Socket, scrub: Callable[[str], str] = str) -> None:
        self.socket = socket
        self.sandbox = access.is_sandbox(socket.headers)
        self.unreadable = 0
        self.scrub = scrub
        # Some send several objects in one message.
        self._more: deque[Message] = deque()

    @classmethod
    async def open(
        cls, sockets: Sockets, path: str, query: Mapping[str, str], *, within: float
    ) -> VoiceChatConnection:
        """
        Open a connection and wait for ``chat.created``; nothing may be sent before it.

        Raises `ServiceError` with the service's reason, `LineRefused` where it is closed without
        one, `LineClosed` where the service went away, and `TimedOut` where nothing comes.
        """
        socket = await connected(sockets, path, query, prove=_in_query)
        line = cls(socket, sockets.origin.scrub)
        await greeted(socket, line._come_to_created(), within=within)
        return line

    async def receive(self) -> Message:
        """The next object. Raises `LineClosed`."""
        while not self._more:
            said = await self.socket.receive()
            if isinstance(said, bytes):
                continue
            found = _objects(said)
            self.unreadable += not found
            self._more.extend(found)
        message = self._more.popleft()
        if (kind := message.get("event_type")) in _ALIASES:
            message["event_type"] = _ALIASES[kind]
        return message

    async def tell(self, event: str, **facts: str) -> None:
        """Send an event. Raises `LineClosed`."""
        await self.socket.send(msgspec.json.encode({"event_type": event, **facts}).decode())

    def error(self, message: Message) -> ServiceError:
        """The exception for an error message of the service."""
        body = msgspec.json.encode(message)
        reply = Reply(status=200, headers=self.socket.headers, body=body, scrub=self.scrub)
        return access.parse_error(reply, message)

    async def _come_to_created(self) -> None:
        while True:
            message = await self.receive()
            if is_refusal(message):
                raise self.error(message)
            if message.get("event_type") == _CREATED:
                return


def is_refusal(message: Message) -> bool:
    """Whether a message is an error: an error event, or a reply whose status is not 0."""
    if message.get("event_type") == "error":
        return True
    if "event_type" in message:
        return str(message.get("status", 0)) not in ("0", "None")
    untyped = "text" not in message and "audioFrame" not in message
    return untyped and access.says_error(message)


def _in_query(headers: dict[str, str]) -> Mapping[str, str]:
    """The ``Authorization`` header as a query parameter (docs/services/sophnet.md#identity)."""
    return {"token": headers.pop("authorization")}


def _objects(text: str) -> list[Message]:
    if (whole := read(text)) is not None:
        return [whole]
    # Dressed as the lines of a stream, as in chat with voice.
    said = (line.strip().removeprefix("data:").strip() for line in lines(text))
    return [found for line in said if (found := read(line)) is not None]
