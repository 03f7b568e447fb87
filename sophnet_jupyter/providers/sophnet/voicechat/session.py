"""One conversation by voice: rules, rounds, and events in both directions (WIRE 1.14)."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Literal, NamedTuple, Self

import msgspec

from ....errors import SettingsError, SophNetError, TimedOut
from ....events import Event, Finished, Started, Transcript
from ....response import Response, settle
from ....wire.websocket import Sockets
from .. import access
from ..speech.live.connection import heard
from ..speech.live.source import Samples, read
from ..voice.frame import is_frame
from .connection import Message, VoiceChatConnection, is_refusal
from .round import Round
from .setup import Setup

State = Literal["new", "listening", "answering", "cancelling", "closed"]
Sleep = Callable[[float], Coroutine[Any, Any, None]]
COMPLETED = "conversation.chat.completed"
TAKEN = "input_audio_buffer.completed"
CANCELED = "conversation.chat.canceled"
# Milliseconds of sound in one message, as the document advises.
FRAME = 100


class Signal(msgspec.Struct, frozen=True, kw_only=True):
    """
    What the service says of the conversation itself: ``name`` is its ``event_type``.

    ``status`` is not 0 where it refuses or regrets something, and ``message`` says what.
    """

    name: str
    status: int = 0
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceChatLimits:
    """Seconds."""

    created: float = 10.0
    """For the service to say that the chat is created."""
    reply: float = 10.0
    """For its reply to an event."""
    silence: float = 30.0
    """In an answer without a word or a sound, until the service counts as gone."""
    ping: float = 20.0
    """Between two pings. The service hangs up after 60 s without one."""
    idle: float = 20.0
    """Without sound between answers until silence is sent, which keeps the line open."""


class _Ask(NamedTuple):
    """An event of ours that waits for its reply."""

    reply: str
    future: asyncio.Future[Signal]


class VoiceChatSession:
    """
    Talk to a model, and hear it answer.

        async with client.voicechat.connect("DeepSeek-V3.2", system="Be brief.") as talk:
            await talk.play("question.wav")
            response = await talk.answer()

    Or event by event, with sound from anywhere: `send` it, end the turn with `complete`, break an
    answer off with `cancel`, and read what happens with ``async for event in talk``: `Transcript`,
    `TextDelta`, `AudioChunk` and so on, `Finished` at the end of each round, and a `Signal` for
    each word of the service about the conversation itself.

    The client ends a turn; the service does not listen for a silence. Events that are not allowed
    just now raise `SettingsError`, and nothing is sent.
    """

    def __init__(
        self,
        sockets: Sockets,
        path: str,
        query: Mapping[str, str],
        setup: Setup,
        *,
        limits: VoiceChatLimits | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.setup = setup
        self.heard: list[str] = []
        """The final sentences of the turn that goes on, or of the one that is being answered."""
        self.stray = 0
        """Frames that came outside of their answer, and were dropped."""
        self.rounds = 0
        """Answers that are over."""
        self._sockets, self._path, self._query = sockets, path, dict(query)
        self._limits, self._sleep = limits or VoiceChatLimits(), sleep
        self._line: VoiceChatConnection | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._events: deque[Event | Signal] = deque()
        self._arrived, self._at_rest = asyncio.Event(), asyncio.Event()
        self._asks: deque[_Ask] = deque()
        self._round: Round | None = None
        self._turn_over = False
        self._sounded = self._closed = False
        self._error: SophNetError | None = None
        self._sound_at = 0.0
        self._patience: asyncio.TimerHandle | None = None

    def __repr__(self) -> str:
        return f"<voice chat with {self._query.get('model')}, {self.state}, {self.rounds} rounds>"

    @property
    def state(self) -> State:
        if self._closed:
            return "closed"
        if self._line is None:
            return "new"
        if self._round is None:
            return "listening"
        return "cancelling" if self._round.stage == "cancelling" else "answering"

    @property
    def question(self) -> str:
        """What was understood of the turn that goes on, or of the last one that was answered."""
        return " ".join(self.heard)

    @property
    def unanswered(self) -> str:
        """What was understood of the turn that goes on; empty before its first sentence."""
        return "" if self._turn_over else self.question

    async def __aenter__(self) -> Self:
        if self._line or self._closed:
            raise SettingsError("A voice chat is connected once: connect another one.")
        self._line = await VoiceChatConnection.open(
            self._sockets, self._path, self._query, within=self._limits.created
        )
        model = self._query.get("model", "")
        self._put(Started(service=access.SERVICE, model=model, sandbox=self._line.sandbox))
        self._tasks = [asyncio.create_task(self._read_all(self._line))]
        self._tasks.append(asyncio.create_task(self._keep_open(self._line)))
        try:
            await self.update()
        except BaseException:
            await self.aclose()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    # Up.

    async def update(self, **changes: Any) -> None:
        """
        Change the `Setup`, by its names. Allowed until the first sound is sent.

        Raises `SettingsError` after that, and `ServiceError` for what the service refuses.
        """
        if self._sounded:
            raise SettingsError(
                "The setup is frozen since the first sound was sent: connect anew to change it."
            )
        try:
            setup = replace(self.setup, **changes)
        except TypeError:
            names = ", ".join(Setup.__dataclass_fields__)
            raise SettingsError(f"The setup of a voice chat has {names}.") from None
        await self._ask("chat.update", "chat.updated", message=setup.message())
        self.setup = setup

    async def send(self, data: bytes) -> None:
        """Send sound as it comes, in the format of the setup. Raises what ended the line."""
        line = self._open_line()
        self._sounded = True
        self._sound_at = self._now()
        await line.socket.send(data)

    async def play(self, source: Any, *, pace: float = 1.0) -> Samples:
        """
        Send a file, an array, samples or a `Samples` as if it were spoken now.

        ``pace=0`` sends at full speed. Its sampling rate must be that of the setup. Raises
        `SettingsError`.
        """
        sound: Samples = source
        if not isinstance(source, Samples):
            sound = await asyncio.to_thread(read, source, self.setup.sample_rate)
        if sound.sample_rate != self.setup.sample_rate:
            raise SettingsError(
                f"This sound has {sound.sample_rate} samples a second, and the chat was set up for "
                f"{self.setup.sample_rate}: connect with sample_rate={sound.sample_rate}."
            )
        step, begin = 2 * sound.sample_rate * FRAME // 1000, self._now()
        for at in range(0, len(sound.pcm), step):
            await self.send(sound.pcm[at : at + step])
            due = begin + (at + step) / (2 * sound.sample_rate) * pace
            if (left := due - self._now()) > 0:
                await self._sleep(left)
        return sound

    async def complete(self) -> None:
        """End the turn: what was recognised becomes the question. Raises `SettingsError`."""
        line = self._open_line()
        if self._round:
            raise SettingsError("An answer is still coming: cancel it, or wait for its end.")
        if not self._sounded:
            raise SettingsError("There is nothing to answer yet: send some sound first.")
        self._new_turn()
        self._round = Round()
        self._be_patient()
        await line.tell("input_audio_buffer.complete")

    async def cancel(self) -> bool:
        """Break the answer off. False where there is none. What still comes of it is dropped."""
        line = self._open_line()
        if self._round is None or self._round.stage == "cancelling":
            return False
        self._round.stage = "cancelling"
        await line.tell("conversation.chat.cancel")
        return True

    async def clear(self) -> None:
        """Forget the sound and the words of the turn that goes on. Raises `SettingsError`."""
        if not self._sounded:
            raise SettingsError("There is nothing to clear: no sound was sent yet.")
        await self._ask("input_audio_buffer.clear", "input_audio_buffer.cleared")
        self.heard = []

    async def forget(self) -> None:
        """Let the model forget the rounds so far; what the setup told it stays."""
        await self._ask("conversation.clear", "conversation.cleared")

    async def ping(self) -> float:
        """Seconds to the service and back. Sent by itself, too, as long as the loop runs."""
        begin = self._now()
        await self._ask("ping", "pong")
        return self._now() - begin

    async def rested(self) -> None:
        """Wait until no answer is coming, and the service listens again. Raises what ended it."""
        while self._round and not self._closed:
            self._at_rest.clear()
            await self._at_rest.wait()
        if self._error:
            raise self._error

    async def answer(self) -> Response:
        """
        End the turn, and return the whole answer: `Response.text` and `Response.audio`.

        Raises `ServiceError` when the service gives the answer up; the conversation goes on then.
        """
        return await settle(self.stream())

    async def stream(self) -> AsyncGenerator[Event, None]:
        """End the turn, and yield the events of its answer. Leaving early cancels it."""
        await self.complete()
        asked = self._round
        try:
            async for event in self:
                if isinstance(event, Signal):
                    continue
                yield event
                if isinstance(event, Finished):
                    break
        finally:
            if asked is self._round and not self._closed:
                await self.cancel()
        if asked and asked.failed:
            raise asked.failed

    async def aclose(self) -> None:
        """Hang up."""
        self._closed = True
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        if self._line:
            await self._line.socket.aclose()

    # Down.

    async def __aiter__(self) -> AsyncGenerator[Event | Signal, None]:
        """Events, until the line is closed. One reader at a time. Raises what ended the line."""
        while True:
            while self._events:
                yield self._events.popleft()
            if self._closed:
                break
            self._arrived.clear()
            await self._arrived.wait()
        if self._error:
            raise self._error

    async def _read_all(self, line: VoiceChatConnection) -> None:
        try:
            while True:
                self._take(line, await line.receive())
        except SophNetError as error:
            self._error = self._error or error
        finally:
            self._hang_up()

    def _hang_up(self) -> None:
        self._closed = True
        if self._patience:
            self._patience.cancel()
        for ask in self._asks:
            if not ask.future.done() and self._error:
                ask.future.set_exception(self._error)
            ask.future.cancel()
        for event in (self._arrived, self._at_rest):
            event.set()

    def _take(self, line: VoiceChatConnection, message: Message) -> None:
        refusal = is_refusal(message)
        if "event_type" in message or refusal:
            self._hear(line, message, refusal=refusal)
        elif "choices" in message or is_frame(message):
            if self._round is None:
                self.stray += 1
                return
            self._be_patient()
            for event in self._round.events(message):
                self._put(event)
        elif isinstance(message.get("text"), str):
            said = heard(message).transcript
            if said.final and said.text.strip():
                self._new_turn()
                self.heard.append(said.text)
            self._put(said)

    def _new_turn(self) -> None:
        """The words of the last one are kept until the next one begins."""
        if self._turn_over:
            self._turn_over, self.heard = False, []

    def _hear(self, line: VoiceChatConnection, message: Message, *, refusal: bool) -> None:
        name = str(message.get("event_type") or "error")
        said = str(message.get("message") or "")
        status = message.get("status") or 0
        signal = Signal(
            name=name,
            status=status if isinstance(status, int) else -1,
            message=self._sockets.origin.scrub(said),
        )
        asked = next((ask for ask in self._asks if ask.reply == name or name == "error"), None)
        if asked:
            self._asks.remove(asked)
            if not asked.future.done():
                if refusal:
                    asked.future.set_exception(line.error(message))
                else:
                    asked.future.set_result(signal)
        elif refusal and self._round and name != CANCELED:
            self._round.failed = line.error(message)
        if name == TAKEN and self._round and self._round.stage == "asked":
            self._round.stage = "answering"
        if name != "pong":
            self._put(signal)
        if name == COMPLETED:
            self._end_round()

    def _end_round(self) -> None:
        ended = self._round
        if ended is None or (ended.stage == "asked" and not ended.failed):
            # Said twice: of the round before this one, which the service has not even taken.
            return
        self._round, self._turn_over = None, True
        self.stray += ended.late
        self.rounds += 1
        if self._patience:
            self._patience.cancel()
        for event in ended.end():
            self._put(event)
        self._at_rest.set()

    # The line.

    async def _ask(self, event: str, reply: str, **facts: str) -> Signal:
        line = self._open_line()
        ask = _Ask(reply, asyncio.get_running_loop().create_future())
        self._asks.append(ask)
        try:
            async with asyncio.timeout(self._limits.reply):
                await line.tell(event, **facts)
                return await ask.future
        except TimeoutError:
            seconds = self._limits.reply
            raise TimedOut(service=access.SERVICE, limit="reply", seconds=seconds) from None
        finally:
            if ask in self._asks:
                self._asks.remove(ask)

    async def _keep_open(self, line: VoiceChatConnection) -> None:
        pinged = self._now()
        tick = min(self._limits.ping, self._limits.idle)
        with contextlib.suppress(SophNetError):  # which the reader is told
            while True:
                await self._sleep(tick)
                if self._now() - pinged >= self._limits.ping * 0.9:
                    pinged = self._now()
                    await line.tell("ping")
                quiet = self._sounded and self._round is None
                raw = self.setup.format == "pcm" and self.setup.heartbeat
                if quiet and raw and self._now() - self._sound_at >= self._limits.idle * 0.9:
                    await self.send(bytes(2 * self.setup.sample_rate * FRAME // 1000))

    def _be_patient(self) -> None:
        """From now on it may be silent for a while, but not for ever."""
        if self._patience:
            self._patience.cancel()
        loop = asyncio.get_running_loop()
        self._patience = loop.call_later(self._limits.silence, self._lose_patience)

    def _lose_patience(self) -> None:
        seconds = self._limits.silence
        self._error = TimedOut(service=access.SERVICE, limit="between-chunks", seconds=seconds)
        for task in self._tasks:
            task.cancel()

    def _open_line(self) -> VoiceChatConnection:
        if self._error:
            raise self._error
        if self._line is None or self._closed:
            raise SettingsError("The voice chat is not connected: use it in an async with.")
        return self._line

    def _put(self, event: Event | Signal) -> None:
        last = self._events[-1] if self._events else None
        # A partial sentence repeats the one before it: a slow reader loses nothing by this.
        if isinstance(last, Transcript) and not last.final and isinstance(event, Transcript):
            self._events.pop()
        self._events.append(event)
        self._arrived.set()

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()
