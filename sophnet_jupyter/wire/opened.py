"""A response whose head has come, with a deadline for the rest."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from contextlib import suppress
from typing import Any, Protocol, TypeVar

from ..errors import AnswerUnreadable, SophNetError, TimedOut
from ..language import tr
from ..time_limit import within
from .call import Origin, Reply
from .http.http import Answer
from .retry import retry_after

T = TypeVar("T")

MAX_BODY = 64 << 20
# Bytes of an answer that is only looked at, and seconds that its end may take.
SHORT, SOON = 1 << 16, 1.0


class Deadline:
    """
    The total time limit of one call: ``seconds`` from now, by the clock ``now``.

    The clock is one that nobody sets: `time.monotonic`.
    """

    def __init__(self, service: str, seconds: float, now: Callable[[], float]) -> None:
        self.now = now
        self.end = now() + seconds
        self._service = service
        self._seconds = seconds
        self._grown = False

    @property
    def left(self) -> float:
        """Seconds until the deadline, 0 once it has passed."""
        return max(0.0, self.end - self.now())

    def moved(self) -> None:
        """Something large is on its way: the limit begins anew with each piece of it."""
        self.end = self.now() + self._seconds
        self._grown = True

    def exceeded(self) -> TimedOut:
        """The error to raise after the deadline."""
        return TimedOut(service=self._service, limit="total", seconds=self._seconds)

    async def limit(self, work: Coroutine[Any, Any, T]) -> T:
        """Await something until the deadline at most. Raises `TimedOut`."""
        with suppress(TimeoutError):
            async with within(self.left, lambda: self.left if self._grown else 0.0):
                return await work
        raise self.exceeded()


class Look(Protocol):
    """What finds the first event of a stream: ``FirstEvent``."""

    data: bytes
    over: bool

    def feed(self, piece: bytes) -> None: ...
    def end(self) -> None: ...


class Opened:
    """A response with its head: close it, read it whole, or iterate its ``pieces``."""

    def __init__(
        self,
        answer: Answer,
        origin: Origin,
        deadline: Deadline,
        path: str = "",
        *,
        wall: Callable[[], float],
        ended: Callable[[bool], None] = lambda whole: None,
    ) -> None:
        # ``ended`` hears once whether the answer came whole; ``wall`` is the time of day, by which
        # a service may name the moment when to come back.
        self._answer = answer
        self._path = path
        self._ended = ended
        self._origin = origin
        self.deadline = deadline
        self.status = answer.status
        self.headers = answer.headers
        self.retry_after = retry_after(answer.headers, wall())
        """Seconds that the service asks to wait; None where it asks for nothing."""
        self.pieces: AsyncIterator[bytes] = answer.pieces

    async def whole(self, limit: int | None = None) -> Reply:
        """
        The rest of the answer as one value, up to ``limit`` bytes.

        Raises `TimedOut`, `ConnectionLost` or `AnswerUnreadable`.
        """
        return await self.deadline.limit(self._whole(limit))

    async def _whole(self, limit: int | None) -> Reply:
        body = bytearray()
        try:
            async for piece in self.pieces:
                body += piece
                self.check_size(body, limit)
            self._ended(True)
            return self.reply(bytes(body))
        except Exception as error:
            ours = self.translated(error)
        raise ours

    async def peek(self) -> bytes:
        """
        The body of a short answer, which can be read once more; nothing of one that does not come
        soon.
        """
        body = b""
        with suppress(SophNetError, TimeoutError):
            async with within(SOON):
                body = (await self.whole(SHORT)).body
        self.pieces = _once(body)
        return body

    async def beginning(self) -> Reply:
        """
        What the answer begins with, up to `SHORT` bytes; it is read once more with the rest.

        Raises as `whole` does.
        """
        return self.reply(await self.deadline.limit(self._beginning()))

    async def _beginning(self) -> bytes:
        body, rest = bytearray(), self.pieces
        try:
            async for piece in rest:
                body += piece
                if len(body) > SHORT:
                    self.pieces = _joined(bytes(body), rest)
                    return bytes(body)
        except Exception as error:
            ours = self.translated(error)
        else:
            self.pieces = _once(bytes(body))
            return bytes(body)
        raise ours

    async def first(self, look: Look) -> Reply | None:
        """
        What the first event of a stream holds, as ``look`` finds it, which is read once more with
        the rest; None where it holds no object, or what came is no text.

        Raises nothing of the network: whoever reads the pieces meets it there.
        """
        came, rest = bytearray(), self.pieces
        failure: Exception | None = None
        try:
            while not look.over and len(came) <= SHORT:
                if (piece := await anext(rest, None)) is None:
                    look.end()
                    break
                came += piece
                look.feed(piece)
        except Exception as error:
            failure = error
        self.pieces = _joined(bytes(came), rest, failure)
        return self.reply(look.data) if look.data else None

    def reply(self, body: bytes) -> Reply:
        """The head together with this body."""
        return Reply(
            status=self.status,
            headers=self.headers,
            body=body,
            retry_after=self.retry_after,
            scrub=self._origin.scrub,
            setting=self._origin.setting,
            key_setting=self._origin.key_setting,
            path=self._path,
        )

    def check_size(self, body: bytearray, limit: int | None = None) -> None:
        """Raise `AnswerUnreadable` for a body larger than the limit."""
        limit = limit or MAX_BODY
        if len(body) > limit:
            raise unreadable(
                self._origin, tr("an answer of more than {limit} MB", limit=limit >> 20)
            )

    def unreadable(self, what: str) -> AnswerUnreadable:
        """The error for an answer that turned out to be ``what``."""
        return unreadable(self._origin, what)

    def translated(self, error: Exception) -> SophNetError:
        """Our error for one that ``pieces`` has raised. Raises any that it cannot have."""
        return self._answer.translated(error)

    async def aclose(self) -> None:
        """Release its connection; one that was not read to its end is closed."""
        self._ended(False)
        await self._answer.aclose()

    def hand_over(self) -> None:
        """Let a background task read to the end for a short while: nothing that matters follows."""
        self._ended(True)
        self._answer.hand_over()


async def _once(body: bytes) -> AsyncGenerator[bytes, None]:
    yield body


async def _joined(
    body: bytes, rest: AsyncIterator[bytes], failure: Exception | None = None
) -> AsyncGenerator[bytes, None]:
    if body:
        yield body
    if failure:
        raise failure
    async for piece in rest:
        yield piece


def unreadable(origin: Origin, what: str) -> AnswerUnreadable:
    """The error for an answer of this origin that turned out to be ``what``."""
    return AnswerUnreadable(service=origin.service, what=what, setting=origin.setting)
