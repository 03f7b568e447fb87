"""``POST /completion-messages``: one question, one answer (docs/services/dify.md#completion)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from typing import Any

from ...errors import AnswerUnreadable, ServiceError, SophNetError
from ...events import Event, Metadata, Notice, Progress, Started
from ...language import tr
from ...time_limit import within
from ...wire.call import Call, Reply, segment
from ...wire.held import held
from ...wire.retry import PAID_TASK, Retry
from ...wire.stream import stream as wire_stream
from ...wire.stream.sse import SSE
from ...wire.wire import Wire
from .. import arguments
from ..service_json import BROKEN, decode, decode_piece
from .access import (
    SERVICE,
    SETTING,
    checked,
    engine,
    is_sandbox,
    parse_error,
    says_error,
    unreadable,
)
from .chunk import CompletionDecoder

PATH = "/completion-messages"
# Dify sends none, and a gateway that adds one says with it that nothing follows.
DONE = "[DONE]"
# A run costs tokens, and one that timed out may go on: sent again only where it did not begin.
ONCE = PAID_TASK
NEVER = Retry(frozenset(), lost=False)
# An interrupted cell does not wait for this, it goes on behind it.
STOP_LIMIT = 1.0


class Completion:
    """Runs an app, and stops a run that nobody reads any more."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        # Runs that were called off here: what comes of them is half an answer.
        self._stopped: set[str] = set()
        self._telling: set[asyncio.Task[None]] = set()

    async def whole(self, body: Mapping[str, Any]) -> AsyncGenerator[Event, None]:
        """
        The answer in one piece; a proxy may time out on a long one.

        See docs/services/dify.md#completion, row D32.
        """
        reply = await self._wire.fetch(_call({**body, "response_mode": "blocking"}), retry=ONCE)
        for event in whole(reply):
            yield event

    async def stream(self, body: Mapping[str, Any]) -> AsyncGenerator[Event, None]:
        """The answer as it arrives. Leaving early closes the connection and stops the run."""
        call = _call({**body, "response_mode": "streaming"})
        async with self._wire.stream(call, retry=ONCE) as opened:
            reading = CompletionReader(opened.reply())
            if opened.ok:
                try:
                    async with held(_events(opened, reading.decoder)) as stream:
                        async for sse in stream:
                            for event in reading.events(sse):
                                yield event
                except ServiceError:
                    # The service itself has ended the run.
                    raise
                except (asyncio.CancelledError, GeneratorExit, SophNetError):
                    # Also where time is up or the line broke: nobody would read what it goes on to
                    # make.
                    self._call_off(reading.decoder, str(body.get("user") or ""))
                    raise
            no_stream = not opened.ok or opened.unread is not None
            reply = await opened.whole() if no_stream else None
            for event in whole(reply) if reply else reading.end(stopped=self._was_stopped(reading)):
                yield event

    def _was_stopped(self, reading: CompletionReader) -> bool:
        """Whether this run was stopped here; it is then forgotten."""
        known = reading.decoder.task_id in self._stopped
        self._stopped.discard(reading.decoder.task_id)
        return known

    async def stop(self, task_id: str, user: str) -> None:
        """Stop a run. Dify accepts any id (docs/services/dify.md#stop). Raises `SophNetError`."""
        call = Call(
            method="POST",
            path=f"{PATH}/{segment(task_id)}/stop",
            body=arguments.encoded({"user": user}),
        )
        # Before it is asked for: the stream may end sooner than Dify says yes.
        self._stopped.add(task_id)
        try:
            checked(await self._wire.fetch(call, retry=NEVER))
        except SophNetError:
            self._stopped.discard(task_id)
            raise

    async def aclose(self) -> None:
        """Wait for stop requests in flight, each at most `STOP_LIMIT` seconds."""
        here = asyncio.get_running_loop()
        if telling := [task for task in self._telling if task.get_loop() is here]:
            await asyncio.wait(telling)

    def _call_off(self, decoder: CompletionDecoder, user: str) -> None:
        if decoder.ended or not decoder.task_id:
            return
        # Dify goes on making an answer when its reader hangs up.
        with suppress(RuntimeError):  # no loop runs any more: the hang-up has to do
            task = asyncio.get_running_loop().create_task(self._tell(decoder.task_id, user))
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)

    async def _tell(self, task_id: str, user: str) -> None:
        with suppress(SophNetError, TimeoutError):
            async with within(STOP_LIMIT):
                await self.stop(task_id, user)
        # Its reader is gone.
        self._stopped.discard(task_id)


class CompletionReader:
    """Decodes a stream; ``reply`` is its head."""

    def __init__(self, reply: Reply) -> None:
        self.decoder = CompletionDecoder()
        self._reply = reply
        self._started = self._named = False

    def events(self, sse: SSE) -> list[Event]:
        """
        The events of one frame. Raises `ServiceError`, or `AnswerUnreadable` if it is not JSON.
        """
        found: list[Event] = []
        try:
            for chunk in self._chunks(sse):
                found += self._said(chunk, sse.event)
        except (ServiceError, AnswerUnreadable) as error:
            if not self.decoder.ended:
                raise
            # The text is whole: what fails behind it is the sound.
            found.append(Notice(text=tr("What follows the answer failed: {error}", error=error)))
        return found

    def end(self, *, stopped: bool) -> list[Event]:
        """The last events, once the stream has ended."""
        return [*self._begin(), *_told(self.decoder), *self.decoder.end(stopped=stopped)]

    def _chunks(self, sse: SSE) -> list[dict[str, Any]]:
        if sse.event == "error":
            raise parse_error(self._reply, _error(sse.data or ""))
        return chunks(self._reply, sse.data or "", cut=not sse.complete)

    def _said(self, chunk: Mapping[str, Any], name: str) -> list[Event]:
        if says_error(chunk):
            raise parse_error(self._reply, chunk)
        said = self.decoder.events(chunk, name)
        # Events that nobody knows may come before the first that names its message, and without
        # that no feedback can be given.
        began = self._begin() if said or self.decoder.message_id else []
        if self.decoder.task_id and not self._named:
            self._named = True
            # What `stop` takes, for whoever wants to call a run off from elsewhere.
            began.append(Progress(state="running", task_id=self.decoder.task_id))
        return [*began, *said]

    def _begin(self) -> list[Event]:
        if self._started:
            return []
        self._started = True
        return [_started(self._reply, self.decoder)]


def whole(reply: Reply) -> list[Event]:
    """The events of an answer that came in one piece. Raises `ServiceError`."""
    body = checked(reply)
    if not isinstance(body.get("answer"), str):
        raise unreadable(reply, tr("JSON without any answer"))
    decoder = CompletionDecoder()
    said = decoder.whole(body)
    return [_started(reply, decoder), *said, *_told(decoder), *decoder.end()]


def _told(decoder: CompletionDecoder) -> list[Event]:
    """What Dify says of an answer, whole: events of their own have only a part of it."""
    return [Metadata(values=decoder.metadata)] if decoder.metadata else []


def chunks(reply: Reply, data: str, *, cut: bool) -> list[dict[str, Any]]:
    """
    The JSON objects in one frame: one, or one a line where blank lines were left out.

    ``cut`` says that the stream ended inside this frame, so that it may be half an object.
    """
    lines = [line for line in data.split("\n") if line.strip() not in ("", DONE)]
    for pieces in ([data], lines):
        with suppress(*BROKEN):
            found = [decode_piece(piece) for piece in pieces]
            if all(isinstance(chunk, dict) for chunk in found):
                return found
    if cut or not lines:
        return []
    what = tr("an event that is not a JSON object")
    raise AnswerUnreadable(
        service=SERVICE,
        what=what,
        quote=reply.scrub(data)[:80],
        setting=reply.setting or SETTING,
    )


async def _events(
    opened: wire_stream.Stream, decoder: CompletionDecoder
) -> AsyncGenerator[SSE, None]:
    """
    All frames until the body ends: sound may follow ``message_end``.

    Dify itself gives up on late sound after five seconds, so that behind ``message_end`` silence
    and accidents end a complete answer after six. A ping does not break the silence.
    """
    now = asyncio.get_running_loop().time
    until: float | None = None
    async with held(opened.events(until=DONE, is_whole=_is_whole)) as stream:
        while True:
            if not decoder.ended or decoder.speaking:
                until = None
            elif until is None:
                until = now() + 3 * wire_stream.END_WAIT
            try:
                async with within(None if until is None else until - now()):
                    sse = await anext(stream, None)
            except (SophNetError, TimeoutError):
                if decoder.ended:
                    return
                raise
            if sse is None:
                return
            yield sse


def _call(body: Mapping[str, Any]) -> Call:
    # An app has one model, or several: the limit is the app's, and the key tells apps apart.
    return Call(method="POST", path=PATH, body=arguments.encoded(body), lane="app")


def _started(reply: Reply, decoder: CompletionDecoder) -> Started:
    return Started(
        service=SERVICE,
        request_id=reply.scrub(decoder.message_id or reply.headers.get("x-request-id", "")),
        sandbox=is_sandbox(reply.headers),
        engine=engine(reply.headers),
        created=decoder.created,
    )


def _error(data: str) -> dict[str, Any]:
    """The data of an error frame as an error body."""
    try:
        said = decode(data)
    except BROKEN:
        said = data
    return said if isinstance(said, dict) else {"message": str(said)}


def _is_whole(line: bytes) -> bool:
    return line[:1] == b"{" and line[-1:] == b"}"
