"""
One websocket connection of a voice chat: handshake and messages.

See docs/services/sophnet.md#voice-chat.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping

import msgspec

from ....errors import ServiceError
from ....wire.call import Reply
from ....wire.websocket import Socket, Sockets
from .. import access
from ..messages import Message, MessageReader
from ..opening import connected, greeted

# A table and an example of the document do not agree (docs/services/sophnet.md#voice-chat,
# row S48).
_ALIASES = {"chat.update": "chat.updated"}
_CREATED = "chat.created"


class VoiceChatConnection:
    """An open connection, after the service's ``chat.created``."""

    def __init__(self, socket: Socket, scrub: Callable[[str], str] = str) -> None:
        self.socket = socket
        self.sandbox = access.is_sandbox(socket.headers)
        self.engine = access.engine(socket.headers)
        self.scrub = scrub
        self._reader = MessageReader()
        self._more: deque[Message] = deque()

    @property
    def unreadable(self) -> int:
        """The number of messages that could not be read."""
        return self._reader.unreadable

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
            self._more.extend(self._reader.feed(await self.socket.receive()))
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
