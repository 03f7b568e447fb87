"""A response that is a stream of events, from its head to its end mark."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Protocol

from ...errors import SophNetError
from ...time_limit import within
from ..call import Reply
from ..held import held
from ..opened import Opened
from .lines import LineTooLong
from .sse import SSE, SSEDecoder

# Once a finish reason has come, only usage and an end mark can follow, and may never.
END_WAIT = 2.0
# After the total limit, so many seconds for what is there without waiting, of which each piece has
# so many.
REST, AT_HAND = 1.0, 0.05


class Decoding(Protocol):
    """A decoder of bytes into events, as `SSEDecoder`."""

    def feed(self, chunk: bytes) -> list[SSE]: ...
    def finish(self) -> list[SSE]: ...


class Opening:
    """
    Opens a stream on entering, and closes it on leaving.

    A class, since a generator of `asynccontextmanager` would be one more that the collector may
    try to close in the wrong order, when it finds an answer that nobody has read to its end.
    """

    def __init__(self, send: Callable[[], Awaitable[Opened]]) -> None:
        self._send = send

    async def __aenter__(self) -> Stream:
        self._opened = await self._send()
        return Stream(self._opened)

    async def __aexit__(self, *_: object) -> None:
        await self._opened.aclose()


class Stream:
    """An answer that has begun: its head, and then either events or a whole body."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        # Until when an end mark is waited for, and after which ending that began.
        self._end = (0, 0.0)
        self.status = opened.status
        self.headers = opened.headers
        # The body of what turned out to hold no event at all; None once one has come.
        self.unread: bytearray | None = bytearray()
        # Set by the reader after each event: 0 while more is expected, else how often the answer
        # has said that it is over, so that one that goes on after all is waited for anew.
        self.ending = 0
        # True once the end mark came.
        self.done = False
        self._ended = False

    @property
    def ok(self) -> bool:
        """False for an error status. A good one may still carry no stream: see `unread`."""
        return 200 <= self.status < 300

    async def whole(self) -> Reply:
        """The body of a response that is no stream, or proved to be none."""
        if self.unread:
            return self.reply(bytes(self.unread))
        return await self._opened.whole()

    def reply(self, body: bytes = b"") -> Reply:
        """What is known of the answer as a whole: its head, and this body."""
        return self._opened.reply(body)

    def events(
        self,
        *,
        until: str,
        is_whole: Callable[[bytes], bool] | None = None,
        decoder: Decoding | None = None,
    ) -> AsyncGenerator[SSE, None]:
        """
        The events, up to but without the one whose data is ``until``.

        ``is_whole`` tells which data line is an event by itself, for services that leave out the
        blank lines; ``decoder`` reads the bytes of those that send no server-sent events at all.
        Takes any content type: some servers give none, or a wrong one.
        """
        return self._events(until, decoder or SSEDecoder(is_whole=is_whole))

    async def _events(self, until: str, decoder: Decoding) -> AsyncGenerator[SSE, None]:
        deadline = self._opened.deadline
        now, end = deadline.now, deadline.end
        try:
            more = True
            while more and not self.done:
                async for piece in self._opened.pieces:
                    events = decoder.feed(piece)
                    if self.unread is not None:
                        self._keep(piece, events)
                    for event in events:
                        if event.data == until:
                            self.done = True
                            break
                        yield event
                    if self.done or self.ending:
                        break
                    if now() > end:
                        async with held(self._at_hand(until, decoder)) as rest:
                            async for event in rest:
                                yield event
                        if not (self.done or self.ending or self._ended):
                            raise deadline.exceeded()
                        break
                # Said to be over, unless what still comes takes that back.
                more = bool(self.ending)
                while self.ending and not self.done:
                    if (last := await self._last_piece()) is None:
                        more = False
                        break
                    for event in self._before(until, decoder.feed(last)):
                        yield event
            if not self.done:
                for event in self._before(until, decoder.finish()):
                    self.unread = None
                    yield event
            if self.done:
                self._opened.hand_over()
            return
        except LineTooLong as error:
            ours: SophNetError = self._opened.unreadable(str(error))
        except Exception as error:
            ours = self._opened.translated(error)
        raise ours

    async def _at_hand(self, until: str, decoder: Decoding) -> AsyncGenerator[SSE, None]:
        """What had come when time was up: our own loop may have stood still until now."""
        loop = asyncio.get_running_loop()
        last = loop.time() + REST
        while not self.done and loop.time() < last:
            try:
                async with asyncio.timeout(AT_HAND):
                    piece = await anext(self._opened.pieces, None)
            except TimeoutError:
                return
            if piece is None:
                self._ended = True
                return
            for event in self._before(until, decoder.feed(piece)):
                self.unread = None
                yield event

    def _before(self, until: str, events: list[SSE]) -> list[SSE]:
        for place, event in enumerate(events):
            if event.data == until:
                self.done = True
                return events[:place]
        return events

    def _keep(self, piece: bytes, events: list[SSE]) -> None:
        assert self.unread is not None
        if events:
            self.unread = None
            return
        self.unread += piece
        self._opened.check_size(self.unread)

    async def _last_piece(self) -> bytes | None:
        """More of an answer that has all that was asked for: how its line ends is no matter."""
        if self._end[0] != self.ending:
            self._end = self.ending, asyncio.get_running_loop().time() + END_WAIT
        try:
            async with within(self._end[1] - asyncio.get_running_loop().time()):
                return await anext(self._opened.pieces, None)
        except Exception:
            return None
