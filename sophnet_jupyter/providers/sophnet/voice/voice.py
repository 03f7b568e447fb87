"""SophNet's text to speech (docs/services/sophnet.md#voice)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Mapping
from typing import Any, Unpack

from ....errors import RequestRefused, ServiceError
from ....events import AudioChunk, Event, Finished, Notice
from ....files.kinds import HEAD, sniff
from ....language import mark, tr
from ....options.voice import VoiceOptions
from ....options.words import checks_keywords, shows_options
from ....response import Response, settle
from ....wire.call import Call, Reply
from ....wire.files.upload import Content
from ....wire.held import held
from ....wire.retry import ANSWER
from ....wire.wire import Wire
from ... import arguments
from ...keeping import Keeping, Wanted
from ...lines import DONE, EventLines, read
from ..access import (
    SERVICE,
    checked,
    is_sandbox,
    parse_error,
    request_id,
    says_error,
    started,
    unreadable,
)
from ..paths import ResourceIds
from .frame import Frames
from .request import sounding
from .text import texts
from .voices import V2, known

Subject = str | Response | Iterable[str | Response]

PATH = "voice/synthesize-audio"
CUT = mark("The sound just stopped before its end: what had come is kept. Say the rest again.")


@checks_keywords("voice")
class Voice(Keeping):
    """Text as speech."""

    def __init__(self, wire: Wire, *, place: ResourceIds) -> None:
        self._wire = wire
        self._path = place.path(PATH)
        self._fields = place.fields

    @property
    def voices(self) -> Mapping[str, tuple[str, ...]]:
        """The voices by model, as far as they are known; the service may have more."""
        return known()

    @shows_options(VoiceOptions, sounding)
    async def speak(
        self, text: Subject, *, stream: bool = False, **options: Unpack[VoiceOptions]
    ) -> Response:
        """
        Turn a text into speech, and return its sound as `Response.audio`.

        ``text`` is a text, a `Response`, or several of them, which become one sound.
        ``stream=True`` changes the transport only, which keeps a long text from running into a time
        limit.

        Raises `SophNetError`; what had come by then is in its ``response``, and can be played.
        """
        return await settle(self._events(text, options, stream=stream))

    @shows_options(VoiceOptions, sounding)
    def stream(self, text: Subject, **options: Unpack[VoiceOptions]) -> AsyncGenerator[Event, None]:
        """
        Turn a text into speech, and yield `AudioChunk` as it arrives; the last is `Finished`.

        ``text`` is a text, a `Response`, or several of them. The chunks put together are one sound
        file. A text of more than 500 characters is sent in pieces that end with sentences; one that
        begins with ``<speak`` is SSML and stays as it is. Leaving early ends the speech.

        Raises `SettingsError` before anything is sent, and `SophNetError`.
        """
        return self._events(text, options, stream=True)

    @shows_options(VoiceOptions, sounding)
    def check(self, text: Subject, **options: Unpack[VoiceOptions]) -> None:
        """Raise `SettingsError` where `stream` would refuse ``text`` or an option."""
        sounding(**options)
        texts(text)

    async def clone(
        self,
        recording: str | Content | Response,
        name: str,
        *,
        model: str = V2,
        text: str = "",
        filename: str = "",
    ) -> str:
        """
        Make a voice that sounds like a ``recording``, and return its ``name``, which is a voice of
        ``model`` from then on. Only of somebody who has agreed to it.

        ``recording`` is a path, bytes, a file that is open in binary mode or a response with sound;
        ``filename`` is for bytes that do not say what they are. ``text`` is what is said in it,
        masked where a site masks. In this process the name then needs no ``model``; later it does.
        Raises `SettingsError` before anything is sent, and `SophNetError`.
        """
        from . import cloning

        if text:
            text, _ = self._masked(None, text)
        path = "/projects/easyllms/voice/upload"
        return await cloning.clone(
            self._wire, path, recording, name, model=model, text=text, filename=filename
        )

    def _events(
        self, text: Subject, options: VoiceOptions, *, stream: bool
    ) -> AsyncGenerator[Event, None]:
        how = {name: value for name, value in options.items() if name != "mask"}
        said, back = self._masked(options.get("mask"), texts(text))
        wanted = Wanted(
            resource="voice",
            request={"text": said, **how},
            question="\n".join(said),
            lane=str(options.get("model") or ""),
        )
        speak = self._stream if stream else self._whole
        return back(self._keep(wanted, lambda: speak(said, how)))

    async def _stream(
        self, text: Subject, options: Mapping[str, Any]
    ) -> AsyncGenerator[Event, None]:
        param, said = sounding(**options), texts(text)
        call = self._call(f"{self._path}-stream", said, param)
        async with self._wire.stream(call, retry=ANSWER) as opened:
            reply, frames, begun = opened.reply(), Frames(), False
            if opened.ok:
                lines = opened.events(until=DONE, decoder=EventLines())
                async with held(lines) as events:
                    async for line in events:
                        found = _object(reply, line.data or "", cut=not line.complete)
                        if not begun and (begun := True):
                            yield started(reply, str(param["model"]))
                        for event in frames.events(found):
                            yield event
                        opened.ending = int(frames.finished)
            if not opened.ok or opened.unread is not None:
                # An error, a page, nothing at all, or a server that sends the sound as it is.
                whole = await opened.whole()
                for event in _sound(whole, param):
                    yield event
                return
            if not frames.heard:
                raise silent(reply, param)
            for event in ending(frames):
                yield event

    async def _whole(
        self, text: Subject, options: Mapping[str, Any]
    ) -> AsyncGenerator[Event, None]:
        param = sounding(**options)
        call = self._call(self._path, texts(text), param)
        for event in _sound(await self._wire.fetch(call, retry=ANSWER), param):
            yield event

    def _call(self, path: str, said: list[str], param: Mapping[str, Any]) -> Call:
        body = {**self._fields, "text": said, "synthesis_param": param}
        lane = str(param["model"])
        return Call(method="POST", path=path, body=arguments.encoded(body), lane=lane)


def ending(frames: Frames) -> list[Event]:
    """The last events of a voice: only ``finish`` makes it complete."""
    if frames.finished:
        return [Finished(reason="finish")]
    return [Notice(text=tr(CUT)), Finished(reason="incomplete", ending="incomplete")]


def silent(reply: Reply, param: Mapping[str, Any]) -> ServiceError:
    """The error for HTTP 200 without any sound, the reply to an unknown voice."""
    voice = param.get("voice")
    error = RequestRefused(
        service=f"{SERVICE} sandbox" if is_sandbox(reply.headers) else SERVICE,
        status=reply.status,
        message=tr("no sound came"),
        request_id=reply.scrub(request_id(reply.headers, {})),
    )
    model = param["model"]
    names = ", ".join(known().get(model, ())) or tr("those of its console")
    has = tr("that {model} has the voice {voice!r}", model=model, voice=voice)
    about = has if voice else tr("the text")
    voices = tr(" Known voices: {known}.", known=names) if voice else ""
    if voice and model != V2:
        voices += tr(" One that was made of a recording wants its model={model!r}.", model=V2)
    error.advice = tr(
        "Check {about}: it answers so for what it cannot say.{voices}", about=about, voices=voices
    )
    return error


def _sound(reply: Reply, param: Mapping[str, Any]) -> list[Event]:
    """The events of a sound that came in one piece. Raises `ServiceError`."""
    if not reply.ok:
        checked(reply)
    if not reply.body.strip():
        raise silent(reply, param)
    kind = reply.content_type.partition(";")[0].strip().lower()
    media = sniff(reply.body[:HEAD])
    # Raw samples have no head to tell them by.
    if media is None and (kind.endswith("json") or kind.startswith("text/")):
        checked(reply)
        raise unreadable(reply)
    return [
        started(reply, str(param["model"])),
        AudioChunk(data=reply.body),
        Finished(reason="finish"),
    ]


def _object(reply: Reply, line: str, *, cut: bool) -> dict[str, Any]:
    """The object in a line of the stream. Raises `ServiceError` where it is an error."""
    found = read(line)
    if found is None:
        if cut:
            return {}
        raise unreadable(reply)
    if says_error(found):
        raise parse_error(reply, found)
    return found
