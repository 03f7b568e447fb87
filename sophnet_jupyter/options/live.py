"""The options of live speech recognition."""

from __future__ import annotations

from typing import Literal, TypedDict


class LiveOptions(TypedDict, total=False):
    """
    Options of the connection to the service:

    * ``format``: ``pcm``, which is what browsers send and sources become
    * ``sample_rate``: in samples a second; a browser and a source bring their own
    * ``heartbeat``: whether silence keeps the line open
    * ``pace``: how many times as fast as it would be spoken a source is played, 0 for at once
    * ``limits``: a `LiveLimits`, in seconds
    """

    format: Literal["pcm", "wav", "mp3", "opus", "speex", "aac", "amr"]
    sample_rate: int
    heartbeat: bool
    pace: float
    limits: object
