"""The options of text to speech."""

from __future__ import annotations

from typing import TypedDict


class VoiceOptions(TypedDict, total=False):
    """
    Options, of which only those are sent that are given:

    * ``model``: ``cosyvoice-v1`` if not given, or that of the voice
    * ``voice``: a name, such as ``longwan``; `Voice.voices` has those that are known
    * ``format``: ``mp3``, ``wav``, ``pcm``, or the service's ``MP3_16000HZ_MONO_128KBPS``
    * ``volume``: 0 to 100, the service's own is 50
    * ``speech_rate`` and ``pitch_rate``: 0.5 to 2, where 1 is as usual
    * ``mask``: True replaces numbers of mobiles, identities, cards and plates and addresses of
      e-mail in the text before anything is sent; names are not found
    """

    model: str | None
    voice: str | None
    format: str | None
    volume: float | None
    speech_rate: float | None
    pitch_rate: float | None
    mask: object
