"""
What may be asked of a voice: the document's fields, checked as it says.

See docs/services/sophnet.md#voice.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...engines.sound.encoding import Format
from ...engines.sound.voice import SSML, VOICES_V1, VOICES_V2
from ...server.refusal import Refused, is_one_of
from ..body import json_object
from . import cloned

VOICES = {"cosyvoice-v1": VOICES_V1, "cosyvoice-v2": VOICES_V2}
DEFAULT_MODEL = "cosyvoice-v1"
# "若未指定format,系统将根据voice参数自动选择该音色的推荐格式"
DEFAULT_FORMAT = "MP3_22050HZ_MONO_256KBPS"
# What public clients keep to.
LONGEST_TEXT = 500


@dataclass(frozen=True, kw_only=True)
class VoiceRequest:
    """How it is to sound. ``voice`` is empty for one that the model does not have."""

    model: str
    voice: str
    made: Format
    volume: float
    rate: float
    pitch: float


def parse(
    body: bytes, *, project: bool, quirks: frozenset[str] = frozenset()
) -> tuple[list[str], VoiceRequest]:
    """
    Read a request: the texts, and how they are to sound.

    On the path with a ``project`` an ``easyllm_id`` is demanded. Raises Refused (400).
    """
    fields = json_object(body)
    if project and not (isinstance(fields.get("easyllm_id"), str) and fields["easyllm_id"]):
        raise Refused(400, "easyllm_id is required on this path")
    texts = fields.get("text")
    if not isinstance(texts, list) or not texts:
        raise Refused(400, "text must be a list of strings")
    for text in texts:
        if not isinstance(text, str) or not text.strip():
            raise Refused(400, "text must be a list of strings that say something")
        long = len(text) > LONGEST_TEXT and not SSML.match(text)
        if long and "small_limits" in quirks:
            raise Refused(400, f"a string of text has at most {LONGEST_TEXT} characters")
    param = fields.get("synthesis_param")
    if not isinstance(param, dict):
        raise Refused(400, "synthesis_param is required")
    if not param.get("model"):
        raise Refused(400, "synthesis_param.model is required")
    return texts, sounding(param)


def sounding(param: Mapping[str, Any]) -> VoiceRequest:
    """Read a ``synthesis_param``. Raises Refused (400)."""
    model = param.get("model") or DEFAULT_MODEL
    if not is_one_of(model, VOICES):
        raise Refused(400, f"MODEL_NOT_SUPPORT: {model}")
    known = VOICES[model]
    voice = param.get("voice") or next(iter(known))
    if not isinstance(voice, str):
        raise Refused(400, "synthesis_param.voice must be a string")
    written = param.get("format") or DEFAULT_FORMAT
    if not isinstance(written, str):
        raise Refused(400, "synthesis_param.format must be a string")
    try:
        made = Format.parse(written)
    except ValueError as error:
        raise Refused(400, f"synthesis_param.{error}") from None
    return VoiceRequest(
        model=model,
        voice=voice if voice in known else _like(model, voice),
        made=made,
        volume=_number(param, "volume", 0, 100, 50),
        rate=_number(param, "speechRate", 0.5, 2, 1),
        pitch=_number(param, "pitchRate", 0.5, 2, 1),
    )


def _like(model: str, voice: str) -> str:
    """The voice that one made from a recording sounds like here; empty for an unknown one."""
    return next(iter(VOICES[model])) if cloned.is_known(model, voice) else ""


def _number(param: Mapping[str, Any], name: str, low: float, high: float, default: float) -> float:
    value = param.get(name)
    if value is None:
        return default
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or not low <= value <= high:
        raise Refused(400, f"synthesis_param.{name} must be a number from {low} to {high}")
    return float(value)
