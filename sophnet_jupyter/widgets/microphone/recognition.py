"""One recording that is recognised while it lasts: sound goes in, sentences come out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, Protocol

from ...errors import SophNetError
from ...events import Event, Notice, Started, Transcript
from ...kernel.loop import loop
from ...kernel.switching import quick_turns
from ...language import tr
from ...views.safe.control_characters import plain
from ..hearing.take import Take
from ..hearing.uplink import Message
from . import spoken
from .dictation import Dictation

# At most so many partial sentences a second are told.
RATE = 15
# Seconds that the browser may take to send its last frame.
LAST_FRAME = 1.0
# Milliseconds from which the lateness of sound is worth a word.
LATE = 1000


class Tell(Protocol):
    """Tells what happened: final, partial, notice, late; `Recognition` says with which facts."""

    def __call__(self, kind: str, **facts: Any) -> None: ...


class Recognition:
    """
    The work of one live session, of a `Take` or of the session's own source.

    To be used on the loop's thread. ``tell`` hears of sentences (``final``: index, text, time;
    ``partial``: text), a ``notice`` (text) and how ``late`` sound is (seconds). ``hear`` is handed
    each event of the session, and ``look`` the phase: connecting, listening, finishing; then ready,
    stopped or failed.
    """

    def __init__(
        self,
        session: Any,
        take: Take | None,
        dictation: Dictation,
        tell: Tell,
        *,
        hear: Callable[[Event, Transcript | None], None] = lambda event, sentence: None,
        look: Callable[[str], None] = lambda phase: None,
        keeps: Callable[[], bool] = lambda: False,
    ) -> None:
        self.take = take
        self.phase = ""
        self._session = session
        self._dictation = dictation
        self._tell = tell
        self._hear = hear
        self._look = look
        self._keeps = keeps
        self._told = 0.0
        self._timer: asyncio.TimerHandle | None = None

    async def listen(self) -> None:
        """Recognise until the sound ends. Raises what ends it early, `SophNetError` mostly."""
        self._become("connecting")
        pump: asyncio.Task[None] | None = None
        try:
            async with self._session as session:
                if self.phase == "connecting":
                    self._become("listening")
                if self.take is not None:
                    pump = asyncio.create_task(self._pump(session, self.take))
                async for event in session:
                    self._heard(event)
            self._become("ready")
        except asyncio.CancelledError:
            self._become("stopped")
            raise
        except Exception:
            self._become("failed")
            raise
        finally:
            self._end(pump)

    def sound(self, message: Message, now: float) -> None:
        """Take sound from the browser, and its end; ``now`` in milliseconds of this clock."""
        facts, take = message.facts, self.take
        ours = take is not None and facts.get("take") == take.number
        match message.kind:
            case "frame" if take and ours:
                take.add(int(facts["seq"]), float(facts["t"]), now, message.data)
                if self._keeps():
                    self._dictation.sound += message.data
            case "end" if take and ours:
                take.missing += max(0, int(facts["frames"]) - take.frames)
                take.end(str(facts.get("why", "")))
            case "gone" if take:
                take.end(tr("The page with the microphone was closed."))

    def finish(self) -> None:
        """End the sound, and wait for the last sentences: `listen` returns with them."""
        self._become("finishing")
        if self.take is None:
            self._session.end()
        else:
            loop().call_later(LAST_FRAME, self.take.end)

    async def _pump(self, session: Any, take: Take) -> None:
        told = 0
        try:
            with quick_turns():
                while (frame := await take.next()) is not None:
                    await session.send(frame)
                    late = round(take.late / LATE)
                    if late != told:
                        told = late
                        self._tell("late", seconds=late)
        except SophNetError:
            return  # which the one who reads the session is told
        if take.why:
            self._tell("notice", text=take.why)
        if self.phase == "listening":
            self._become("finishing")
        session.end()

    def _heard(self, event: Event) -> None:
        sentence = None
        match event:
            case Transcript(final=True):
                sentence = self._dictation.hear(event)
                self._tell_final(sentence)
            case Transcript():
                self._dictation.hear(event)
                self._tell_partial()
            case Notice(text=text):
                self._tell("notice", text=text)
            case Started():
                pass
        self._hear(event, sentence)

    def _end(self, pump: asyncio.Task[None] | None) -> None:
        if pump:
            pump.cancel()
        if self._timer:
            self._timer.cancel()
        dictation, session, take = self._dictation, self._session, self.take
        dictation.sample_rate = session.sample_rate
        if take is None and self._keeps() and session.sound:
            dictation.sound += session.sound.pcm
        length = take.received if take else len(session.sound.pcm) if session.sound else 0
        begun = dictation.end_take(length * 1000 // (2 * session.sample_rate))
        if begun is not None:
            self._tell_final(begun)
        if take and take.missing + take.dropped:
            lost = (take.missing + take.dropped) / 10
            self._tell("notice", text=tr("{lost:.1f} s of sound were lost on the way.", lost=lost))

    def _become(self, phase: str) -> None:
        self.phase = phase
        self._look(phase)

    def _tell_final(self, sentence: Transcript) -> None:
        self._tell("final", index=len(self._dictation.sentences) - 1, **shown(sentence))

    def _tell_partial(self) -> None:
        """Tell the partial sentence, at a limited rate: the next one repeats it."""
        wait = self._told + 1 / RATE - loop().time()
        partial = self._dictation.partial
        if wait <= 0 and partial is not None:
            self._told = loop().time()
            self._tell("partial", text=plain(partial.text))
        elif self._timer is None:
            self._timer = loop().call_later(wait, self._tell_late)

    def _tell_late(self) -> None:
        self._timer = None
        if self._dictation.partial is not None:
            self._tell_partial()


def begun(message: Message) -> Take:
    """The take that a message begins."""
    return Take(int(message.facts["take"]), int(message.facts["sample_rate"]))


def arrived() -> float:
    """When a message arrived, in milliseconds."""
    return time.time() * 1000


def shown(sentence: Transcript) -> dict[str, Any]:
    """A sentence as JSON for a view."""
    return {"text": plain(sentence.text), "time": spoken.clock(sentence)}
