"""
Chat with voice output: ``/v1/chat/completions-with-voice-output``.

See docs/services/sophnet.md#chat-with-voice.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from ....errors import ServiceError, SettingsError
from ....events import Event, Finished, Notice, Usage
from ....language import mark, tr
from ....options.voice import VoiceOptions
from ....options.words import check
from ....wire.call import Call, Reply
from ....wire.held import held
from ....wire.retry import ANSWER
from ....wire.stream.sse import SSE
from ....wire.wire import Wire
from ...arguments import encoded
from ...lines import EventLines, read
from ..voice.frame import Frames, is_frame
from ..voice.request import sounding
from . import reading as chat_reading
from .chunk import Cite, as_it_is
from .question import Body

PATH = "/v1/chat/completions-with-voice-output"
LACKS = mark(
    "Answers with a voice are documented with the id of a voice resource only. If "
    "this is refused, set SOPHNET_VOICE_EASYLLM_ID, or %sophnet login --easyllm-id "
    "voice=ID."
)
UNSAID = mark("The voice stopped before its end, or said nothing; the text is whole.")


def speech(voice: object, easyllm_id: str) -> dict[str, Any]:
    """
    The ``speech_synthesis_req`` of a request.

    ``voice`` is a name, True for the service's own choice, or a mapping with the arguments of
    `voice.request.sounding`. Raises `SettingsError`.
    """
    if isinstance(voice, str):
        voice = {"voice": voice}
    options = {} if voice is True else voice
    if not isinstance(options, Mapping):
        raise SettingsError(
            tr("voice is a name, True, or a dict such as {'voice': 'longwan', 'speech_rate': 1.2}.")
        )
    check("voice", map(str, options), VoiceOptions.__annotations__.keys() - {"mask"})
    param = sounding(**options)
    known = {"easyllm_id": easyllm_id} if easyllm_id else {}
    return {**known, "synthesis_param": param}


def request(asked: Body, said: Mapping[str, Any]) -> Body:
    """The JSON of a chat request and of the voice that speaks its answer."""
    return Body({"chat_completion_req": asked | {"stream": True}, "speech_synthesis_req": said})


async def stream(
    wire: Wire, asked: Body, said: Mapping[str, Any], cite: Cite = as_it_is
) -> AsyncGenerator[Event, None]:
    """
    Send one request, and yield the events of its text and its sound as they arrive.

    The sound goes on after the last word. ``cite`` is that of `ChatDecoder`. Raises `SophNetError`.
    """
    body = encoded(request(asked, said))
    call = Call(method="POST", path=PATH, body=body, lane=str(asked.get("model", "")))
    async with _advised(said), wire.stream(call, retry=ANSWER) as opened:
        reading = _Both(opened.reply(), asked.choices, cite)
        if opened.ok:
            async with held(opened.events(until=chat_reading.DONE, decoder=EventLines())) as lines:
                async for line in lines:
                    for event in reading.events(line):
                        yield event
                    opened.ending = reading.over
        no_stream = not opened.ok or opened.unread is not None
        last = (
            chat_reading.whole(await opened.whole(), choices=asked.choices, cite=cite)
            if no_stream
            else reading.end(done=opened.done)
        )
        for event in last:
            yield event


@asynccontextmanager
async def _advised(said: Mapping[str, Any]) -> AsyncGenerator[None, None]:
    """Says what to set where this is refused for want of the id of a voice."""
    try:
        yield
    except ServiceError as error:
        named = error.status == 404 or "easyllm" in error.message.lower()
        if named and not said.get("easyllm_id"):
            error.advice = tr(LACKS)
        raise


class _Both:
    """Separates text chunks from sound frames, which arrive mixed."""

    def __init__(self, reply: Reply, choices: int, cite: Cite) -> None:
        self._words = chat_reading.ChatReader(reply, choices=choices, cite=cite)
        self._frames = Frames()
        self._usage = Usage()

    @property
    def over(self) -> int:
        """0 until text and sound are finished, then the number of finish reasons of the text."""
        return self._words.decoder.ended if self._frames.finished else 0

    def events(self, line: SSE) -> list[Event]:
        found = read(line.data or "")
        if found is None or not is_frame(found):
            # Not as it was printed: the words know JSON only.
            line = SSE(msgspec.json.encode(found).decode(), line.event) if found else line
            events = self._words.events(line)
        else:
            events = self._frames.events(found)
        return [self._joined(event) if isinstance(event, Usage) else event for event in events]

    def _joined(self, usage: Usage) -> Usage:
        """The usage of both: tokens and characters come separately."""
        if usage.characters is not None:
            self._usage = msgspec.structs.replace(self._usage, characters=usage.characters)
        else:
            self._usage = msgspec.structs.replace(usage, characters=self._usage.characters)
        return self._usage

    def end(self, *, done: bool) -> list[Event]:
        last = self._words.end(done=done)
        whole = isinstance(last[-1], Finished) and last[-1].ending == "complete"
        if whole and not (self._frames.finished and self._frames.heard):
            last.insert(-1, Notice(text=tr(UNSAID)))
        return last
