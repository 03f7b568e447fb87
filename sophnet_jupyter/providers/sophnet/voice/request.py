"""
The ``synthesis_param`` of a request: how a voice sounds.

See docs/services/sophnet.md#voice.
"""

from __future__ import annotations

import re
from typing import Any

from ... import arguments
from .voices import model_for

# "文件格式_采样率_通道_比特率"; the last part is a bit rate or the bits of a sample.
GRAMMAR = re.compile(r"([A-Z0-9]+)_(\d+)HZ_(MONO|STEREO)_(\d+)(KBPS|BIT)", re.IGNORECASE)
# The document's and public clients' formats, and the words for those that one wants most often.
FORMATS = (
    *("MP3_16000HZ_MONO_128KBPS", "MP3_22050HZ_MONO_256KBPS", "MP3_24000HZ_MONO_128KBPS"),
    *("WAV_16000HZ_MONO_16BIT", "WAV_24000HZ_MONO_16BIT", "PCM_16000HZ_MONO_16BIT"),
)
SHORT = {
    "mp3": "MP3_24000HZ_MONO_128KBPS",
    "wav": "WAV_24000HZ_MONO_16BIT",
    "pcm": "PCM_24000HZ_MONO_16BIT",
}


def sounding(
    *,
    model: str | None = None,
    voice: str | None = None,
    format: str | None = None,  # noqa: A002 - the service's word
    volume: float | None = None,
    speech_rate: float | None = None,
    pitch_rate: float | None = None,
    mask: object = None,
) -> dict[str, Any]:
    """
    The ``synthesis_param`` of a request: the model always, the rest only if it is given.

    ``format`` is a word of `SHORT`, or is sent as it is. Raises `SettingsError` for a voice that
    the model does not have, a ``volume`` not from 0 to 100, and a rate not from 0.5 to 2. What
    ``mask`` wants is done before.
    """
    given = {"model": model, "voice": voice, "format": format}
    words = {
        name: arguments.text(name, value) for name, value in given.items() if value is not None
    }
    param: dict[str, Any] = {"model": model_for(words.get("model"), words.get("voice"))}
    if words.get("voice"):
        param["voice"] = words["voice"]
    if words.get("format"):
        param["format"] = SHORT.get(words["format"].lower(), words["format"])
    numbers = {
        "volume": arguments.number("volume", volume, 0, 100),
        "speechRate": arguments.number("speech_rate", speech_rate, 0.5, 2),
        "pitchRate": arguments.number("pitch_rate", pitch_rate, 0.5, 2),
    }
    return param | {field: value for field, value in numbers.items() if value is not None}


def samples(written: str) -> tuple[int, int] | None:
    """The rate and the channels of raw samples, where that is what a format asks for."""
    found = GRAMMAR.fullmatch(written)
    if not found or found[1].upper() != "PCM":
        return None
    return int(found[2]), 1 if found[3].upper() == "MONO" else 2
