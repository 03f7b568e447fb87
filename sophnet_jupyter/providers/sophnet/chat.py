"""SophNet chat completions: ``POST /v1/chat/completions`` (WIRE 1.3)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from typing import Any

import msgspec

from ...errors import AnswerIncomplete, AnswerUnreadable
from ...events import Event, Finished, Notice, Started
from ...response import Response, settle
from ...wire.call import Call, Reply
from ...wire.retry import ANSWER
from ...wire.wire import Stream, Wire
from .access import SERVICE, checked, is_sandbox, parse_error, request_id, says_error
from .chat_chunk import Decoder
from .chat_request import Prompt, request

PATH = "/v1/chat/completions"
DONE = "[DONE]"


class Chat:
    """Chat completions. One call, one answer; the caller keeps the conversation."""

    def __init__(self, wire: Wire, *, default_model: Callable[[], str]) -> None:
        self._wire = wire
        self._default_model = default_model

    async def create(
        self, prompt: Prompt, *, stream: bool = False, strict: bool = False, **options: Any
    ) -> Response:
        """
        Ask, and return the whole answer as one `Response`.

        ``stream=True`` changes the transport only: tokens come as they are made, which keeps a
        long answer from running into a gateway's time limit. The options are those of `stream`.

        Raises `SophNetError`; what had arrived by then is its ``response``. An answer that just
        stopped is returned with ``ending="incomplete"`` and a notice; ``strict=True`` raises
        `AnswerIncomplete` for it.
        """
        events = self._stream(prompt, options) if stream else self._whole(prompt, options)
        response = await settle(events)
        if strict and response.ending == "incomplete":
            error = AnswerIncomplete(service=SERVICE)
            error.response = response
            raise error
        return response

    async def stream(self, prompt: Prompt, **options: Any) -> AsyncGenerator[Event, None]:
        """
        Ask, and yield events as the answer arrives; the last one is `Finished`.

        The options are ``model``, ``system``, ``temperature`` (0 to 2), ``top_p`` (0 to 1),
        ``max_tokens``, ``stop`` (up to four strings), ``presence_penalty``, ``frequency_penalty``
        (-2 to 2), ``thinking`` (True or False), ``thinking_key`` and ``extra_body``; only what is
        given is sent. Closing the iterator early closes the connection, which is how SophNet
        learns that nobody is reading any more.

        Raises `SophNetError`.
        """
        async with aclosing(self._stream(prompt, options)) as events:
            async for event in events:
                yield event

    async def _stream(self, prompt: Prompt, options: dict[str, Any]) -> AsyncGenerator[Event, None]:
        async with self._wire.stream(self._call(prompt, options, stream=True)) as answer:
            if not answer.is_events:
                # An error, a gateway's page, or a server that ignores ``stream``.
                for event in whole(await answer.whole()):
                    yield event
                return
            async with aclosing(_events(answer)) as events:
                async for event in events:
                    yield event

    async def _whole(self, prompt: Prompt, options: dict[str, Any]) -> AsyncGenerator[Event, None]:
        reply = await self._wire.fetch(self._call(prompt, options, stream=False), retry=ANSWER)
        for event in whole(reply):
            yield event

    def _call(self, prompt: Prompt, options: dict[str, Any], *, stream: bool) -> Call:
        model = options.get("model") or self._default_model()
        body = request(prompt, **(options | {"model": model}))
        # Last, so that ``extra_body`` cannot make the reader and the server disagree.
        body["stream"] = stream
        return Call(method="POST", path=PATH, body=msgspec.json.encode(body))


async def _events(answer: Stream) -> AsyncGenerator[Event, None]:
    """What a stream says, and how it ended: ``[DONE]`` or a finish reason make it complete."""
    decoder, started, empty = Decoder(), False, True
    async with aclosing(answer.events(until=DONE, is_whole=_is_whole)) as stream:
        async for sse in stream:
            for chunk in chunks(sse.data or "", cut=not sse.complete):
                if sse.event == "error" or says_error(chunk):
                    reply = Reply(status=answer.status, headers=answer.headers, body=b"")
                    raise parse_error(reply, chunk if says_error(chunk) else {"error": chunk})
                if not started:
                    started = True
                    yield _started(answer.headers, chunk)
                for event in decoder.events(chunk, "delta"):
                    empty = False
                    yield event
            answer.ending = bool(decoder.reason)
    for event in _ending(decoder, done=answer.done, empty=empty):
        yield event


def whole(reply: Reply) -> list[Event]:
    """The events of an answer that came in one piece. Raises `ServiceError`."""
    body = checked(reply)
    if not isinstance(body.get("choices"), list):
        what = "JSON without any choices"
        raise AnswerUnreadable(service=SERVICE, what=what, quote=reply.text[:80])
    decoder = Decoder()
    events = [_started(reply.headers, body), *decoder.events(body, "message")]
    return [*events, *_ending(decoder, done=True, empty=len(events) == 1)]


def chunks(data: str, *, cut: bool) -> list[dict[str, Any]]:
    """
    The JSON objects in one event's data: one, or one a line where blank lines were left out.

    ``cut`` says that the stream ended inside this event, so that it may be half an object.
    """
    for texts in ([data], data.split("\n")):
        try:
            found = [msgspec.json.decode(text) for text in texts if text.strip() not in ("", DONE)]
        except msgspec.DecodeError:
            continue
        return [chunk for chunk in found if isinstance(chunk, dict)]
    if cut:
        return []
    raise AnswerUnreadable(service=SERVICE, what="an event that is not JSON", quote=data[:80])


def _is_whole(line: bytes) -> bool:
    # The published samples stand line under line, so a blank line between events is not certain.
    return (line[:1] == b"{" and line[-1:] == b"}") or line == b"[DONE]"


def _started(headers: Mapping[str, str], chunk: dict[str, Any]) -> Started:
    return Started(
        service=SERVICE,
        model=str(chunk.get("model") or ""),
        request_id=request_id(headers, chunk),
        sandbox=is_sandbox(headers),
    )


def _ending(decoder: Decoder, *, done: bool, empty: bool) -> list[Event]:
    if not (decoder.reason or done):
        said = "The stream ended without saying that it was finished: the answer may be cut."
        return [Notice(text=said), Finished(reason="incomplete", ending="incomplete")]
    notices: list[Event] = []
    if decoder.reason == "length":
        notices.append(Notice(text="Cut at the token limit: raise max_tokens for the rest."))
    elif empty:
        notices.append(Notice(text="The model finished without a word."))
    elif decoder.reason == "content_filter":
        notices.append(Notice(text="The service's content filter ended this answer."))
    return [*notices, Finished(reason=decoder.reason or "stop")]
