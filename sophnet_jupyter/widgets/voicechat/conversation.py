"""A voice conversation: a recording, a connection to the service, and playback."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import Coroutine, Mapping
from typing import Any

from traitlets import Bool, Float, Unicode

from ...errors import LineClosed, SettingsError, SophNetError
from ...events import AudioChunk, Ending, Finished, Notice, Started, TextDelta, Transcript
from ...files import wav
from ...kernel.loop import loop
from ...kernel.switching import quick_turns
from ...language import mark, tr
from ..hearing.take import Take
from ..hearing.uplink import Message, Uplink
from ..hearing.waiting import Waiters
from ..panel.line import ANSWER
from ..panel.panel import Panel, said
from .answer import Answers
from .line import VoiceLine
from .sending import VoiceUplink
from .spoken_turn import SpokenTurn
from .turn import Turn
from .turns import Turns

_TAKEN, _CANCELED = "input_audio_buffer.completed", "conversation.chat.canceled"
_UNANSWERED = mark("the conversation ended before an answer came")


class Conversation(Panel):
    """
    A voice chat at work: one recording of the browser, or several sources in turn.

    Each of its parts may end before the others: what is said (`SpokenTurn`), what is answered and
    heard (`Answers`), and the line between (`VoiceLine`), which is opened again when it breaks.
    """

    chat_model = Unicode("", help="The model; the client's own if empty.").tag(sync=True)
    system = Unicode("", help="What the model is told before the first turn.").tag(sync=True)
    voice = Unicode("", help="Who answers; the service's own choice if empty.").tag(sync=True)
    mode = Unicode("hands-free").tag(sync=True)
    silence = Float(0.7, help="Seconds of silence after a sentence that end a turn.").tag(sync=True)
    keeps = Bool(False, help="Whether the sound is kept.").tag(sync=True)
    sound_format = Unicode("mp3", help="How the answer's sound comes.").tag(sync=True)
    _client: Any = None
    _sources: list[Any]
    _pace = 1.0
    _options: dict[str, Any]
    # How the voice sounds, beside its name.
    _manner: dict[str, Any]

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self.error: Exception | None = None
        """What ended it the last time, if that was no proper end."""
        self._turns = Turns(self.tell)
        self._speech = SpokenTurn(lambda: self.silence, lambda: self._later(self._end_turn()))
        self._answers = Answers(self._turns, self.tell, self._fell_quiet)
        self._calls = VoiceLine(
            self._connect,
            opened=self._line_opened,
            broke=self._line_broke,
            came_so_far=lambda: self._turns.answered,
        )
        self._waiting = Waiters()
        self._take: Take | None = None
        # What was understood of the turn that is being said, or said again.
        self._so_far = ""
        self._sending = VoiceUplink(self._speech, self._end_turn, self._answers.quiet)
        self._uplink = Uplink(self.key, self._from_browser)
        self._ends.append(self._uplink.close)

    @property
    def _session(self) -> Any:
        return self._calls.session

    # The microphone.

    def call_roll(self) -> None:
        super().call_roll()
        # What a page says while it goes may be lost, and it would count as listening for long.
        self._uplink.doubt(ANSWER)

    def _from_browser(self, message: Message) -> None:
        loop().call_soon_threadsafe(self.perform, self._hear_sound, message, time.time() * 1000)

    def _hear_sound(self, message: Message, now: float) -> None:
        facts, take = message.facts, self._take
        ours = take is not None and facts.get("take") == take.number
        match message.kind:
            case "begin":
                self._played_by(str(facts.get("view", "")), facts.get("sound"))
                self._listen(Take(int(facts["take"]), int(facts["sample_rate"])))
            case "frame" if take and ours:
                take.add(int(facts["seq"]), float(facts["t"]), now, message.data)
                if facts.get("loud"):
                    self._speech.hear_loud()
                if facts.get("released"):
                    self._speech.release(take.frames)
            case "end" if take and ours:
                take.missing += max(0, int(facts["frames"]) - take.frames)
                self._hang_up(take, str(facts.get("why", "")))
            case "gone" if take:
                self._hang_up(take, tr("The page with the microphone was closed."))

    def _hang_up(self, take: Take, why: str) -> None:
        # At once, and not when its last frame is through: the line may be in no state to take it.
        take.end(why)
        self._calls.hang_up()

    def _listen(self, take: Take) -> None:
        try:
            self._begin(take)
        except SophNetError:
            # Its view would send sound that nobody hears.
            self.tell("halt", take=take.number)
            raise

    def _played_by(self, view: str, sound: object) -> None:
        if not self._job:
            # How browsers take answers: mp3 where they decode a stream of it, else plain samples.
            self._answers.player, self.sound_format = view, "pcm" if sound == "pcm" else "mp3"

    # The job.

    def _begin(self, take: Take | None) -> None:
        super().start(lambda: self._converse(take))
        self._take = take
        self._speech.begin()
        self._waiting.look(over=False)

    async def _converse(self, take: Take | None) -> None:
        self.phase, self.error = "connecting", None
        sounds: list[Any] = []
        try:
            if take is None:
                sounds = await asyncio.to_thread(self._read_sources)
            self._speech.sample_rate = take.sample_rate if take else sounds[0].sample_rate
            await self._calls.hold(self._read, lambda session: self._speak(session, take, sounds))
            if take and take.why:
                self._tell_notice(take.why)
            self.phase = "ready"
        except asyncio.CancelledError:
            self.phase = "stopped"
            raise
        except Exception as error:
            self.phase, self.error = "failed", error
            raise
        finally:
            self._end(take)

    def _end(self, take: Take | None) -> None:
        self._give_up("stopped" if self.phase == "stopped" else "incomplete")
        if take and take.missing + take.dropped:
            lost = (take.missing + take.dropped) / 10
            self._tell_notice(tr("{lost:.1f} s of sound were lost on the way.", lost=lost))
        self._answers.end()
        self._take, self._sending.again = None, False
        self._speech.partial = ""
        self._speech.forget()
        if self._so_far:
            self._turns.add(Turn(question=self._so_far, ending="failed", error=tr(_UNANSWERED)))
        self._show_so_far("")
        self.tell("halt")

    def _ended(self, job: asyncio.Task[None]) -> None:
        if self._take:
            # It was stopped before it began.
            self._end(self._take)
        super()._ended(job)
        self._waiting.look(over=True)

    def _connect(self) -> Any:
        voice = {**self._manner, **({"voice": self.voice} if self.voice else {})}
        if self.sound_format == "pcm":
            voice["format"] = "pcm"
        usual = {
            "voice": voice or True,
            "asr_mode": "online" if self.mode == "hands-free" else "refresh",
        }
        known = {
            "messages": [*self._options.get("messages", ()), *self._turns.messages()],
            "sample_rate": self._speech.sample_rate,
        }
        return self._client.voicechat.connect(
            self.chat_model, system=self.system, **{**usual, **self._options, **known}
        )

    def _line_opened(self) -> None:
        self.phase = "listening"
        self._answers.quiet.set()

    def _line_broke(self, error: SophNetError | None) -> None:
        self.phase = "reconnecting"
        if error is None:
            return
        # Its next step, in a sentence of its own, is what is done here.
        what = re.split(r"\. |。", str(error), maxsplit=1)[0]
        self._tell_notice(
            tr("{what}. The line is opened again, and the conversation goes on.", what=what)
        )
        turn = self._answers.comes
        if turn and turn.ending is None and not turn.written:
            # Nothing was answered: the question is asked again on the next line.
            self._answers.give_up()
            self._turns.all.remove(turn)
            self._sending.again = True
            self._so_far = turn.question
            self.tell("state", **self.state()[0])
        self._give_up("incomplete")

    def _give_up(self, ending: Ending) -> None:
        """The connection is lost: text recognised and spoken so far is kept."""
        self._speech.rest()
        if turn := self._answers.give_up():
            self._speech.forget()
            turn.ending = ending
            self._turns.tell(turn, "over")

    # What is said.

    async def _speak(self, session: Any, take: Take | None, sounds: list[Any]) -> None:
        if take:
            with quick_turns():
                await self._sending.pump(session, take)
        else:
            await self._sending.play(session, sounds, self._pace)

    def _read_sources(self) -> list[Any]:
        sounds = [self._client.voicechat.sound(source) for source in self._sources]
        if len({sound.sample_rate for sound in sounds}) != 1:
            raise SettingsError(
                tr("The sources of a voice chat have one and the same sampling rate.")
            )
        return sounds

    async def _end_turn(self) -> None:
        session, speech = self._session, self._speech
        if session is None or session.state != "listening" or not speech.sound:
            return
        if speech.is_slip:
            speech.forget()
            await session.clear()
            self._show_so_far("")
            self._tell_notice(tr("Hold the button as long as you speak."))
            return
        turn = Turn(question=session.unanswered)
        if self.sound_format == "pcm":
            turn.sound_kind = "wav"
        if self.keeps:
            turn.question_sound = wav.written(speech.sound, speech.sample_rate)
        speech.partial, self.phase = "", "thinking"
        self._turns.add(turn)
        self._answers.expect(turn, speech.ended_at, keep=self.keeps)
        self._show_so_far("")
        await session.complete()

    # What is answered.

    async def _read(self, session: Any) -> None:
        async for event in session:
            match event:
                case Started(sandbox=sandbox):
                    self.sandbox = sandbox
                case Transcript():
                    self._hear_words(event, session)
                case TextDelta(text=text) if self._answers.comes:
                    # From the first word on the question will not be asked again.
                    self._speech.forget()
                    self._answers.add_text(text)
                case AudioChunk(data=data) if self._answers.comes:
                    if self._answers.add_sound(data):
                        self.phase = "speaking"
                case Finished(ending=ending) if self._answers.comes:
                    self._speech.forget()
                    self._answers.finish(ending)
                case Notice(text=text):
                    self._tell_notice(text)
                case _:
                    self._hear_signal(event, session)
            self._waiting.look(over=False)

    def _hear_words(self, words: Transcript, session: Any) -> None:
        # Where the microphone flows all the time, only a silence says that a turn is over.
        self._speech.hear(words, may_end=self.mode == "hands-free" and self._take is not None)
        partial = self._speech.partial
        told = "" if self._answers.comes else f"{session.unanswered} {partial}"
        self._show_so_far(told.strip())

    def _show_so_far(self, words: str) -> None:
        self._so_far = words
        self.tell("partial", text=words)

    def _hear_signal(self, signal: Any, session: Any) -> None:
        turn = self._answers.comes
        if getattr(signal, "name", "") == _TAKEN and turn:
            turn.question = session.question
            self._turns.tell(turn, "turn")
        elif getattr(signal, "status", 0) and signal.name != _CANCELED:
            self._tell_notice(tr("The service says: {message}", message=signal.message))
            if turn:
                turn.error = signal.message

    def _fell_quiet(self) -> None:
        if self.phase in ("thinking", "speaking", "interrupted"):
            self.phase = "listening"
        self.settle()
        self._waiting.look(over=False)

    # An interruption.

    def _interrupt(self, turn: Turn, facts: Mapping[str, Any]) -> None:
        """Interrupt an answer: the browser has stopped playback, if it has asked for this."""
        broken = self._answers.cut(turn, facts)
        if broken:
            self.phase = "interrupted"
        if broken == "comes":
            self._later(self._cancel())
        elif broken == "heard":
            self._answers.fall_quiet()

    async def _cancel(self) -> None:
        # Whoever reads the line is told when it is gone.
        with contextlib.suppress(SophNetError):
            if self._session:
                await self._session.cancel()

    def _tell_notice(self, text: str) -> None:
        self.tell("notice", text=text)

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = loop().create_task(work)
        task.add_done_callback(self._drawn)

    def _drawn(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, LineClosed):
            self.tell("error", text=said(error))
