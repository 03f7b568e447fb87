"""The audio formats of live speech and voice chat."""

from __future__ import annotations

from typing import Literal, get_args

from ...errors import SettingsError
from ...files.kinds import HEAD, container
from ...language import tr

AudioFormat = Literal["pcm", "wav", "mp3", "opus", "speex", "aac", "amr"]
FORMATS: tuple[str, ...] = get_args(AudioFormat)
# Of these a beginning is known; what Speex sends has none.
_BEGINS = {"wav": ".wav", "mp3": ".mp3", "opus": ".ogg", "aac": ".aac", "amr": ".amr"}
# Fewer bytes tell nothing.
_TELLING = 12


def check(format: AudioFormat, sound: bytes) -> None:  # noqa: A002 - the service's word
    """Raise `SettingsError` for audio whose first bytes do not match its format."""
    wanted = _BEGINS.get(format)
    if wanted and len(sound) >= _TELLING and container(sound[:HEAD]) != wanted:
        raise SettingsError(
            tr(
                "This sound is no {format}: leave format out for bare samples, or send a {format}.",
                format=format,
            )
        )
