"""How sound is coded that is sent to SophNet while it is spoken (docs: live speech, voice chat)."""

from __future__ import annotations

from typing import Literal, get_args

AudioFormat = Literal["pcm", "wav", "mp3", "opus", "speex", "aac", "amr"]
FORMATS: tuple[str, ...] = get_args(AudioFormat)
