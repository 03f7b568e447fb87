"""Speech to text while it is spoken, over a line that is kept up (WIRE 1.6)."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal, Self

from ...errors import (
    LineClosed,
    LineRefused,
    SettingsError,
    SophNetError,
    TimedOut,
    Unreachable,
)
from ...events import Event, Finished, Notice, Started, Transcript
from ...response import Response
from ...wire.download import Downloader
from ...wire.retry import ATTEMPTS, backoff
from ...wire.websocket import ABNORMAL, Sockets
from . import access
from .place import Place
from .speech_clock import Clock
from .speech_line import BYE, GOOD_BYE, Heard, Line
from .speech_source import Sound, read
from .speech_tape import Tape

Format = Literal["pcm", "wav", "mp3", "opus", "speex", "aac", "amr"]
FORMATS = ("pcm", "wav", "mp3", "opus", "speex", "aac", "amr")
# Seconds below which what is left at the end of a session can hold no word.
SHORTEST = 0.2
MUTE_LINES = 2
# What the document advises: 100 ms at 16 kHz.
FRAME = 3200


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds, and how often a line that broke is opened again before we give up."""

    ok: float = 10.0
    """For the service to say that it is ready."""
    farewell: float = 10.0
    """For its last words, counted from the last one that came."""
    idle: float = 20.0
    """Without sound until silence is sent, which keeps the line open."""
    backlog: float = 30.0
    """Of sound that waits to be sent, until `Live.send` waits too."""
    memory: float = 60.0
    """Of sound that is kept to be sent again."""
    attempts: int = 5


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
    `Finished`. When the line breaks, it is opened again, and what no final sentence was made of is
    sent again, so that none is lost and none comes twice; only ``pcm`` can be cut in that way.

    Raises `LineRefused` for a key or a format that the service does not take, and after several
    attempts `LineClosed`, `Unreachable` or `TimedOut`; what had come is their ``response``.
    """

    def __init__(
        self,
        sockets: Sockets,
        place: Place | None = None,
        source: Any = None,
        *,
        format: Format = "pcm",  # noqa: A002 - the service's word
        sample_rate: int = 16_000,
        heartbeat: bool = True,
        pace: float = 1.0,
        limits: Limits | None = None,
        downloads: Downloader | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        if format not in FORMATS:
            raise SettingsError(f"Live speech is one of {', '.join(FORMATS)}, not {format}.")
        if source is not None and format != "pcm":
            raise SettingsError("A source is sent as pcm: leave format out.")
        if not 1 <= sample_rate <= 384_000 or pace < 0:
            raise SettingsError("sample_rate is in samples a second, and pace is 0 or more.")
        self.sample_rate = sample_rate
        self.sentences: list[Transcript] = []
        self.lines = 0
        """How many lines it took: one, unless they broke."""
        self.sound: Sound | None = None
        """The source as it is sent, once it was read."""
        self._sockets, self._place, self._source = sockets, place or Place(), source
        self._format, self._heartbeat, self._pace = format, heartbeat, pace
        self._downloads = downloads
        self._limits, self._sleep = limits or Limits(), sleep
        self._events: deque[Event] = deque()
        self._arrived, self._news, self._room = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._ready: asyncio.Future[None] | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._tape = Tape(int(self._limits.memory * self._rate))
        self._ended = self._said_bye = self._over = False
        self._error: SophNetError | None = None
        self._clock = Clock(sample_rate)
        # Whether this line has had any words, and how many in a row that broke had none.
        self._heard, self._mute = False, 0

    def __repr__(self) -> str:
        return f"<Live {self._format} {self.sample_rate} Hz, {len(self.sentences)} sentences>"

    @property
    def _rate(self) -> int:
        """Bytes a second."""
        return 2 * self.sample_rate

    @property
    def text(self) -> str:
        """The final sentences so far, a line each."""
        return "\n".join(sentence.text for sentence in self.sentences)

    @property
    def waiting(self) -> float:
        """Seconds of sound that the line has not taken yet."""
        return self._tape.waiting / self._rate

    async def __aenter__(self) -> Self:
        if self._tasks or self._over:
            raise SettingsError("A live session is used once: make another one.")
        if self._source is not None:
            source = await self._fetched(self._source)
            self.sound = await asyncio.to_thread(read, source, self.sample_rate)
            self.sample_rate = self.sound.sample_rate
            self._tape = Tape(int(self._limits.memory * self._rate))
        self._ready = asyncio.get_running_loop().create_future()
        self._tasks = [asyncio.create_task(self._run())]
        try:
            await self._ready
        except BaseException:
            await self.aclose()
            raise
        if self.sound is not None:
            self._tasks.append(asyncio.create_task(self._play(self.sound)))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def send(self, data: bytes) -> None:
        """
        Send more sound, in pieces of any length.

        Waits while more than ``limits.backlog`` seconds wait to be sent. Raises what ended the
        session, or `SettingsError` after `finish`.
        """
        if self._ended:
            raise SettingsError("The session was finished: nothing can be sent any more.")
        while self.waiting > self._limits.backlog and not self._over:
            self._room.clear()
            await self._room.wait()
        if self._error:
            raise self._error
        self._tape.record(data)
        self._news.set()

    def end(self) -> None:
        """No more sound will come: let the service say its last words. Returns at once."""
        self._ended = True
        self._news.set()

    async def finish(self) -> None:
        """No more sound will come; wait for the last words. Raises what ended the session."""
        self.end()
        if self._tasks:
            await asyncio.wait(self._tasks[:1])
        if self._error:
            raise self._error

    async def aclose(self) -> None:
        """Hang up, without waiting for last words."""
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
        while True:
            while self._events:
                yield self._events.popleft()
            if self._over:
                break
            self._arrived.clear()
            await self._arrived.wait()
        if self._error:
            raise self._error

    async def _fetched(self, source: Any) -> Any:
        """What is at an address, without the key; anything else as it is."""
        if not (isinstance(source, str) and source.startswith(("http://", "https://"))):
            return source
        if self._downloads is None:
            raise SettingsError("Nothing is fetched here: give the path of a file.")
        return (await self._downloads.fetch(source, kinds=("audio", "video"))).data

    async def _play(self, sound: Sound) -> None:
        """Send a source as fast as it would be spoken."""
        clock = asyncio.get_running_loop().time
        begin, step = clock(), FRAME
        for at in range(0, len(sound.pcm), step):
            if self._ended:
                return
            await self.send(sound.pcm[at : at + step])
            due = begin + (at + step) / self._rate * self._pace
            if (left := due - clock()) > 0:
                await self._sleep(left)
        self.end()

    async def _run(self) -> None:
        try:
            await self._keep_up()
        except SophNetError as error:
            error.response = Response(text=self.text, service=access.SERVICE, ending="failed")
            self._error = error
            if self._ready and not self._ready.done():
                self._ready.set_exception(error)
        finally:
            self._over = True
            if self._ready and not self._ready.done():
                self._ready.cancel()
            for event in (self._arrived, self._room):
                event.set()

    async def _keep_up(self) -> None:
        """Open lines until one comes to its proper end."""
        failed = 0
        while True:
            known = len(self.sentences)
            try:
                line = await self._open()
                self._began(line)
                return await self._converse(line)
            except (Unreachable, LineClosed, TimedOut) as error:
                lost: SophNetError = error
            # Words that are heard again and again are no progress, whole sentences are.
            failed = 1 if len(self.sentences) > known else failed + 1
            most = self._limits.attempts if self.lines else ATTEMPTS
            slow = isinstance(lost, TimedOut) and not self.lines
            if failed >= most or slow or not self._can_resume:
                raise self._verdict(lost)
            if self.lines:
                self._put(Notice(text="The line to the recogniser broke; it is opened again."))
            await self._sleep(backoff(failed, random.random()))

    def _verdict(self, lost: SophNetError) -> SophNetError:
        """What it was, now that we give up."""
        if not self.lines and isinstance(lost, LineClosed):
            # Closed before every beginning: that is how a wrong key can look, too.
            reason = lost.reason
            return LineRefused(service=access.SERVICE, closed=lost.code, reason=reason)
        return lost

    @property
    def _can_resume(self) -> bool:
        return self._format == "pcm" or self._tape.sent == 0

    async def _open(self) -> Line:
        place = self._place
        query = {
            **place.fields,
            "format": self._format,
            "sample_rate": str(self.sample_rate),
            "heartbeat": "true" if self._heartbeat else "false",
        }
        path = place.path("stream-speech")
        return await Line.open(self._sockets, path, query, within=self._limits.ok)

    def _began(self, line: Line) -> None:
        self._clock = Clock(self.sample_rate, self._tape.rewind())
        self._said_bye = self._heard = False
        self.lines += 1
        if self.lines == 1:
            self._put(Started(service=access.SERVICE, sandbox=line.sandbox))
        elif self._tape.forgotten:
            seconds = self._tape.forgotten / self._rate
            self._put(Notice(text=f"{seconds:.0f} s of sound could not be sent again."))
            self._tape.forgotten = 0
        if self._ready and not self._ready.done():
            self._ready.set_result(None)

    async def _converse(self, line: Line) -> None:
        """Send and hear on one line to its proper end. Raises `LineClosed` where it broke."""
        sending = asyncio.create_task(self._send_all(line))
        try:
            while True:
                self._take(await line.hear())
        except LineClosed as closed:
            if self._is_over(closed):
                return
            raise
        finally:
            sending.cancel()
            await asyncio.wait({sending})
            await line.socket.aclose()

    def _is_over(self, closed: LineClosed) -> bool:
        """Whether that was the proper end of the session, of which the last event is then told."""
        if self._said_bye:
            # Some servers just break the line when all was said. But what was heard on it may not
            # be all: the rest is sent again, until two lines have heard nothing more in it.
            self._mute = 0 if self._heard else self._mute + 1
            rest = (self._tape.end - self._tape.settled) / self._rate > SHORTEST
            rude = closed.code == ABNORMAL and (not rest or self._mute >= MUTE_LINES)
            if closed.code not in GOOD_BYE and not rude:
                return False
            self._put(Finished(reason="closed"))
            return True
        if closed.code in GOOD_BYE and not self._heartbeat:
            words = "The service ended the session, as it does after 60 s without heartbeat."
            self._put(Notice(text=words))
            self._put(Finished(reason="closed", ending="incomplete"))
            return True
        return False

    async def _send_all(self, line: Line) -> None:
        with suppress(LineClosed):  # which the one who hears will be told
            while True:
                self._news.clear()
                while piece := self._tape.take(FRAME):
                    await line.socket.send(piece)
                    self._tape.trim()
                    self._room.set()
                if self._ended:
                    break
                await self._wait_for_sound(line)
            if rest := self._tape.take(FRAME, whole=False):
                await line.socket.send(rest)
            self._said_bye = True
            await line.socket.send(BYE)
            await self._see_off(line)

    async def _wait_for_sound(self, line: Line) -> None:
        try:
            async with asyncio.timeout(self._limits.idle):
                await self._news.wait()
        except TimeoutError:
            # Sound that does not come is no silence: the service would close the line.
            if self._heartbeat and self._format == "pcm":
                self._clock.put_silence(self._tape.sent, FRAME)
                await line.socket.send(bytes(FRAME))

    async def _see_off(self, line: Line) -> None:
        """Give the service a while for its last words, then hang up."""
        heard = -1
        while heard != len(self.sentences):
            heard = len(self.sentences)
            await asyncio.sleep(self._limits.farewell)
        self._put(Notice(text="The recogniser did not end its answer: its last words may lack."))
        await line.socket.aclose()

    def _take(self, heard: Heard) -> None:
        said = self._clock.told(heard.transcript, heard.ends)
        self._heard = True
        if not said.final:
            self._put(said)
            return
        end = self._tape.sent if said.end is None else self._clock.place(said.end)
        self._tape.settle(end)
        if said.text.strip():
            self.sentences.append(said)
            self._put(said)

    def _put(self, event: Event) -> None:
        last = self._events[-1] if self._events else None
        # A partial sentence repeats the one before it: a slow reader loses nothing by this.
        if isinstance(last, Transcript) and not last.final and isinstance(event, Transcript):
            self._events.pop()
        self._events.append(event)
        self._arrived.set()
