"""A panel that recognises speech: sound from a comm or a source, sentences to all views."""

from __future__ import annotations

import asyncio
from typing import Any

from traitlets import Bool

from ...errors import SophNetError
from ...events import Event, Started, Transcript
from ...kernel.loop import loop
from ..hearing.hearers import Hearers
from ..hearing.take import Take
from ..hearing.uplink import Message, Uplink
from ..hearing.waiting import Waiters
from ..panel.line import ANSWER
from ..panel.panel import Panel, said
from .dictation import Dictation
from .recognition import Recognition, arrived, begun


class Listening(Panel):
    """
    The work of a microphone: one take of the browser, or its ``_source``, in one live session.

    Sound arrives on a subshell's thread and goes on to the loop's, where all else happens.
    """

    keeps = Bool(False, help="Whether the sound is kept.").tag(sync=True)
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
        self._recognition: Recognition | None = None
        self._uplink = Uplink(self.key, self._from_browser)
        self._ends.append(self._uplink.close)

    def _is_idle(self) -> bool:
        return self._job is None

    @property
    def _take(self) -> Take | None:
        """What the browser sends just now, with the counts of its frames."""
        return self._recognition.take if self._recognition else None

    def call_roll(self) -> None:
        super().call_roll()
        # What a page says while it goes may be lost, and it would count as listening for long.
        self._uplink.doubt(ANSWER)

    def _from_browser(self, message: Message) -> None:
        loop().call_soon_threadsafe(self.perform, self._hear_sound, message, arrived())

    def _hear_sound(self, message: Message, now: float) -> None:
        if message.kind == "begin":
            self._begin(begun(message))
        elif self._recognition:
            self._recognition.sound(message, now)

    def _begin(self, take: Take | None) -> None:
        try:
            recognition = Recognition(
                self._session_for(take),
                take,
                self._dictation,
                self.tell,
                hear=self._heard,
                look=self._look,
                keeps=lambda: bool(self.keeps),
            )
            super().start(lambda: self._listen(recognition))
        except SophNetError:
            if take is not None:
                # The view that has opened it would send sound that nobody hears.
                self.tell("halt", take=take.number)
            raise
        # Set only once it is the one job: another view may have begun before.
        self._recognition = recognition
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
        if self._job is None or self._recognition is None:
            return
        if self.phase == "finishing":
            super()._stop()
            return
        self.tell("halt")
        self._recognition.finish()

    # The job.

    async def _listen(self, recognition: Recognition) -> None:
        self.error = None
        async with self._hearers.listening():
            try:
                await recognition.listen()
            except asyncio.CancelledError:
                raise
            except Exception as error:
                self.error = error
                raise
            finally:
                self._recognition = None
                self.tell("halt")
                self.tell("over", has_sound=bool(self._dictation.sound))

    def _look(self, phase: str) -> None:
        self.phase = phase

    def _heard(self, event: Event, sentence: Transcript | None) -> None:
        if sentence is not None:
            self._hearers.put(sentence)
        elif isinstance(event, Started):
            self.sandbox = event.sandbox
        self._waiting.look(over=False)

    def _ended(self, job: asyncio.Task[None]) -> None:
        super()._ended(job)
        self._waiting.look(over=True)
