"""SophNet chat completions: ``POST /v1/chat/completions`` (WIRE 1.3)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from ....errors import AnswerIncomplete, AnswerUnreadable, SettingsError
from ....events import Event, Finished, Notice, Reference, Started, TextDelta
from ....response import Response, settle
from ....wire.call import Call, Reply
from ....wire.retry import ANSWER
from ....wire.stream.sse import SSE
from ....wire.stream.stream import held
from ....wire.wire import Wire
from ...arguments import encoded
from ..access import SERVICE, checked, is_sandbox, parse_error, request_id, says_error
from .chunk import Cite, Decoder, as_it_is, plain_text
from .question import Ask, Body, Question, answer, question
from .request import Prompt

if TYPE_CHECKING:
    from ....wire.files.download import Downloader

PATH = "/v1/chat/completions"
DONE = "[DONE]"
# Finish reasons of an answer that did not get to its end. The first is DeepSeek's documented one.
GAVE_UP = {"insufficient_system_resource", "error", "abort"}


class Chat:
    """Chat completions. One call, one answer; the caller keeps the conversation."""

    def __init__(
        self,
        wire: Wire,
        *,
        default_model: Callable[[], str],
        downloads: Downloader | None = None,
        voice_id: str = "",
    ) -> None:
        self._wire = wire
        self._default_model = default_model
        self._downloads = downloads
        self._voice_id = voice_id

    async def create(
        self, prompt: Prompt, *, stream: bool = False, strict: bool = False, **options: Any
    ) -> Response:
        """
        Ask, and return the whole answer as one `Response`.

        ``stream=True`` changes the transport only: tokens come as they are made, which keeps a
        long answer from running into a gateway's time limit. The options are those of `stream`.

        Raises `SophNetError`; what had arrived by then is its ``response``. An answer that just
        stopped is returned with ``ending="incomplete"`` and a notice; ``strict=True`` raises
        `AnswerIncomplete` for it. One that has not the form of ``schema`` raises `AnswerInvalid`.
        """
        response = await settle(self._events(prompt, options, stream=stream))
        if strict and response.ending == "incomplete":
            error = AnswerIncomplete(service=SERVICE)
            error.response = response
            raise error
        return response

    def stream(self, prompt: Prompt, **options: Any) -> AsyncGenerator[Event, None]:
        """
        Ask, and yield events as the answer arrives; the last one is `Finished`.

        Only what is given is sent. The parameters of the model are those of
        `chat.request.request`: ``model``, ``system``, ``temperature`` (0 to 2), ``top_p`` (0 to
        1), ``max_tokens``, ``stop`` (up to four strings), ``thinking`` (True or False), ``seed``,
        ``top_logprobs``, ``extra_body`` and so on. Besides these:

        * ``images``: one or several paths, addresses, bytes, arrays, figures, PIL images or
          responses; ``detail`` and ``max_side`` are those of `pictures.attach.attach`
        * ``tools``: functions or JSON schemas; ``tool_choice``: a word, a name or a function.
          With ``run_tools=True``, and only then, the functions are run and the model is asked
          again, up to ``max_rounds`` (8) requests; each has ``tool_timeout`` (60) seconds
        * ``schema``: a class or a JSON schema that the answer must fit; ``json_mode=True``: any
          JSON. `Response.parsed` holds the value. ``repair=1`` lets the model correct it once
        * ``voice``: a name, True, or a dict of the arguments of `voice.request.sounding`: the
          answer is said as well, as `AudioChunk` between and after its words

        Closing the iterator early closes the connection, which is how SophNet learns that nobody
        is reading any more.

        Raises `SophNetError`.
        """
        return self._events(prompt, options, stream=True)

    def request(self, prompt: Prompt, *, stream: bool = False, **options: Any) -> Body:
        """
        The JSON that `create`, or with ``stream`` `stream`, would send first; nothing is sent.

        Takes their options. Its repr is to be read: long data is shortened, keys are hidden.
        Raises `SettingsError`.
        """
        asked = self._question(prompt, options).body
        body = self._said(asked, options) or _sent(asked, stream=stream)
        body.scrub = self._wire.origin.scrub
        return body

    async def fetch(self, reference: Reference) -> str | bytes:
        """
        What a source of an answer says: text where it is one, else the bytes of the file.

        The key goes to the configured origin only; a page of the web is fetched without it.
        Raises `SophNetError`.
        """
        from .. import references

        if self._downloads is None:
            raise SettingsError("This chat was made without a way to fetch: use client.chat.")
        return await references.fetch(self._wire, self._downloads, reference)

    def _events(
        self, prompt: Prompt, options: dict[str, Any], *, stream: bool
    ) -> AsyncGenerator[Event, None]:
        # Each generator that events pass through costs every token a microsecond or two, so that
        # only questions that need one more have it.
        if options.get("images") is None:
            return self._answered(self._question(prompt, options), options, stream=stream)
        return self._with_pictures(prompt, options, stream=stream)

    async def _with_pictures(
        self, prompt: Prompt, options: dict[str, Any], *, stream: bool
    ) -> AsyncGenerator[Event, None]:
        # They are read and encoded, which takes its time.
        asked = await asyncio.to_thread(self._question, prompt, options)
        async with held(self._answered(asked, options, stream=stream)) as events:
            async for event in events:
                yield event

    def _answered(
        self, asked: Question, options: dict[str, Any], *, stream: bool
    ) -> AsyncGenerator[Event, None]:
        ask: Ask = self._stream if stream else self._whole
        if options.get("voice"):
            from . import voiced

            said = voiced.speech(options["voice"], self._voice_id)
            ask = partial(voiced.stream, self._wire, said=said)
        return answer(asked, ask, scrub=self._wire.origin.scrub)

    def _question(self, prompt: Prompt, options: dict[str, Any]) -> Question:
        model = options.get("model") or self._default_model()
        asked = {name: value for name, value in options.items() if name != "voice"}
        return question(prompt, **(asked | {"model": model}))

    def _said(self, asked: Body, options: dict[str, Any]) -> Body | None:
        """The request of an answer that is to be said as well."""
        if not options.get("voice"):
            return None
        from . import voiced

        return voiced.request(asked, voiced.speech(options["voice"], self._voice_id))

    async def _stream(self, body: Body) -> AsyncGenerator[Event, None]:
        async with self._wire.stream(_call(_sent(body, stream=True))) as opened:
            reading = Reading(opened.reply(), choices=body.choices, cite=self._cite)
            if opened.ok:
                async with held(opened.events(until=DONE, is_whole=_is_whole)) as stream:
                    async for sse in stream:
                        # Nearly every event of a long answer; it ends nothing.
                        if text := reading.words(sse):
                            yield TextDelta(text=text)
                            continue
                        for event in reading.events(sse):
                            yield event
                        opened.ending = reading.decoder.ended
            # An error, a gateway's page, or a server that ignores ``stream``.
            no_stream = not opened.ok or opened.unread is not None
            reply = await opened.whole() if no_stream else None
            last = self._read(reply, body.choices) if reply else reading.end(done=opened.done)
            for event in last:
                yield event

    async def _whole(self, body: Body) -> AsyncGenerator[Event, None]:
        reply = await self._wire.fetch(_call(_sent(body, stream=False)), retry=ANSWER)
        for event in self._read(reply, body.choices):
            yield event

    def _read(self, reply: Reply, choices: int) -> list[Event]:
        return whole(reply, choices=choices, cite=self._cite)

    def _cite(self, reference: Reference) -> Reference:
        return reference.fetched_by(self.fetch)


def _sent(body: Body, *, stream: bool) -> Body:
    # Last, so that ``extra_body`` cannot make the reader and the server disagree.
    sent = Body(body | {"stream": stream})
    if not stream:
        # Refused without a stream to be about.
        sent.pop("stream_options", None)
    return sent


def _call(body: Body) -> Call:
    return Call(method="POST", path=PATH, body=encoded(body))


class Reading:
    """
    What a stream says: give it each event, then ask how it ended.

    ``reply`` is its head, ``choices`` how many answers it was asked for, ``cite`` as `Decoder`'s.
    """

    def __init__(self, reply: Reply, *, choices: int = 1, cite: Cite = as_it_is) -> None:
        self.decoder = Decoder(choices, cite)
        self._reply = reply
        self._started = False

    def words(self, sse: SSE) -> str:
        """The words of an event that brings words and nothing else; empty for any other."""
        if self._started and sse.event == "message" and (text := plain_text(sse.data or "")):
            self.decoder.empty = False
            return text
        return ""

    def events(self, sse: SSE) -> list[Event]:
        """What one event means. Raises `ServiceError`, or `AnswerUnreadable` if it is not JSON."""
        if sse.event == "error":
            raise parse_error(self._reply, _error(sse.data or ""))
        found: list[Event] = []
        for chunk in chunks(self._reply, sse.data or "", cut=not sse.complete):
            # Most chunks are neither an error nor the first, and this is asked of every token.
            if ("error" in chunk or not chunk.get("choices")) and says_error(chunk):
                raise parse_error(self._reply, chunk)
            if not self._started:
                self._started = True
                found.append(_started(self._reply, chunk))
            found += self.decoder.events(chunk, "delta")
        return found

    def end(self, *, done: bool) -> list[Event]:
        """The last events: ``[DONE]`` or a finish reason make the answer complete."""
        return last_events(self.decoder, done=done)


def whole(reply: Reply, *, choices: int = 1, cite: Cite = as_it_is) -> list[Event]:
    """The events of an answer that came in one piece. Raises `ServiceError`."""
    body = checked(reply)
    if not isinstance(body.get("choices"), list):
        what = "JSON without any choices"
        raise AnswerUnreadable(service=SERVICE, what=what, quote=reply.text[:80])
    decoder = Decoder(choices, cite)
    events = [_started(reply, body), *decoder.events(body, "message")]
    return [*events, *last_events(decoder, done=True)]


def chunks(reply: Reply, data: str, *, cut: bool) -> list[dict[str, Any]]:
    """
    The JSON objects in one event's data: one, or one a line where blank lines were left out.

    ``cut`` says that the stream ended inside this event, so that it may be half an object.
    """
    try:
        chunk = _decode(data)
    except _BROKEN:
        chunk = None
    if isinstance(chunk, dict):
        return [chunk]
    lines = [line for line in data.split("\n") if line.strip() not in ("", DONE)]
    with suppress(*_BROKEN):
        found = [_decode(line) for line in lines]
        if all(isinstance(chunk, dict) for chunk in found):
            return found
    if cut:
        return []
    what = "an event that is not a JSON object"
    raise AnswerUnreadable(service=SERVICE, what=what, quote=reply.scrub(data)[:80])


_decode = msgspec.json.Decoder().decode
_BROKEN = (msgspec.DecodeError, RecursionError)


def _error(data: str) -> dict[str, Any]:
    """The data of an event named error, in the shape of a body that is one."""
    try:
        said = _decode(data)
    except _BROKEN:
        said = data
    if not isinstance(said, dict):
        return {"error": str(said)}
    return said if says_error(said) else said | {"error": said}


def _is_whole(line: bytes) -> bool:
    # The published samples stand line under line, so a blank line between events is not certain.
    return (line[:1] == b"{" and line[-1:] == b"}") or line == b"[DONE]"


def _started(reply: Reply, chunk: dict[str, Any]) -> Started:
    return Started(
        service=SERVICE,
        model=str(chunk.get("model") or ""),
        request_id=reply.scrub(request_id(reply.headers, chunk)),
        sandbox=is_sandbox(reply.headers),
    )


def last_events(decoder: Decoder, *, done: bool) -> list[Event]:
    """How an answer ended, by its finish reason, or because its stream says so."""
    if not (decoder.reason or done):
        said = "The stream ended without saying that it was finished: the answer may be cut."
        return [Notice(text=said), Finished(reason="incomplete", ending="incomplete")]
    if decoder.reason in GAVE_UP:
        said = f"The service gave the answer up ({decoder.reason}): ask again for the rest."
        return [Notice(text=said), Finished(reason="incomplete", ending="incomplete")]
    notices: list[Event] = []
    if decoder.reason == "length":
        notices.append(Notice(text="Cut at the token limit: raise max_tokens for the rest."))
    elif decoder.reason == "content_filter":
        notices.append(Notice(text="The service's content filter ended this answer."))
    elif decoder.empty:
        notices.append(Notice(text="The model finished without a word."))
    return [*notices, Finished(reason=decoder.reason)]
