"""A panel that recognises speech: sound from a comm or a source, sentences to all views."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from traitlets import Bool

from ...errors import SophNetError
from ...events import Event, Notice, Started, Transcript
from ...kernel.loop import loop
from ...kernel.switching import quick_turns
from ...views.safe.control_characters import plain
from ..hearing.hearers import Hearers
from ..hearing.take import Take
from ..hearing.uplink import Message, Uplink
from ..hearing.waiting import Waiters
from ..panel.panel import Panel, said
from . import spoken
from .dictation import Dictation

# At most so many partial sentences a second are drawn.
RATE = 15
# Seconds that the browser may take to send its last frame.
LAST_FRAME = 1.0
# Milliseconds from which the lateness of sound is worth a word.
LATE = 1000


class Listening(Panel):
    """
    The work of a microphone: one take of the browser, or its ``_source``, in one live session.

    Sound arrives on a subshell's thread and goes on to the loop's, where all else happens.
    """

    keeps = Bool(False, help="Whether the sound is kept.").tag(sync=True)
    sandbox = Bool(False, help="Whether the sandbox heard it, and no service.").tag(sync=True)
    _client: Any = None
    _source: Any = None
    _options: dict[str, Any]

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self.error: Exception | None = None
        """What ended it the last time, if that was no proper end."""
        self._dictation = Dictation()
        self._hearers = Hearers(lambda error: self.tell("error", text=f"on_final: {said(error)}"))
        self._waiting = Waiters()
        self._told = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._take: Take | None = None
        self._session: Any = None
        self._uplink = Uplink(self.key, self._from_browser)
        self._ends.append(self._uplink.close)

    def _is_idle(self) -> bool:
        return self._job is None

    def _from_browser(self, message: Message) -> None:
        loop().call_soon_threadsafe(self.perform, self._hear_sound, message, time.time() * 1000)

    def _hear_sound(self, message: Message, now: float) -> None:
        facts, take = message.facts, self._take
        ours = take is not None and facts.get("take") == take.number
        match message.kind:
            case "begin":
                self._begin(Take(int(facts["take"]), int(facts["sample_rate"])))
            case "frame" if take and ours:
                take.add(int(facts["seq"]), float(facts["t"]), now, message.data)
                if self.keeps:
                    self._dictation.sound += message.data
            case "end" if take and ours:
                take.missing += max(0, int(facts["frames"]) - take.frames)
                take.end(str(facts.get("why", "")))
            case "gone" if take:
                take.end("The page with the microphone was closed.")

    def _begin(self, take: Take | None) -> None:
        try:
            session = self._session_for(take)
            super().start(lambda: self._listen(session, take))
        except SophNetError:
            if take is not None:
                # The view that has opened it would send sound that nobody hears.
                self.tell("halt", take=take.number)
            raise
        # Set only once it is the one job: another view may have begun before.
        self._take, self._session = take, session
        self._waiting.look(over=False)

    def _session_for(self, take: Take | None) -> Any:
        given = {} if take is None else {"sample_rate": take.sample_rate}
        source = self._source if take is None else None
        try:
            return self._client.speech.live(source, **{**given, **self._options})
        except SophNetError as error:
            self.error = error
            raise

    def _stop(self) -> None:
        """The first stop waits for the last sentences, the second one closes the connection."""
        if self._job is None:
            return
        if self.phase == "finishing":
            super()._stop()
            return
        self.phase = "finishing"
        self.tell("halt")
        if self._take is None:
            self._session.end()
        else:
            loop().call_later(LAST_FRAME, self._take.end)

    # The job.

    async def _listen(self, session: Any, take: Take | None) -> None:
        self.phase, self.error = "connecting", None
        pump: asyncio.Task[None] | None = None
        async with self._hearers.listening():
            try:
                async with session:
                    if self.phase == "connecting":
                        self.phase = "listening"
                    if take is not None:
                        pump = asyncio.create_task(self._pump(session, take))
                    async for event in session:
                        self._heard(event)
                self.phase = "ready"
            except asyncio.CancelledError:
                self.phase = "stopped"
                raise
            except Exception as error:
                self.phase, self.error = "failed", error
                raise
            finally:
                self._end(session, take, pump)

    async def _pump(self, session: Any, take: Take) -> None:
        told = 0
        try:
            with quick_turns():
                while (frame := await take.next()) is not None:
                    await session.send(frame)
                    late = round(take.late / LATE)
                    if late != told:
                        told = late
                        self.tell("late", seconds=late)
        except SophNetError:
            return  # which the one who reads the session is told
        if take.why:
            self.tell("notice", text=take.why)
        if self.phase == "listening":
            self.phase = "finishing"
        session.end()

    def _heard(self, event: Event) -> None:
        match event:
            case Transcript(final=True):
                sentence = self._dictation.hear(event)
                self._tell_final(sentence)
                self._hearers.put(sentence)
            case Transcript():
                self._dictation.hear(event)
                self._tell_partial()
            case Notice(text=text):
                self.tell("notice", text=text)
            case Started():
                self.sandbox = event.sandbox
        self._waiting.look(over=False)

    def _end(self, session: Any, take: Take | None, pump: asyncio.Task[None] | None) -> None:
        if pump:
            pump.cancel()
        dictation = self._dictation
        dictation.sample_rate = session.sample_rate
        if take is None and self.keeps and session.sound:
            dictation.sound += session.sound.pcm
        length = take.received if take else len(session.sound.pcm) if session.sound else 0
        begun = dictation.end_take(length * 1000 // (2 * session.sample_rate))
        if begun is not None:
            self._tell_final(begun)
        if take and take.missing + take.dropped:
            lost = (take.missing + take.dropped) / 10
            self.tell("notice", text=f"{lost:.1f} s of sound were lost on the way.")
        self._take = self._session = None
        self.tell("halt")
        self.tell("over", has_sound=bool(dictation.sound))

    def _ended(self, job: asyncio.Task[None]) -> None:
        super()._ended(job)
        self._waiting.look(over=True)

    def _tell_final(self, sentence: Transcript) -> None:
        self.tell("final", index=len(self._dictation.sentences) - 1, **shown(sentence))

    def _tell_partial(self) -> None:
        """Show the partial sentence, at a limited rate: the next one repeats it."""
        wait = self._told + 1 / RATE - loop().time()
        if wait <= 0:
            self._told = loop().time()
            self.tell("partial", text=plain(self.partial))
        elif self._timer is None:
            self._timer = loop().call_later(wait, self._tell_late)

    def _tell_late(self) -> None:
        self._timer = None
        if self._dictation.partial is not None:
            self._tell_partial()


def shown(sentence: Transcript) -> dict[str, Any]:
    """A sentence as JSON for a view."""
    return {"text": plain(sentence.text), "time": spoken.clock(sentence)}
