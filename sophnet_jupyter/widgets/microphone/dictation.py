"""The result of a microphone: sentences with their times, the partial one, the sound."""

from __future__ import annotations

from pathlib import Path

import msgspec

from ...errors import SettingsError
from ...events import Transcript
from ...files import wav
from ...files.names import at_home
from ...files.saving import save_bytes
from ...language import tr
from . import spoken


class Dictation:
    """
    Sentences and sound of several takes, one after the other.

    Times are in milliseconds of all takes together. To be changed on one thread.
    """

    def __init__(self) -> None:
        self.sentences: list[Transcript] = []
        self.partial: Transcript | None = None
        self.sound = bytearray()
        """Samples of 16 bits, one channel, if they are kept."""
        self.sample_rate = 16_000
        # Where the times of this take begin.
        self._base = 0

    @property
    def text(self) -> str:
        """The final sentences, a line each."""
        return "\n".join(sentence.text for sentence in self.sentences)

    @property
    def wav(self) -> bytes:
        """The sound as a WAV file; empty if there is none."""
        if not self.sound:
            return b""
        return wav.written(bytes(self.sound), self.sample_rate)

    def to_srt(self) -> str:
        """The sentences as subtitles."""
        return spoken.srt(self.sentences)

    def hear(self, said: Transcript) -> Transcript:
        """
        Add a sentence of this recording, final or not; returns it with its times in all of them.
        """
        placed = self._placed(said)
        if placed.final:
            self.sentences.append(placed)
            self.partial = None
        else:
            self.partial = placed
        return placed

    def end_take(self, milliseconds: int) -> Transcript | None:
        """End the recording after so long. A partial sentence is kept, and returned."""
        begun, self.partial = self.partial, None
        if begun is not None:
            # Never made final: what was understood is not thrown away.
            self.sentences.append(begun)
        self._base += milliseconds
        return begun

    def clear(self, *, listening: bool) -> None:
        """Forget it all. While it listens, times go on."""
        self.sentences.clear()
        self.sound.clear()
        if not listening:
            self._base = 0

    def save(self, path: str | Path) -> Path:
        """Write the sound to a WAV file, or the sentences to a .srt or .txt one."""
        path = at_home(path)
        if path.suffix == ".wav":
            if not self.sound:
                raise SettingsError(tr("No sound was kept: make it with Microphone(keep=True)."))
            return save_bytes(self.wav, path)
        text = self.to_srt() if path.suffix == ".srt" else self.text
        return save_bytes(f"{text}\n".encode("utf-8", "replace"), path)

    def _placed(self, said: Transcript) -> Transcript:
        base = self._base
        if not base:
            return said
        words = tuple(
            msgspec.structs.replace(
                word,
                begin=None if word.begin is None else word.begin + base,
                end=None if word.end is None else word.end + base,
            )
            for word in said.words
        )
        end = None if said.end is None else said.end + base
        return msgspec.structs.replace(said, begin=said.begin + base, end=end, words=words)
