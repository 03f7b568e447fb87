"""The options of a conversation by voice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypedDict


class VoiceChatOptions(TypedDict, total=False):
    """
    The configuration, which cannot be changed after the first sound:

    * ``system``: what the model is told first; ``messages``: what it has heard before
    * ``voice``: a name, True for the service's own, or a dict such as
      ``{"voice": "longwan", "speech_rate": 1.2}``
    * ``asr_mode``: ``online`` for sound that flows all the time, ``refresh`` for sound that is cut,
      as by push-to-talk
    * ``format``: ``pcm`` or another that the service hears
    * ``sample_rate``: in samples a second, 1000 to 384000
    * ``heartbeat``: whether silence keeps the line open
    * ``chat``: parameters of the model, such as ``{"temperature": 0.2}``
    """

    system: str
    messages: Sequence[Mapping[str, Any]]
    voice: object
    asr_mode: Literal["online", "refresh"]
    format: Literal["pcm", "wav", "mp3", "opus", "speex", "aac", "amr"]
    sample_rate: int
    heartbeat: bool
    chat: Mapping[str, Any] | None


class TalkOptions(TypedDict, total=False):
    """
    Options of the connection to the service:

    * ``asr_easyllm_id`` and ``tts_easyllm_id``: the services that hear and speak
    * ``limits``: a `VoiceChatLimits`, in seconds
    * ``messages``: what the model has heard before
    * ``asr_mode``: ``online`` or ``refresh``; that of the ``mode`` if not given
    * ``format``: ``pcm``, which is what browsers send and sources become
    * ``heartbeat``: whether silence keeps the line open
    * ``chat``: parameters of the model, such as ``{"temperature": 0.2}``
    """

    asr_easyllm_id: str
    tts_easyllm_id: str
    limits: object
    messages: Sequence[Mapping[str, Any]]
    asr_mode: Literal["online", "refresh"]
    format: Literal["pcm", "wav", "mp3", "opus", "speex", "aac", "amr"]
    heartbeat: bool
    chat: Mapping[str, Any] | None
