"""The time limits of a voice chat."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceChatLimits:
    """Time limits in seconds."""

    created: float = 10.0
    """For the service to say that the chat is created."""
    reply: float = 10.0
    """For its reply to an event."""
    silence: float = 30.0
    """In an answer without a word or a sound, until the service counts as gone."""
    ping: float = 20.0
    """Between two pings. The service hangs up after 60 s without one."""
    idle: float = 20.0
    """Without sound between answers until silence is sent, which keeps the line open."""
