"""Convert times of a connection to positions in the sound of a session."""

from __future__ import annotations

import msgspec

from .....events import Transcript


class Clock:
    """
    Converts times of one connection, which start at its first byte, to times of the session.

    ``base`` is the place at which the line began. Places are in bytes of 16-bit samples of one
    channel, times in milliseconds.
    """

    def __init__(self, sample_rate: int, base: int = 0) -> None:
        self._rate = 2 * sample_rate
        self._base = base
        # Silence that was put in for the service alone, as (place on this line, length).
        self._silences: list[tuple[int, int]] = []

    def put_silence(self, place: int, length: int) -> None:
        """Record silence sent only to keep the connection open, at this position."""
        on_line = place - self._base + sum(each for _, each in self._silences)
        self._silences.append((on_line, length))

    def place(self, milliseconds: int) -> int:
        """The position of a time in the session, at a whole sample."""
        return milliseconds * self._rate // 2000 * 2

    def time(self, on_line: int) -> int:
        """The time in the session for a time of the connection."""
        place = self.place(on_line)
        put_in = sum(min(length, place - at) for at, length in self._silences if at < place)
        return round((self._base + place - put_in) * 1000 / self._rate)

    def convert(self, said: Transcript, ends: int | None) -> Transcript:
        """A sentence with all its times converted; ``ends`` is where its sound ends."""
        words = tuple(
            msgspec.structs.replace(word, begin=self._maybe(word.begin), end=self._maybe(word.end))
            for word in said.words
        )
        end = self._maybe(ends) if said.final else None
        return msgspec.structs.replace(said, begin=self.time(said.begin), end=end, words=words)

    def _maybe(self, on_line: int | None) -> int | None:
        return None if on_line is None else self.time(on_line)
