"""
The configuration of a voice chat: the ``message`` of ``chat.update``.

See docs/services/sophnet.md#voice-chat.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from ....errors import SettingsError
from ....language import tr
from ..audio_format import FORMATS, AudioFormat
from ..chat import request
from ..chat.voiced import speech
from ..speech.live.source import Samples, read

Mode = Literal["online", "refresh"]
MODES = ("online", "refresh")
# Milliseconds of sound in one message, as the document advises.
FRAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """
    The configuration sent before the first sound; it cannot be changed after it.

    ``messages`` are what the model has heard before, ``system`` goes in front of them.
    ``asr_mode`` is ``online`` for sound that flows all the time, ``refresh`` for sound that is
    cut, as by push-to-talk. ``voice`` is a name, True, or a dict of the arguments of
    `voice.request.sounding`. ``chat`` are further parameters of the model, as in
    `chat.request.request`: ``temperature``, ``max_tokens`` and so on.

    Raises `SettingsError` for what the documents rule out.
    """

    system: str = ""
    messages: Sequence[Mapping[str, Any]] = ()
    voice: object = True
    asr_mode: Mode = "online"
    format: AudioFormat = "pcm"
    sample_rate: int = 16_000
    heartbeat: bool = True
    chat: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        if self.asr_mode not in MODES:
            raise SettingsError(
                tr("asr_mode is online or refresh, not {asr_mode}.", asr_mode=self.asr_mode)
            )
        if self.format not in FORMATS:
            raise SettingsError(
                tr(
                    "The sound is one of {formats}, not {format}.",
                    formats=", ".join(FORMATS),
                    format=self.format,
                )
            )
        if not 1000 <= self.sample_rate <= 384_000:
            raise SettingsError(tr("sample_rate is in samples a second, such as 16000."))
        self.message()

    @property
    def frame(self) -> int:
        """The number of bytes of sound per message."""
        return 2 * self.sample_rate * FRAME // 1000

    @property
    def silence(self) -> bytes:
        """The silence that keeps an idle connection open; empty where the format has none."""
        return bytes(self.frame) if self.format == "pcm" and self.heartbeat else b""

    def samples(self, source: Any) -> Samples:
        """
        A file, an array, samples or a `Samples`, converted to the format that is sent.

        Blocking. Raises `SettingsError` for what is no sound, or has another sampling rate.
        """
        if self.format != "pcm":
            raise SettingsError(
                tr(
                    "What is played is sent as samples, and the chat was set up for {format}: "
                    "leave format out.",
                    format=self.format,
                )
            )
        sound = source if isinstance(source, Samples) else read(source, self.sample_rate)
        if sound.sample_rate != self.sample_rate:
            raise SettingsError(
                tr(
                    "This sound has {sample_rate} samples a second, and the chat was set up for "
                    "{sample_rate2}: connect with sample_rate={sample_rate}.",
                    sample_rate=sound.sample_rate,
                    sample_rate2=self.sample_rate,
                )
            )
        return sound

    def message(self) -> str:
        """The configuration as JSON text: the service refuses an object, or missing fields."""
        hearing = {
            "heartbeat": self.heartbeat,
            "speech_recognition_param": {"sample_rate": self.sample_rate, "format": self.format},
        }
        answering = {
            "chat_completion_req": self._asked(),
            "speech_synthesis_req": {"stream": True, **speech(self.voice or True, "")},
        }
        said = {
            "create_transcription_task_req": hearing,
            "chat_completion_with_voice_output_req": answering,
            "asr_mode": self.asr_mode,
        }
        return msgspec.json.encode(said).decode()

    def _asked(self) -> dict[str, Any]:
        before = [dict(message) for message in self.messages]
        if self.system:
            before.insert(0, {"role": "system", "content": self.system})
        try:
            # A prompt stands in for what will be said; its model is that of the address.
            asked = request.request("?", model="", **(self.chat or {}))
        except TypeError:
            raise SettingsError(
                tr(
                    "The model's parameters are those of client.chat, such as temperature or "
                    "max_tokens; one of {chat} is none.",
                    chat=", ".join(self.chat or ()),
                )
            ) from None
        del asked["model"]
        return {**asked, "messages": before, "stream": True}
