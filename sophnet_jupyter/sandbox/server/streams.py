"""Streaming response bodies, and bodies that are cut off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from ..switches.switches import Switches


class Cut(Exception):
    """Raised by a producer to close the connection in the middle of the body."""


class Stream(StreamingResponse):
    """Send what ``parts`` yields at once, and close ``parts`` however it ends."""

    def __init__(
        self,
        parts: AsyncGenerator[bytes, None],
        *,
        media_type: str = "text/event-stream",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(parts, media_type=media_type, headers=headers)
        self.parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start = {"type": "http.response.start", "status": self.status_code}
        await send({**start, "headers": self.raw_headers})
        try:
            async with aclosing(self.parts) as parts:
                async for part in parts:
                    await send({"type": "http.response.body", "body": part, "more_body": True})
        except Cut:
            # An answer that was not completed makes the server close the connection.
            return
        await send({"type": "http.response.body", "body": b"", "more_body": False})


class Pace:
    """Waits so that tokens come at a steady rate, however long each one took to send."""

    def __init__(self, switches: Switches) -> None:
        self._gap = 1 / switches.tokens_per_second if switches.tokens_per_second else 0.0
        self._due = asyncio.get_running_loop().time() + switches.first_token

    async def tokens(self, count: int = 1) -> None:
        """Wait until ``count`` more tokens would have been made."""
        # sleep(0) lets the loop see a hang-up even at full speed.
        await asyncio.sleep(max(0.0, self._due - asyncio.get_running_loop().time()))
        self._due += self._gap * count

    async def whole(self, count: int) -> None:
        """Wait as long as an answer of ``count`` tokens takes when nothing is streamed."""
        self._due += self._gap * count
        await self.tokens(0)


async def forever() -> None:
    """Wait until the client hangs up, which arrives as a cancellation."""
    await asyncio.Event().wait()
