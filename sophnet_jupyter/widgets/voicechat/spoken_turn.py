"""The user's current turn: its sound, its text, and when it ended."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from ...events import Transcript
from ...kernel.loop import loop

# Seconds below which a held button was a slip.
SLIP = 0.3
# Seconds of a turn's sound that are kept, to be said again when the line breaks.
MEMORY = 60


class SpokenTurn:
    """
    The turn that is being said. For the loop's thread.

    ``partial`` is the sentence that is being spoken just now. ``silent`` is called when, behind a
    whole sentence, nothing was said for ``silence()`` seconds; ``ended_at`` is then when the last
    sound was, on the clock of `time.monotonic`.
    """

    def __init__(self, silence: Callable[[], float], silent: Callable[[], None]) -> None:
        self.partial = ""
        self.sample_rate = 16_000
        self.ended_at = 0.0
        self._silence, self._silent = silence, silent
        self._sound = bytearray()
        self._loud_at = 0.0
        # How many frames of the take are in the line, and behind which ones the button was let go.
        self._passed = 0
        self._marks: list[int] = []
        self._timer: asyncio.TimerHandle | None = None

    @property
    def sound(self) -> bytes:
        """All of this turn that is in the line; no more than the last `MEMORY` seconds of it."""
        return bytes(self._sound)

    @property
    def is_slip(self) -> bool:
        """Whether it is too short to be intended."""
        return len(self._sound) < SLIP * 2 * self.sample_rate

    def begin(self) -> None:
        """Start another recording, whose frames count from its beginning."""
        self._passed = 0
        self._marks.clear()

    def add(self, frame: bytes) -> None:
        """Record sound that was sent."""
        self._sound += frame
        del self._sound[: -MEMORY * 2 * self.sample_rate]

    def forget(self) -> None:
        """Drop the sound: it was answered, and will not be sent again."""
        self._sound.clear()

    # Where it ends.

    def release(self, frames: int) -> None:
        """The button was released after so many frames of the recording."""
        self._marks.append(frames)

    def pass_frame(self) -> None:
        self._passed += 1

    def ends_here(self, dropped: int) -> bool:
        """Whether the button was let go where the line is; ``dropped`` frames never got there."""
        if not self._marks or self._passed + dropped < self._marks[0]:
            return False
        self._marks.pop(0)
        self.end()
        return True

    def end(self) -> None:
        """End the turn now."""
        self.ended_at = time.monotonic()

    def hear_loud(self) -> None:
        """The browser has detected speech."""
        self._loud_at = time.monotonic()
        self._go_on()

    def hear(self, words: Transcript, *, may_end: bool) -> None:
        """Add a recognised sentence; ``may_end`` if a silence after it would end the turn."""
        if not words.final:
            self.partial = words.text
            self._go_on()
        elif words.text.strip():
            self.partial = ""
            if may_end:
                self.end()
                self._wait()

    def rest(self) -> None:
        """Cancel the timer for silence."""
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _go_on(self) -> None:
        if self._timer:
            self.end()
            self._wait()

    def _wait(self) -> None:
        self.rest()
        self._timer = loop().call_later(self._silence(), self._silence_came)

    def _silence_came(self) -> None:
        self._timer = None
        if self.partial:
            return
        self.ended_at = self._loud_at or self.ended_at
        self._silent()
