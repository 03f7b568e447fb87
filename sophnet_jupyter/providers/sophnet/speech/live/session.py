"""
A live session of speech to text, which reconnects when its connection breaks.

See docs/services/sophnet.md#live-speech.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any, Self

from .....errors import LineRefused, SettingsError, SophNetError
from .....events import Event, Notice, Started, Transcript
from .....files.names import is_address
from .....language import tr
from .....options.words import checks_keywords
from .....response import Response
from .....wire.files.download import Downloader
from .....wire.held import held
from .....wire.websocket import Sockets
from ... import access
from ...audio_format import FORMATS, AudioFormat, check
from ...paths import ResourceIds
from .connection import SpeechConnection
from .delivery import FRAME, Delivery, LiveLimits, Sending
from .mailbox import Mailbox
from .source import Samples, paced, read

__all__ = ["Live", "LiveLimits"]


@checks_keywords("live")
class Live:
    """
    One live session with the recogniser: sound in, sentences out.

        async with client.speech.live() as live:
            await live.send(pcm)
            async for event in live: ...

    Or with a ``source``, a path, an address or an array, which is played to it at real pace:

        async for event in client.speech.live("talk.wav"):
            print(event)

    Events are `Transcript`, partial ones repeating all of their sentence, `Notice`, and at the end
    `Finished`, which is incomplete where the session ended within a sentence. When the line breaks,
    it is opened again, and what no final sentence was made of is sent again, so that none is lost
    and none comes twice; only ``pcm`` can be cut in that way.

    Raises `LineRefused` for a key or a format that the service does not take, and after several
    attempts `LineClosed`, `Unreachable` or `TimedOut`; what had come is their ``response``.
    """

    def __init__(
        self,
        sockets: Sockets,
        place: ResourceIds | None = None,
        source: Any = None,
        *,
        format: AudioFormat = "pcm",  # noqa: A002 - the service's word
        sample_rate: int = 16_000,
        heartbeat: bool = True,
        pace: float = 1.0,
        limits: LiveLimits | None = None,
        downloads: Downloader | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        if format not in FORMATS:
            raise SettingsError(
                tr(
                    "Live speech is one of {formats}, not {format}.",
                    formats=", ".join(FORMATS),
                    format=format,
                )
            )
        if source is not None and format != "pcm":
            raise SettingsError(tr("A source is sent as pcm: leave format out."))
        if not 1 <= sample_rate <= 384_000 or pace < 0:
            raise SettingsError(tr("sample_rate is in samples a second, and pace is 0 or more."))
        self.sample_rate = sample_rate
        self.sound: Samples | None = None
        """The source as it is sent, once it was read."""
        self._sockets, self._place, self._source = sockets, place or ResourceIds(), source
        self._format, self._heartbeat, self._pace = format, heartbeat, pace
        self._downloads = downloads
        self._limits, self._sleep = limits or LiveLimits(), sleep
        self._mailbox: Mailbox[Event] = Mailbox()
        self._delivery = self._made_delivery()
        self._ready: asyncio.Future[None] | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._over = False
        self._error: SophNetError | None = None

    def __repr__(self) -> str:
        sentences = tr("{n:,} sentences", n=len(self.sentences))
        return f"<Live {self._format} {self.sample_rate} Hz, {sentences}>"

    @property
    def sentences(self) -> list[Transcript]:
        """
        The final sentences so far. Once the session is over, also the one that it ended within:
        its ``final`` is False.
        """
        begun = self._delivery.partial if self._over else None
        return [*self._delivery.sentences, begun] if begun else self._delivery.sentences

    @property
    def text(self) -> str:
        """The `sentences` so far, a line each."""
        return "\n".join(sentence.text for sentence in self.sentences)

    @property
    def lines(self) -> int:
        """The number of connections used: one, unless they broke."""
        return self._delivery.lines

    @property
    def waiting(self) -> float:
        """Seconds of sound not sent yet."""
        return self._delivery.waiting

    async def __aenter__(self) -> Self:
        if self._tasks or self._over:
            raise SettingsError(tr("A live session is used once: make another one."))
        if self._source is not None:
            source = await self._fetched(self._source)
            self.sound = await asyncio.to_thread(read, source, self.sample_rate)
            self.sample_rate = self.sound.sample_rate
            self._delivery = self._made_delivery()
        self._ready = asyncio.get_running_loop().create_future()
        if self._place.lacks:
            self._put(Notice(text=self._place.lacks))
        self._tasks = [asyncio.create_task(self._run())]
        try:
            await self._ready
        except BaseException:
            await self.aclose()
            raise
        if self.sound is not None:
            self._tasks.append(asyncio.create_task(self._play(self.sound)))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def send(self, data: bytes) -> None:
        """
        Send more sound, ``data``, in pieces of any length.

        Waits while more than ``limits.backlog`` seconds wait to be sent. Raises what ended the
        session, or `SettingsError` after `finish`,
        and for sound that does not begin as its ``format`` does.
        """
        delivery = self._delivery
        if delivery.ended:
            raise SettingsError(tr("The session was finished: nothing can be sent any more."))
        while delivery.waiting > self._limits.backlog and not self._over:
            delivery.room.clear()
            await delivery.room.wait()
        if self._error:
            raise self._error
        if not delivery.tape.end:
            check(self._format, data)
        delivery.record(data)

    def end(self) -> None:
        """
        Mark the end of the sound; the service still sends its last sentences. Returns at once.
        """
        self._delivery.end()

    async def finish(self) -> None:
        """
        Mark the end of the sound, and wait for the last sentences. Raises what ended the session.
        """
        self.end()
        if self._tasks:
            await asyncio.wait(self._tasks[:1])
        if self._error:
            raise self._error

    async def aclose(self) -> None:
        """Close the connection, without waiting for the last sentences."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def __aiter__(self) -> AsyncGenerator[Event, None]:
        """Events, until the session is over. One reader at a time; a slow one misses partials."""
        if not self._tasks:
            async with self:
                async for event in self._read():
                    yield event
            return
        async for event in self._read():
            yield event

    async def _read(self) -> AsyncGenerator[Event, None]:
        async for event in self._mailbox.read():
            yield event
        if self._error:
            raise self._error

    async def _fetched(self, source: Any) -> Any:
        """The content of a URL, fetched without the key; anything else unchanged."""
        if not (isinstance(source, str) and is_address(source)):
            return source
        if self._downloads is None:
            raise SettingsError(tr("Nothing is fetched here: give the path of a file."))
        return (await self._downloads.fetch(source, kinds=("audio", "video"))).data

    async def _play(self, sound: Samples) -> None:
        """Send a source at the speed of speech."""
        async with held(paced(sound, FRAME, pace=self._pace, sleep=self._sleep)) as pieces:
            async for piece in pieces:
                if self._delivery.ended:
                    return
                await self.send(piece)
        self.end()

    async def _run(self) -> None:
        try:
            await self._delivery.run()
        except SophNetError as error:
            self._over = True
            error.response = Response(text=self.text, service=access.SERVICE, ending="failed")
            self._error = error
            if isinstance(error, LineRefused) and self._place.lacks:
                error.advice = f"{tr(error.advice)} {self._place.lacks}"
            if self._ready and not self._ready.done():
                self._ready.set_exception(error)
        finally:
            self._over = True
            if self._ready and not self._ready.done():
                self._ready.cancel()
            self._mailbox.close()
            self._delivery.room.set()

    def _made_delivery(self) -> Delivery:
        sending = Sending(
            sample_rate=self.sample_rate,
            heartbeat=self._heartbeat,
            is_pcm=self._format == "pcm",
        )
        return Delivery(self._dial, sending, self._limits, self._put, self._sleep)

    async def _dial(self) -> SpeechConnection:
        place = self._place
        query = {
            **place.fields,
            "format": self._format,
            "sample_rate": str(self.sample_rate),
            "heartbeat": "true" if self._heartbeat else "false",
        }
        path = place.path("stream-speech")
        return await SpeechConnection.open(self._sockets, path, query, within=self._limits.ok)

    def _put(self, event: Event) -> None:
        self._mailbox.put(event)
        if isinstance(event, Started) and self._ready and not self._ready.done():
            self._ready.set_result(None)
