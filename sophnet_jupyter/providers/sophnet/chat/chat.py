"""SophNet chat completions: ``POST /v1/chat/completions`` (docs/services/sophnet.md#chat)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from ....errors import AnswerIncomplete, SettingsError
from ....events import Event, Reference, TextDelta
from ....response import Response, settle
from ....wire.call import Call, Reply
from ....wire.held import held
from ....wire.retry import ANSWER
from ....wire.wire import Wire
from ...arguments import encoded
from ..access import SERVICE
from .answer import answer
from .question import Ask, Body, ChatQuestion, question
from .reading import DONE, ChatReader, is_whole, whole
from .request import Prompt

if TYPE_CHECKING:
    from ....wire.files.download import Downloader

PATH = "/v1/chat/completions"


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
        self, asked: ChatQuestion, options: dict[str, Any], *, stream: bool
    ) -> AsyncGenerator[Event, None]:
        ask: Ask = self._stream if stream else self._whole
        if options.get("voice"):
            from . import voiced

            said = voiced.speech(options["voice"], self._voice_id)
            ask = partial(voiced.stream, self._wire, said=said)
        return answer(asked, ask, scrub=self._wire.origin.scrub)

    def _question(self, prompt: Prompt, options: dict[str, Any]) -> ChatQuestion:
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
            reading = ChatReader(opened.reply(), choices=body.choices, cite=self._cite)
            if opened.ok:
                async with held(opened.events(until=DONE, is_whole=is_whole)) as stream:
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
