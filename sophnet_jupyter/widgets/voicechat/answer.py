"""The answer of a voice conversation: while it arrives, and while it plays."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any, Literal

from ...events import Ending
from ...files import wav
from ...kernel.loop import loop
from ..playing.track import Track
from . import turn as voice_turn
from .turn import Turn
from .turns import Turns

# At most so many messages a second, however small the pieces of text are.
RATE = 15
# Seconds without a word of the browser after which what it played counts as over.
PLAYED = 3.0
PCM_RATE = 24_000


class Answers:
    """
    The answer that ``comes``, and the one that is ``heard``: for a while the same one.

    Words go on to all views, sound to the one that is the ``player``: two would be an echo. The
    browser plays, so it alone knows how far it is, and tells by `hear_of`. ``quiet`` is set while
    nothing comes and nothing is heard; ``fell_quiet`` is called whenever that begins. For the
    loop's thread.
    """

    def __init__(
        self, turns: Turns, tell: Callable[..., None], fell_quiet: Callable[[], None]
    ) -> None:
        self.comes: Turn | None = None
        self.heard: Turn | None = None
        self.player, self.viewed = "", False
        self.quiet = asyncio.Event()
        self._turns, self._tell, self._fell_quiet = turns, tell, fell_quiet
        self._asked_at = 0.0
        self._keep = False
        self._track: Track | None = None
        self._text_sent = 0
        self._text_timer: asyncio.TimerHandle | None = None
        self._played_timer: asyncio.TimerHandle | None = None
        # Characters that this voice says in a second, once it was heard to the end.
        self._pace = 0.0

    def expect(self, turn: Turn, asked_at: float, *, keep: bool) -> None:
        """The next answer is for this turn; times count from the end of the turn."""
        self.end()
        self.comes, self._asked_at, self._keep = turn, asked_at, keep
        self._track = Track(str(self._turns.number(turn)), self._tell_player)
        self._text_sent = 0
        self.quiet.clear()

    # What comes.

    def add_text(self, text: str) -> None:
        turn = self.comes
        if turn is None or turn.ending is not None:
            return
        if turn.first_text is None:
            turn.first_text = time.monotonic() - self._asked_at
        turn.written += text
        turn.answer = turn.written
        if self._text_timer is None:
            self._tell_text(turn)

    def add_sound(self, data: bytes) -> bool:
        """Append sound; True where it is the first of the answer."""
        turn, first = self.comes, False
        if turn is None or turn.ending is not None or self._track is None:
            return False
        if turn.first_sound is None:
            # Until the browser tells when it is heard.
            turn.first_sound = time.monotonic() - self._asked_at
            self.heard, first = turn, True
        if self._keep:
            turn.audio += data
        self._track.feed(data)
        return first

    def finish(self, ending: Ending) -> None:
        """End the answer that is arriving."""
        turn, track = self.comes, self._track
        if turn is None or track is None:
            return
        self.comes = self._track = None
        if turn.ending is None:
            turn.ending = ending
            turn.answer = turn.written
        if turn.audio and turn.sound_kind == "wav":
            turn.audio = wav.written(turn.audio, PCM_RATE)
        track.finish()
        self._turns.tell(turn, "over")
        plays = self.heard is turn and turn.ending != "stopped"
        if plays and (self.player or self.viewed):
            self._expect_player()
        else:
            self.fall_quiet()

    def give_up(self) -> Turn | None:
        """The connection is lost. Returns the turn whose answer was arriving, for an ending."""
        turn, track, self.comes, self._track = self.comes, self._track, None, None
        if track:
            track.finish()
        return turn if turn and turn.ending is None else None

    def _tell_text(self, turn: Turn) -> None:
        self._text_timer = None
        # What was not sent when it was broken off is behind the cut.
        if turn is not self.comes or turn.ending or self._text_sent == len(turn.written):
            return
        at, self._text_sent = self._text_sent, len(turn.written)
        self._tell("text", index=self._turns.number(turn), at=at, text=turn.written[at:])
        self._text_timer = loop().call_later(1 / RATE, self._tell_text, turn)

    def _tell_player(self, kind: str, buffers: list[bytes], **facts: object) -> None:
        self._tell(kind, buffers, to=self.player, **facts)

    # What is heard.

    def hear_of(self, turn: Turn, facts: Mapping[str, Any]) -> None:
        """Handle a report of the browser on the playback of an answer."""
        self.player = self.player or str(facts.get("view", ""))
        if facts.get("began"):
            turn.first_sound = time.monotonic() - self._asked_at
            self._turns.tell(turn, "figures")
        waited_for = turn is self.heard and self.comes is None
        if facts.get("over"):
            turn.played = float(facts["seconds"])
            if turn.ending == "complete" and turn.played:
                self._pace = len(turn.written) / turn.played
            if waited_for:
                self.fall_quiet()
        elif waited_for:
            self._expect_player()

    def cut(self, turn: Turn, facts: Mapping[str, Any]) -> Literal["comes", "heard", ""]:
        """
        Interrupt an answer; ``facts`` are the playback position, if the browser has asked.

        Returns what it was that was broken off: an answer that still comes has to be cancelled.
        """
        if "played" in facts:
            pace = self._pace or voice_turn.usual_pace(turn.written)
            length, whole = float(facts["length"]), bool(facts["whole"])
            turn.cut(float(facts["played"]), length, whole=whole, pace=pace)
            if facts.get("seconds") is not None:
                turn.barge_in = float(facts["seconds"])
        broken: Literal["comes", "heard", ""] = ""
        if turn is self.comes:
            broken = "comes"
        elif turn is self.heard:
            broken = "heard"
        if broken:
            turn.ending = "stopped"
        self._turns.tell(turn, "over")
        return broken

    def stop_playback(self) -> Turn | None:
        """Stop playback in the browser at once. Returns the turn whose answer it was, if any."""
        turn = self.comes or self.heard
        if turn and self.player:
            self._tell("hush", to=self.player, turn=self._turns.number(turn))
        return turn

    def fall_quiet(self) -> None:
        self.end()
        self._fell_quiet()

    def end(self) -> None:
        """End playback, and cancel the timers."""
        for timer in (self._played_timer, self._text_timer):
            if timer:
                timer.cancel()
        self._played_timer = self._text_timer = None
        self.heard = None
        self.quiet.set()

    def _expect_player(self) -> None:
        if self._played_timer:
            self._played_timer.cancel()
        self._played_timer = loop().call_later(PLAYED, self.fall_quiet)
