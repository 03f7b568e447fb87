"""SophNet chat completions: ``POST /v1/chat/completions`` (docs/services/sophnet.md#chat)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Unpack

from ....errors import AnswerIncomplete, SettingsError
from ....events import Event, Reference, TextDelta
from ....language import tr
from ....options.chat import ChatOptions
from ....options.words import checks_keywords, shows_options
from ....response import Response, settle
from ....wire.call import Call, Reply
from ....wire.held import held
from ....wire.retry import ANSWER
from ....wire.wire import Wire
from ...arguments import encoded
from ...keeping import CallMask, Keeping
from ...noticed import noticed
from ..access import SERVICE
from .answer import answer
from .question import Ask, Body, ChatQuestion, Reuse, question
from .reading import DONE, ChatReader, is_whole, whole
from .request import Prompt, request

if TYPE_CHECKING:
    from ....wire.files.download import Downloader

PATH = "/v1/chat/completions"
_OPTIONS = frozenset({"model", "system", "voice", *ChatOptions.__annotations__})


@checks_keywords("chat")
class Chat(Keeping):
    """Chat completions. One call, one answer; the caller keeps the conversation."""

    def __init__(
        self,
        wire: Wire,
        *,
        default_model: Callable[[], str],
        downloads: Downloader | None = None,
        voice_id: str = "",
        wants_voice_id: bool = False,
    ) -> None:
        self._wire = wire
        self._default_model = default_model
        self._downloads = downloads
        self._voice_id = voice_id
        # Said before the first answer that wants it.
        self._untold = wants_voice_id and not voice_id

    @shows_options(ChatOptions, request, question)
    async def create(
        self,
        prompt: Prompt,
        *,
        model: str | None = None,
        system: str | None = None,
        voice: object = None,
        stream: bool = False,
        strict: bool = False,
        cache: bool = False,
        repetition: int = 0,
        **options: Unpack[ChatOptions],
    ) -> Response:
        """
        Send a chat request, and return the whole answer as one `Response`.

        ``prompt`` is a text, or the messages of a conversation; ``model`` the one to ask, else that
        of the client; ``system`` what it is told first; ``voice`` a name, True, or a dict such as
        ``{"voice": "longwan", "speech_rate": 1.2}``: the answer is said as well.

        ``stream=True`` changes the transport only: tokens come as they are made, which keeps a
        long answer from running into a gateway's time limit. ``cache=True`` gives an answer that
        was kept for an equal question, where there is one (`Response.cached`); ``repetition``
        tells apart equal questions that are each to have an answer of their own.

        Raises `SophNetError`; what had arrived by then is its ``response``. An answer that just
        stopped is returned with ``ending="incomplete"`` and a notice; ``strict=True`` raises
        `AnswerIncomplete` for it. One that has not the form of ``schema`` raises `AnswerInvalid`.
        """
        asked = {"model": model, "system": system, "voice": voice, **options}
        reuse = Reuse(cache=cache, number=repetition)
        response = await settle(self._events(prompt, asked, stream=stream, reuse=reuse))
        if strict and response.ending == "incomplete":
            error = AnswerIncomplete(service=SERVICE)
            error.response = response
            raise error
        return response

    @shows_options(ChatOptions, request, question)
    def stream(
        self,
        prompt: Prompt,
        *,
        model: str | None = None,
        system: str | None = None,
        voice: object = None,
        cache: bool = False,
        repetition: int = 0,
        **options: Unpack[ChatOptions],
    ) -> AsyncGenerator[Event, None]:
        """
        Send a chat request, and yield events as the answer arrives; the last is `Finished`.

        ``prompt`` is a text, or the messages of a conversation; ``model`` the one to ask, else that
        of the client; ``system`` what it is told first; ``voice`` a name, True, or a dict such as
        ``{"voice": "longwan", "speech_rate": 1.2}``: the answer is said as well, as `AudioChunk`
        between and after its words. ``cache`` and ``repetition`` are those of `create`.

        Closing the iterator early closes the connection, which is how SophNet learns that nobody
        is reading any more.

        Raises `SophNetError`.
        """
        asked = {"model": model, "system": system, "voice": voice, **options}
        reuse = Reuse(cache=cache, number=repetition)
        return self._events(prompt, asked, stream=True, reuse=reuse)

    @shows_options(ChatOptions, request, question)
    def request(
        self,
        prompt: Prompt,
        *,
        model: str | None = None,
        system: str | None = None,
        voice: object = None,
        stream: bool = False,
        **options: Unpack[ChatOptions],
    ) -> Body:
        """
        The JSON that `create`, or with ``stream`` `stream`, would send first; nothing is sent.

        Takes their arguments: ``prompt``, ``model``, ``system``, ``voice``. Its repr is to be read:
        long data is shortened, keys are hidden. Raises `SettingsError`.
        """
        wanted = {"model": model, "system": system, "voice": voice, **options}
        asked = self._question(prompt, wanted).body
        body = self._said(asked, wanted) or _sent(asked, stream=stream)
        body.scrub = self._wire.origin.scrub
        return body

    async def fetch(self, reference: Reference) -> str | bytes:
        """
        The content of a ``reference``: text where it is one, else the bytes of the file.

        The key goes to the configured origin only; a page of the web is fetched without it.
        Raises `SophNetError`.
        """
        from .. import references

        if self._downloads is None:
            raise SettingsError(tr("This chat was made without a way to fetch: use client.chat."))
        return await references.fetch(self._wire, self._downloads, reference)

    def _events(
        self, prompt: Prompt, options: Mapping[str, Any], *, stream: bool, reuse: Reuse
    ) -> AsyncGenerator[Event, None]:
        # Each generator that events pass through costs every token a microsecond or two, so that
        # only questions that need one more have it.
        if options.get("images") is None:
            asked = self._question(prompt, options)
            return self._answered(asked, options, stream=stream, reuse=reuse)
        return self._with_pictures(prompt, options, stream=stream, reuse=reuse)

    async def _with_pictures(
        self, prompt: Prompt, options: Mapping[str, Any], *, stream: bool, reuse: Reuse
    ) -> AsyncGenerator[Event, None]:
        # They are read and encoded, which takes its time.
        asked = await asyncio.to_thread(self._question, prompt, options)
        async with held(self._answered(asked, options, stream=stream, reuse=reuse)) as events:
            async for event in events:
                yield event

    def _answered(
        self, asked: ChatQuestion, options: Mapping[str, Any], *, stream: bool, reuse: Reuse
    ) -> AsyncGenerator[Event, None]:
        ask: Ask = self._stream if stream else self._whole
        if options.get("voice"):
            from . import voiced

            said = voiced.speech(options["voice"], self._voice_id)
            ask = partial(voiced.stream, self._wire, said=said, cite=self._cite)
        scrub, mask = self._wire.origin.scrub, asked.mask
        if mask is not None:
            # What a tool returns is told to the model, and kept, with placeholders too.
            scrub = partial(_clean, scrub, mask)
        wanted = asked.wanted(options.get("voice"), reuse, scrub)
        events = self._keep(wanted, lambda: answer(asked, ask, scrub=scrub))
        if options.get("voice") and self._untold:
            self._untold = False
            events = noticed(voiced.LACKS, events)
        return mask.answer(events) if mask is not None else events

    def _question(self, prompt: Prompt, options: Mapping[str, Any]) -> ChatQuestion:
        if getattr(type(prompt), "brings_words", False):
            from ....prompt.file import prompt as files

            prompt, options = files.sent(prompt, options, taken=_OPTIONS)
        model = options.get("model") or self._default_model()
        asked = {name: value for name, value in options.items() if name != "voice"}
        return question(prompt, **(asked | {"model": model, "mask": self._mask(asked.get("mask"))}))

    def _said(self, asked: Body, options: Mapping[str, Any]) -> Body | None:
        """The request of an answer with voice output."""
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


def _clean(scrub: Callable[[str], str], mask: CallMask, text: str) -> str:
    return str(mask.sent(scrub(text)))


def _sent(body: Body, *, stream: bool) -> Body:
    # Last, so that ``extra_body`` cannot make the reader and the server disagree.
    sent = Body(body | {"stream": stream})
    if not stream:
        # Refused without a stream to be about.
        sent.pop("stream_options", None)
    return sent


def _call(body: Body) -> Call:
    return Call(method="POST", path=PATH, body=encoded(body), lane=str(body.get("model", "")))
