"""
A conversation by voice: talk, see both sides as text, hear the answer, interrupt.

One piece, since it is one conversation: a take of the microphone, a line to the service, and the
sound that is heard, each of which may end before the others.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

from traitlets import Bool, Float, Unicode

from ..errors import LineClosed, SettingsError, SophNetError, TimedOut, Unreachable
from ..events import AudioChunk, Finished, Notice, Started, TextDelta, Transcript
from ..kernel.loop import loop
from . import voice_look, voice_turn
from .panel import Buffers, Command, Panel, said
from .take import Take
from .track import Track
from .uplink import Message, Uplink
from .voice_turn import Turn
from .waiting import Waiting

if TYPE_CHECKING:
    from pandas import DataFrame

Mode = Literal["hands-free", "push-to-talk"]
MODES = ("hands-free", "push-to-talk")
# At most so many messages a second, however small the pieces of text are.
RATE = 15
# How often a line that broke is opened again before we give up, and the longest wait in seconds.
ATTEMPTS, LONGEST_WAIT = 5, 5.0
# Seconds without a word of the browser after which what it played counts as over.
PLAYED = 3.0
# Seconds below which a held button was a slip.
SLIP = 0.3
# Seconds of a turn's sound that are kept, to be said again when the line breaks.
MEMORY = 60
# How browsers take answers: mp3 where they decode a stream of it, else plain samples.
PCM_RATE = 24_000
# What the protocol freezes with the first sound.
FROZEN = ("chat_model", "system", "voice", "mode")


class Client(Protocol):
    """What the panel needs of a client."""

    @property
    def voicechat(self) -> Any: ...


class VoiceChat(Panel):
    """
    Press Start and talk to a model: both sides appear as text, and the answer is heard.

    With ``mode="hands-free"`` a turn ends ``silence`` seconds after a sentence; with
    ``"push-to-talk"`` when the button or the space bar is let go. Speak, or press Interrupt, to
    break an answer off: it is silent at once, and its text is cut where the sound was.
    ``half_duplex=True`` does not listen while the answer is heard: for loudspeakers, from which
    the microphone would hear it. ``source``, or a list of sources, one for each turn, is heard in
    place of a microphone. ``keep=True`` keeps the sound of both sides. ``clean`` lets the browser
    take out echo and noise. Further ``options`` are those of ``client.voicechat.connect``.

    Raises `SettingsError` when no client is given and none can be made.
    """

    file = "voice_chat"
    # Where a panel without a client gets one from. The package puts its own `Client` here.
    make_client: ClassVar[Callable[[], Client] | None] = None

    title = Unicode("Voice chat").tag(sync=True)
    chat_model = Unicode("", help="The model; the client's own if empty.").tag(sync=True)
    system = Unicode("", help="What the model is told before the first turn.").tag(sync=True)
    voice = Unicode("", help="Who answers; the service's own choice if empty.").tag(sync=True)
    mode = Unicode("hands-free").tag(sync=True)
    silence = Float(0.7, help="Seconds of silence after a sentence that end a turn.").tag(sync=True)
    half_duplex = Bool(False, help="Whether it is deaf while it speaks.").tag(sync=True)
    keeps = Bool(False, help="Whether the sound is kept.").tag(sync=True)
    clean = Bool(True, help="Whether the browser takes out echo and noise.").tag(sync=True)
    sandbox = Bool(False, help="Whether the sandbox answers, and no service.").tag(sync=True)
    sourced = Bool(False, help="Whether a source is heard in place of a microphone.").tag(sync=True)
    sound_format = Unicode("mp3", help="How the answer's sound comes.").tag(sync=True)

    def __init__(
        self,
        client: Client | None = None,
        source: Any = None,
        *,
        model: str = "",
        system: str = "",
        voice: str = "",
        mode: Mode = "hands-free",
        silence: float = 0.7,
        half_duplex: bool = False,
        keep: bool = False,
        clean: bool = True,
        pace: float = 1.0,
        title: str = "Voice chat",
        **options: Any,
    ) -> None:
        if mode not in MODES:
            raise SettingsError(f"A voice chat is {' or '.join(MODES)}, not {mode}.")
        super().__init__(
            title=title,
            chat_model=model,
            system=system,
            voice=voice,
            mode=mode,
            silence=silence,
            half_duplex=half_duplex,
            keeps=keep,
            clean=clean,
            sourced=source is not None,
        )
        self._client = client or self._made_client()
        self._sources = list(source) if isinstance(source, list | tuple) else [source]
        self._pace, self._options = pace, options
        self.error: Exception | None = None
        """What ended it the last time, if that was no proper end."""
        self._turns: list[Turn] = []
        self._partial = ""
        self._waiting = Waiting()
        self._take: Take | None = None
        self._session: Any = None
        self._renew = asyncio.Event()
        # The turn that is said: its sound, how many frames of the take are in the line, and behind
        # which of them the button was let go.
        self._sound = bytearray()
        self._sample_rate = 16_000
        self._passed = 0
        self._marks: list[int] = []
        self._spoke_at = self._loud_at = 0.0
        # Whether the turn was over already when the line broke.
        self._again = False
        self._turn_timer: asyncio.TimerHandle | None = None
        # The answer that comes, and the one that is heard.
        self._track: Track | None = None
        self._text_sent = 0
        self._text_timer: asyncio.TimerHandle | None = None
        self._answering: Turn | None = None
        self._heard: Turn | None = None
        self._quiet = asyncio.Event()
        self._played_timer: asyncio.TimerHandle | None = None
        self._char_pace = 0.0
        # The view that plays; two would be an echo.
        self._player, self._viewed = "", False
        self._uplink = Uplink(self.key, self._from_browser)

    @classmethod
    def _made_client(cls) -> Client:
        if cls.make_client is None:
            raise SettingsError("A voice chat needs a client: VoiceChat(sophnet_jupyter.Client()).")
        return cls.make_client()

    @property
    def turns(self) -> list[Turn]:
        """The turns so far, oldest first."""
        return list(self._turns)

    @property
    def partial(self) -> str:
        """The sentence that is being spoken just now."""
        return self._partial

    def to_frame(self) -> DataFrame:
        """A DataFrame with a row for each turn: both texts, the ending, and the times."""
        return voice_turn.frame(self._turns)

    def start(self, work: Any = None) -> None:
        """
        Begin to talk; with a source at once, else as soon as the browser lets it.

        A browser may want a click on Start all the same.
        """
        if work is not None:
            super().start(work)
        elif self.sourced:
            loop().call_soon_threadsafe(self.perform, self._begin, None)
        else:
            self.tell("listen")

    def interrupt(self) -> None:
        """Break the answer off, as by the button."""
        loop().call_soon_threadsafe(self.perform, self._hush)

    def clear(self) -> None:
        """Forget the turns; the model forgets them too."""
        loop().call_soon_threadsafe(self.perform, self._clear)

    async def until(
        self,
        what: int | Callable[[VoiceChat], bool] | None = None,
        *,
        within: float | None = None,
    ) -> list[Turn]:
        """
        Wait until so many turns are over, or until something holds; without ``what`` until it ends.

        Raises `TimeoutError` after ``within`` seconds, and `SophNetError` when it ends before.
        """
        if isinstance(what, int):
            count = what
            what = lambda talk: sum(turn.ending is not None for turn in talk._turns) >= count  # noqa: E731
        met = (lambda: what(self)) if what else (lambda: self._job is None)
        over = (lambda: self._job is None) if what else (lambda: False)
        async with asyncio.timeout(within):
            if not await self._waiting.until(met, over):
                raise SophNetError("The voice chat was stopped before that.")
        return self.turns

    # Commands of the browser, and its sound.

    def obey(self, command: Command, buffers: Buffers) -> None:
        match command:
            case {"kind": "start", "view": str(view), "sound": str(sound)}:
                self._played_by(view, sound)
                if self.sourced:
                    self._begin(None)
            case {"kind": "setup", "setup": dict(setup)}:
                self._set_up(setup)
            case {"kind": "interrupt", "turn": int(turn)}:
                self._interrupt(turn, command)
            case {"kind": "playing", "turn": int(turn)}:
                self._hear_of(turn, command)
            case {"kind": "clear"}:
                self._clear()
            case {"kind": "audio", "view": str(view), "turn": int(turn)} if self._has(turn):
                kept = self._turns[turn]
                self.tell("audio", [kept.audio], to=view, turn=turn, type=kept.sound_kind)
            case {"kind": "sound", "facts": facts}:
                # A front end without a comm of its own for sound.
                self._uplink.take(facts, buffers)

    def state(self) -> tuple[dict[str, Any], list[bytes]]:
        self._viewed = True
        return {"turns": [turn.shown() for turn in self._turns], "partial": self._partial}, []

    def still(self) -> tuple[str, str]:
        title = f"{self.title} · sandbox" if self.sandbox else self.title
        return voice_look.html(self._turns, title), voice_look.plain(self._turns)

    def _has(self, turn: int) -> bool:
        return 0 <= turn < len(self._turns)

    def _from_browser(self, message: Message) -> None:
        loop().call_soon_threadsafe(self.perform, self._hear_sound, message, time.time() * 1000)

    def _hear_sound(self, message: Message, now: float) -> None:
        facts, take = message.facts, self._take
        ours = take is not None and facts.get("take") == take.number
        match message.kind:
            case "begin":
                self._played_by(str(facts.get("view", "")), facts.get("sound"))
                self._begin(Take(int(facts["take"]), int(facts["sample_rate"])))
            case "frame" if take and ours:
                take.add(int(facts["seq"]), float(facts["t"]), now, message.data)
                if facts.get("loud"):
                    self._loud_at = time.monotonic()
                    self._still_speaking()
                if facts.get("released"):
                    self._marks.append(take.frames)
            case "end" if take and ours:
                take.missing += max(0, int(facts["frames"]) - take.frames)
                take.end(str(facts.get("why", "")))
            case "gone" if take:
                take.end("The page with the microphone was closed.")

    def _played_by(self, view: str, sound: object) -> None:
        if not self._job:
            self._player, self.sound_format = view, "pcm" if sound == "pcm" else "mp3"

    def _begin(self, take: Take | None) -> None:
        super().start(lambda: self._converse(take))
        self._take, self._passed = take, 0
        self._marks.clear()
        self._waiting.look(over=False)

    # The job.

    async def _converse(self, take: Take | None) -> None:
        self.phase, self.error = "connecting", None
        sounds: list[Any] = []
        try:
            if take is None:
                sounds = await asyncio.to_thread(self._read_sources)
            self._sample_rate = take.sample_rate if take else sounds[0].sample_rate
            await self._keep_up(take, sounds)
            self.phase = "ready"
        except asyncio.CancelledError:
            self.phase = "stopped"
            raise
        except Exception as error:
            self.phase, self.error = "failed", error
            raise
        finally:
            self._give_up("stopped" if self.phase == "stopped" else "incomplete")
            self._end(take)

    async def _keep_up(self, take: Take | None, sounds: list[Any]) -> None:
        """Open lines until the conversation is over."""
        failed = 0
        while True:
            before = len(self._turns)
            try:
                async with self._connect() as self._session:
                    self._session_began()
                    if await self._on_one_line(take, sounds):
                        return
                self.phase, failed = "reconnecting", 0
            except (LineClosed, Unreachable, TimedOut) as error:
                failed = 1 if len(self._turns) > before else failed + 1
                if failed >= ATTEMPTS or self._session is None:
                    raise
                self.phase = "reconnecting"
                self._tell_notice(f"{error} It is opened again, and the conversation goes on.")
                self._give_up("incomplete")
                await asyncio.sleep(min(LONGEST_WAIT, 2.0**failed / 4) * random.uniform(0.5, 1))

    def _connect(self) -> Any:
        self._renew.clear()
        voice: dict[str, Any] = {"voice": self.voice} if self.voice else {}
        if self.sound_format == "pcm":
            voice["format"] = "pcm"
        setup = {"voice": voice or True, **self._options}
        return self._client.voicechat.connect(
            self.chat_model,
            system=self.system,
            messages=self._history(),
            asr_mode="online" if self.mode == "hands-free" else "refresh",
            sample_rate=self._sample_rate,
            **setup,
        )

    def _history(self) -> list[dict[str, str]]:
        """What was said, for a line that knows nothing of it."""
        messages = []
        for turn in self._turns:
            if turn.question and turn.ending in ("complete", "stopped"):
                messages.append({"role": "user", "content": turn.question})
                messages.append({"role": "assistant", "content": turn.answer or "…"})
        return messages

    def _session_began(self) -> None:
        self.phase = "listening"
        self._quiet.set()

    async def _on_one_line(self, take: Take | None, sounds: list[Any]) -> bool:
        """Converse on one line; False where the setup was changed, and another one is wanted."""
        session = self._session
        reading = asyncio.create_task(self._read(session))
        speaking = asyncio.create_task(
            self._pump(session, take) if take else self._play(session, sounds)
        )
        renewing = asyncio.create_task(self._renew.wait())
        tasks = {reading, speaking, renewing}
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if renewing in done:
                return False
            for task in done:
                task.result()
            return speaking in done
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    async def _pump(self, session: Any, take: Take) -> None:
        await self._say_again(session)
        while (frame := await take.next()) is not None:
            self._passed += 1
            if session.state != "listening":
                # Whoever speaks into an answer has broken it off, and is heard after that.
                await session.rested()
            if frame:
                self._remember(frame)
                await session.send(frame)
            while self._marks and self._passed + take.dropped >= self._marks[0]:
                self._marks.pop(0)
                self._spoke_at = time.monotonic()
                await self._end_turn()
        if take.why:
            self._tell_notice(take.why)

    async def _say_again(self, session: Any) -> None:
        """What was said, and not answered with a single word, when the line broke."""
        again, self._again = self._again, False
        if self._sound:
            await session.send(bytes(self._sound))
            if again:
                await self._end_turn()

    def _remember(self, frame: bytes) -> None:
        self._sound += frame
        del self._sound[: -MEMORY * 2 * self._sample_rate]

    async def _play(self, session: Any, sounds: list[Any]) -> None:
        """One source a turn, each when the answer to the last one was heard."""
        if self._again:
            await self._say_again(session)
            await session.rested()
            await self._quiet.wait()
        while sounds:
            sound = sounds[0]
            self._sound.clear()
            self._remember(sound.pcm)
            await session.play(sound, pace=self._pace)
            sounds.pop(0)
            self._spoke_at = time.monotonic()
            await self._end_turn()
            await session.rested()
            await self._quiet.wait()

    def _read_sources(self) -> list[Any]:
        sounds = [self._client.voicechat.sound(source) for source in self._sources]
        if len({sound.sample_rate for sound in sounds}) != 1:
            raise SettingsError("The sources of a voice chat have one and the same sampling rate.")
        return sounds

    async def _read(self, session: Any) -> None:
        async for event in session:
            match event:
                case Started(sandbox=sandbox):
                    self.sandbox = sandbox
                case Transcript():
                    self._hear_words(event, session)
                case TextDelta(text=text) if self._answering:
                    self._add_text(self._answering, text)
                case AudioChunk(data=data) if self._answering:
                    self._add_sound(self._answering, data)
                case Finished():
                    self._finish(event)
                case Notice(text=text):
                    self._tell_notice(text)
                case _:
                    self._hear_signal(event, session)
            self._waiting.look(over=False)

    # What is said.

    def _hear_words(self, event: Transcript, session: Any) -> None:
        if not event.final:
            self._partial = event.text
            self._still_speaking()
        elif event.text.strip():
            self._partial = ""
            if self.mode == "hands-free" and not self.sourced:
                self._spoke_at = time.monotonic()
                self._wait_for_silence()
        words = "" if self._answering else f"{session.unanswered} {self._partial}"
        self.tell("partial", text=words.strip())

    def _still_speaking(self) -> None:
        if self._turn_timer:
            self._spoke_at = time.monotonic()
            self._wait_for_silence()

    def _wait_for_silence(self) -> None:
        if self._turn_timer:
            self._turn_timer.cancel()
        self._turn_timer = loop().call_later(self.silence, self._silence_came)

    def _silence_came(self) -> None:
        self._turn_timer = None
        if self._partial:
            return
        self._spoke_at = self._loud_at or self._spoke_at
        self._later(self._end_turn())

    async def _end_turn(self) -> None:
        session = self._session
        if session is None or session.state != "listening" or not self._sound:
            return
        if len(self._sound) < SLIP * 2 * self._sample_rate:
            self._sound.clear()
            await session.clear()
            self._tell_notice("Hold the button as long as you speak.")
            return
        turn = Turn(question=session.unanswered)
        if self.sound_format == "pcm":
            turn.sound_kind = "wav"
        if self.keeps:
            turn.question_sound = voice_turn.wav(bytes(self._sound), self._sample_rate)
        self._turns.append(turn)
        self._answering, self._partial = turn, ""
        self._track = Track(str(len(self._turns) - 1), self._tell_player)
        self._text_sent = 0
        self._quiet.clear()
        self.phase = "thinking"
        self.tell("turn", index=len(self._turns) - 1, **turn.shown())
        self.tell("partial", text="")
        await session.complete()

    # What is answered.

    def _hear_signal(self, signal: Any, session: Any) -> None:
        turn = self._answering
        if getattr(signal, "name", "") == "input_audio_buffer.completed" and turn:
            turn.question = session.question
            self._tell_turn(turn, "turn")
        elif getattr(signal, "status", 0) and signal.name != "conversation.chat.canceled":
            self._tell_notice(f"The service says: {signal.message}")
            if turn:
                turn.error = signal.message

    def _add_text(self, turn: Turn, text: str) -> None:
        if turn.ending is not None:
            return
        if turn.first_text is None:
            turn.first_text = time.monotonic() - self._spoke_at
            # From the first word on the question will not be asked again.
            self._sound.clear()
        turn.written += text
        turn.answer = turn.written
        if self._text_timer is None:
            self._tell_text(turn)

    def _tell_text(self, turn: Turn) -> None:
        self._text_timer = None
        if turn is not self._answering or self._text_sent == len(turn.written):
            return
        at, self._text_sent = self._text_sent, len(turn.written)
        index = self._turns.index(turn)
        self.tell("text", index=index, at=at, text=turn.written[at:])
        self._text_timer = loop().call_later(1 / RATE, self._tell_text, turn)

    def _add_sound(self, turn: Turn, data: bytes) -> None:
        if turn.ending is not None or self._track is None:
            return
        if turn.first_sound is None:
            # Until the browser tells when it is heard.
            turn.first_sound = time.monotonic() - self._spoke_at
            self.phase = "speaking"
            self._heard = turn
        if self.keeps:
            turn.audio += data
        self._track.feed(data)

    def _finish(self, event: Finished) -> None:
        turn, track = self._answering, self._track
        if turn is None or track is None:
            return
        self._answering = self._track = None
        self._sound.clear()
        if turn.ending is None:
            turn.ending = event.ending
            turn.answer = turn.written
        if turn.audio and turn.sound_kind == "wav":
            turn.audio = voice_turn.wav(turn.audio, PCM_RATE)
        track.finish()
        self._tell_turn(turn, "over")
        plays = self._heard is turn and turn.ending != "stopped"
        if plays and (self._player or self._viewed):
            self._expect_player()
        else:
            self._fall_quiet()

    def _give_up(self, ending: Literal["stopped", "incomplete"]) -> None:
        """The line is gone: what was understood and said by then is kept."""
        if self._turn_timer:
            self._turn_timer.cancel()
            self._turn_timer = None
        turn, track, self._answering, self._track = self._answering, self._track, None, None
        if track:
            track.finish()
        if turn and turn.ending is None:
            if not turn.written and ending == "incomplete":
                # Nothing was answered: the question is asked again on the next line.
                self._turns.remove(turn)
                self._again = True
                self.tell("state", **self.state()[0])
                return
            turn.ending = ending
            self._tell_turn(turn, "over")

    # What is heard.

    def _hear_of(self, number: int, facts: Mapping[str, Any]) -> None:
        """The browser tells how far it is with an answer's sound."""
        if not self._has(number):
            return
        turn = self._turns[number]
        self._player = self._player or str(facts.get("view", ""))
        if facts.get("began"):
            turn.first_sound = time.monotonic() - self._spoke_at
            self._tell_turn(turn, "figures")
        if facts.get("over"):
            turn.played = float(facts["seconds"])
            if turn.ending == "complete" and turn.played:
                self._char_pace = len(turn.written) / turn.played
            if turn is self._heard and self._answering is None:
                self._fall_quiet()
        elif turn is self._heard and self._answering is None:
            self._expect_player()

    def _expect_player(self) -> None:
        if self._played_timer:
            self._played_timer.cancel()
        self._played_timer = loop().call_later(PLAYED, self._fall_quiet)

    def _fall_quiet(self) -> None:
        if self._played_timer:
            self._played_timer.cancel()
            self._played_timer = None
        self._heard = None
        self._quiet.set()
        if self.phase in ("thinking", "speaking", "interrupted"):
            self.phase = "listening"
        self.settle()
        self._waiting.look(over=False)

    def _hush(self) -> None:
        turn = self._answering or self._heard
        if turn is None:
            return
        if self._player:
            self.tell("hush", to=self._player, turn=self._turns.index(turn))
        self._interrupt(self._turns.index(turn), {})

    def _interrupt(self, number: int, facts: Mapping[str, Any]) -> None:
        """Break an answer off: its sound is silent already, if the browser has asked for this."""
        if not self._has(number):
            return
        turn = self._turns[number]
        if "played" in facts:
            pace = self._char_pace or voice_turn.usual_pace(turn.written)
            length, whole = float(facts["length"]), bool(facts["whole"])
            turn.cut(float(facts["played"]), length, whole=whole, pace=pace)
            if facts.get("seconds") is not None:
                turn.barge_in = float(facts["seconds"])
        comes, heard = turn is self._answering, turn is self._heard
        if comes or heard:
            turn.ending = "stopped"
            self.phase = "interrupted"
        self._tell_turn(turn, "over")
        if comes:
            self._later(self._cancel())
        elif heard:
            self._fall_quiet()

    async def _cancel(self) -> None:
        # Whoever reads the line is told when it is gone.
        with contextlib.suppress(SophNetError):
            await self._session.cancel()

    # The setup.

    def _set_up(self, setup: Mapping[str, Any]) -> None:
        before = [getattr(self, name) for name in FROZEN]
        for name in ("chat_model", "system", "voice"):
            if isinstance(setup.get(name), str):
                setattr(self, name, setup[name].strip())
        if setup.get("mode") in MODES:
            self.mode = setup["mode"]
        if isinstance(seconds := setup.get("silence"), int | float):
            self.silence = min(5.0, max(0.2, float(seconds)))
        if isinstance(deaf := setup.get("half_duplex"), bool):
            self.half_duplex = deaf
        if self._session and self._job and before != [getattr(self, name) for name in FROZEN]:
            self._tell_notice(
                "The service takes a new setup on a new line only: connecting again. "
                "The conversation goes on."
            )
            self._give_up("stopped")
            self._renew.set()

    def _clear(self) -> None:
        if self._answering:
            raise SophNetError("An answer is still coming: interrupt it first.")
        self._turns.clear()
        self._heard = None
        self.tell("state", **self.state()[0])
        if self._session and self._session.state == "listening":
            self._later(self._session.forget())
        self.settle()

    # What is told.

    def _tell_player(self, kind: str, buffers: Sequence[bytes] = (), **facts: Any) -> None:
        self.tell(kind, list(buffers), to=self._player, **facts)

    def _tell_turn(self, turn: Turn, kind: str) -> None:
        if turn in self._turns:
            self.tell(kind, index=self._turns.index(turn), **turn.shown())

    def _tell_notice(self, text: str) -> None:
        self.tell("notice", text=text)

    def _later(self, work: Any) -> None:
        task = loop().create_task(work)
        task.add_done_callback(self._drawn)

    def _drawn(self, task: asyncio.Task[Any]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, LineClosed):
            self.tell("error", text=said(error))

    def _end(self, take: Take | None) -> None:
        if take and take.missing + take.dropped:
            lost = (take.missing + take.dropped) / 10
            self._tell_notice(f"{lost:.1f} s of sound were lost on the way.")
        for timer in (self._played_timer, self._text_timer):
            if timer:
                timer.cancel()
        self._played_timer = self._text_timer = None
        self._take = self._session = self._heard = None
        self._partial = ""
        self._sound.clear()
        self._quiet.set()
        self.tell("partial", text="")
        self.tell("halt")

    def _ended(self, job: asyncio.Task[None]) -> None:
        super()._ended(job)
        self._waiting.look(over=True)
