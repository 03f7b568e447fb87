"""
Send sound to the recogniser, reconnecting as needed.

See docs/services/sophnet.md#live-speech.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from .....errors import LineClosed, LineRefused, SophNetError, TimedOut, Unreachable
from .....events import Event, Finished, Notice, Started, Transcript
from .....language import mark, tr
from .....time_limit import pause, within
from .....wire.retry import ATTEMPTS, backoff
from .....wire.websocket import ABNORMAL
from ... import access
from .clock import Clock
from .connection import BYE, GOOD_BYE, SpeechConnection, TimedSentence
from .repeats import Repeats
from .tape import Tape

# Seconds below which what is left at the end of a session can hold no word.
SHORTEST = 0.2
MUTE_LINES = 2
SILENT = mark(
    "Nobody speaks in this sound, or nothing of it was understood: the transcript is empty."
)
TOO_QUIET = mark("The service ended the session, as it does after 60 s without heartbeat.")
UNFINISHED = mark(
    "The session ended within its last sentence, which is kept as far as it was heard."
)
UNREADABLE = mark("Messages of the recogniser that could not be read, and are left out: {count}.")
NO_SOUND = mark("No sound was sent: the transcript is empty.")
# What the document advises: 100 ms at 16 kHz.
FRAME = 3200


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveLimits:
    """Time limits in seconds, and the number of attempts to reconnect."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """The sound's rate; whether silence keeps the connection open; whether it is raw PCM."""

    sample_rate: int
    heartbeat: bool
    is_pcm: bool


class Delivery:
    """
    Sends the sound recorded on ``tape``, and passes on the service's sentences.

    ``put`` is called with each event; ``sentences`` are the final ones, ``lines`` how many lines it
    took. What no final sentence was made of is sent again on the next line.
    """

    def __init__(
        self,
        dial: Callable[[], Awaitable[SpeechConnection]],
        sending: Sending,
        limits: LiveLimits,
        put: Callable[[Event], None],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._dial, self._sending, self._limits = dial, sending, limits
        self._put, self._sleep = put, sleep
        self._rate = 2 * sending.sample_rate
        self.tape = Tape(int(limits.memory * self._rate))
        self.sentences: list[Transcript] = []
        self.lines = 0
        self.ended = False
        self.room = asyncio.Event()
        """Set each time that the line has taken something."""
        self._news = asyncio.Event()
        self._clock = Clock(sending.sample_rate)
        self._said_bye = False
        # Whether this line has had any words, and how many in a row that broke had none.
        self._heard, self._mute = False, 0
        self._repeats = Repeats()
        self._unreadable = 0
        self.partial: Transcript | None = None
        """The sentence that is being heard, or was when the session ended."""

    @property
    def waiting(self) -> float:
        """Seconds of sound not sent yet."""
        return self.tape.waiting / self._rate

    def record(self, data: bytes) -> None:
        """Append sound to be sent."""
        self.tape.record(data)
        self._news.set()

    def end(self) -> None:
        """Mark the end of the sound."""
        self.ended = True
        self._news.set()

    async def run(self) -> None:
        """Connect until a session ends normally. Raises `SophNetError` when it gives up."""
        failed = 0
        while True:
            known = len(self.sentences)
            try:
                line = await self._dial()
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
                self._put(Notice(text=tr("The line to the recogniser broke; it is opened again.")))
            await self._sleep(backoff(failed, random.random()))

    def _verdict(self, lost: SophNetError) -> SophNetError:
        """The error to raise when it gives up."""
        if not self.lines and isinstance(lost, LineClosed):
            # Closed before every beginning: that is how a wrong key can look, too.
            reason = lost.reason
            return LineRefused(service=access.SERVICE, closed=lost.code, reason=reason)
        return lost

    @property
    def _can_resume(self) -> bool:
        return self._sending.is_pcm or self.tape.sent == 0

    def _began(self, line: SpeechConnection) -> None:
        self._clock = Clock(self._sending.sample_rate, self.tape.rewind())
        self._said_bye = self._heard = False
        self.lines += 1
        if self.lines == 1:
            start = Started(service=access.SERVICE, sandbox=line.sandbox, engine=line.engine)
            self._put(start)
        elif self.tape.forgotten:
            seconds = self.tape.forgotten / self._rate
            self._put(
                Notice(
                    text=tr("{seconds:.0f} s of sound could not be sent again.", seconds=seconds)
                )
            )
            self.tape.forgotten = 0

    async def _converse(self, line: SpeechConnection) -> None:
        """Send and receive until the session ends. Raises `LineClosed` if the connection broke."""
        sending = asyncio.create_task(self._send_all(line))
        try:
            while True:
                self._take(await line.hear())
        except LineClosed as closed:
            if not self._is_over(closed):
                raise
            self._say_the_end(line)
        finally:
            sending.cancel()
            self._unreadable += line.unreadable
            await asyncio.wait({sending})
            await line.socket.aclose()

    def _is_over(self, closed: LineClosed) -> bool:
        """Whether the session ended normally."""
        if self._said_bye:
            # Some servers just break the line when all was said. But what was heard on it may not
            # be all: the rest is sent again, until two lines have heard nothing more in it.
            self._mute = 0 if self._heard else self._mute + 1
            rest = (self.tape.end - self.tape.settled) / self._rate > SHORTEST
            rude = closed.code == ABNORMAL and (not rest or self._mute >= MUTE_LINES)
            return closed.code in GOOD_BYE or rude
        return closed.code in GOOD_BYE and not self._sending.heartbeat

    def _say_the_end(self, line: SpeechConnection) -> None:
        """The last events, with what a reader should know of the session."""
        said, whole = [], self._said_bye and self.partial is None
        if not self._said_bye:
            said.append(tr(TOO_QUIET))
        elif not self.sentences and not self.partial:
            said.append(tr(SILENT) if self.tape.end else tr(NO_SOUND))
        if self.partial:
            said.append(tr(UNFINISHED))
        if lost := self._unreadable + line.unreadable:
            said.append(tr(UNREADABLE, count=lost))
        for text in said:
            self._put(Notice(text=text))
        ended = Finished(reason="closed")
        self._put(ended if whole else Finished(reason="closed", ending="incomplete"))

    async def _send_all(self, line: SpeechConnection) -> None:
        with suppress(LineClosed):  # which the one who hears will be told
            while True:
                self._news.clear()
                while piece := self.tape.take(FRAME):
                    await line.socket.send(piece)
                    self.tape.trim()
                    self.room.set()
                if self.ended:
                    break
                await self._wait_for_sound(line)
            if rest := self.tape.take(FRAME, whole=False):
                await line.socket.send(rest)
            self._said_bye = True
            await line.socket.send(BYE)
            await self._close_after_last_words(line)

    async def _wait_for_sound(self, line: SpeechConnection) -> None:
        try:
            async with within(self._limits.idle):
                await self._news.wait()
        except TimeoutError:
            # Sound that does not come is no silence: the service would close the line.
            if self._sending.heartbeat and self._sending.is_pcm:
                self._clock.put_silence(self.tape.sent, FRAME)
                await line.socket.send(bytes(FRAME))

    async def _close_after_last_words(self, line: SpeechConnection) -> None:
        """Wait for the service's last sentences, then close the connection."""
        heard = -1
        while heard != len(self.sentences):
            heard = len(self.sentences)
            await pause(self._limits.farewell)
        self._put(
            Notice(text=tr("The recogniser did not end its answer: its last words may lack."))
        )
        await line.socket.aclose()

    def _take(self, heard: TimedSentence) -> None:
        said = self._clock.convert(heard.transcript, heard.ends)
        self._heard = True
        if self._repeats.is_one(said):
            return
        self.partial = None
        if not said.final:
            self.partial = said if said.text.strip() else None
            self._put(said)
            return
        end = self.tape.sent if said.end is None else self._clock.place(said.end)
        self.tape.settle(end)
        if said.text.strip():
            self.sentences.append(said)
            self._put(said)
