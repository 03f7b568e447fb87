"""How a voice is asked to sound: the document's ``synthesis_param`` (WIRE 1.8)."""

from __future__ import annotations

import math
import re
from typing import Any

from ...errors import SettingsError
from .voice_names import model_for

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
) -> dict[str, Any]:
    """
    The ``synthesis_param`` of a request: the model always, the rest only if it is given.

    ``format`` is a word of `SHORT`, or is sent as it is. Raises `SettingsError` for a voice that
    the model does not have, a ``volume`` not from 0 to 100, and a rate not from 0.5 to 2.
    """
    param: dict[str, Any] = {"model": model_for(model, voice)}
    given = {"voice": voice, "format": SHORT.get((format or "").lower(), format)}
    param |= {name: value for name, value in given.items() if value}
    numbers = (
        ("volume", "volume", volume, 0.0, 100.0),
        ("speech_rate", "speechRate", speech_rate, 0.5, 2.0),
        ("pitch_rate", "pitchRate", pitch_rate, 0.5, 2.0),
    )
    for name, field, value, low, high in numbers:
        if value is not None:
            param[field] = _checked(name, value, low, high)
    return param


def samples(written: str) -> tuple[int, int] | None:
    """The rate and the channels of raw samples, where that is what a format asks for."""
    found = GRAMMAR.fullmatch(written)
    if not found or found[1].upper() != "PCM":
        return None
    return int(found[2]), 1 if found[3].upper() == "MONO" else 2


def _checked(name: str, value: object, low: float, high: float) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or not low <= value <= high:  # type: ignore[arg-type,operator]
        raise SettingsError(f"{name} goes from {low:g} to {high:g}, not {value!r}.")
    return value  # type: ignore[return-value]
