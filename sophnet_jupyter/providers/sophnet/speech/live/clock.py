"""Places in the sound of a session, and the times that a line tells of it."""

from __future__ import annotations

import msgspec

from .....events import Transcript


class Clock:
    """
    Turns times of one line, which begin at its first byte, into times and places of the session.

    ``base`` is the place at which the line began. Places are in bytes of 16-bit samples of one
    channel, times in milliseconds.
    """

    def __init__(self, sample_rate: int, base: int = 0) -> None:
        self._rate = 2 * sample_rate
        self._base = base
        # Silence that was put in for the service alone, as (place on this line, length).
        self._silences: list[tuple[int, int]] = []

    def put_silence(self, place: int, length: int) -> None:
        """The line was sent so much silence, which is not part of the session, at this place."""
        on_line = place - self._base + sum(each for _, each in self._silences)
        self._silences.append((on_line, length))

    def place(self, milliseconds: int) -> int:
        """Where in the session a time of the session is, in whole samples."""
        return milliseconds * self._rate // 2000 * 2

    def time(self, on_line: int) -> int:
        """The time in the session of a time on the line."""
        place = self.place(on_line)
        put_in = sum(min(length, place - at) for at, length in self._silences if at < place)
        return round((self._base + place - put_in) * 1000 / self._rate)

    def told(self, said: Transcript, ends: int | None) -> Transcript:
        """A sentence with all its times in the session; ``ends`` is where its sound ends."""
        words = tuple(
            msgspec.structs.replace(word, begin=self._maybe(word.begin), end=self._maybe(word.end))
            for word in said.words
        )
        end = self._maybe(ends) if said.final else None
        return msgspec.structs.replace(said, begin=self.time(said.begin), end=end, words=words)

    def _maybe(self, on_line: int | None) -> int | None:
        return None if on_line is None else self.time(on_line)
