"""Quirks and faults of one request: those of the server, and those its headers ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from . import faults, quirks
from .options import Options

QUIRKS_HEADER = "x-sandbox-quirks"
FAULTS_HEADER = "x-sandbox-faults"
SPEED_HEADER = "x-sandbox-tokens-per-second"
VOICE_HEADER = "x-sandbox-voice-speed"


@dataclass(frozen=True, kw_only=True)
class Switches:
    """What holds for one request."""

    quirks: frozenset[str]
    faults: Mapping[str, float]
    tokens_per_second: float
    first_token: float
    voice_speed: float
    """Seconds of speech in a second; 0 means as fast as the connection takes them."""


def switches_for(options: Options, headers: Mapping[str, str]) -> Switches:
    """
    Join the server's switches with those of a request's headers.

    Raises ValueError when a header names a switch that does not exist.
    """
    speed = float(headers.get(SPEED_HEADER, options.tokens_per_second))
    return Switches(
        quirks=options.quirks | quirks.parse(_names(headers.get(QUIRKS_HEADER, ""))),
        faults={**options.faults, **faults.parse(_names(headers.get(FAULTS_HEADER, "")))},
        tokens_per_second=speed if 0 < speed < 1e6 else 0.0,
        first_token=options.first_token,
        voice_speed=_voice_speed(options, headers),
    )


def _voice_speed(options: Options, headers: Mapping[str, str]) -> float:
    usual = 1.0 if options.tokens_per_second else 0.0
    speed = usual if options.voice_speed is None else options.voice_speed
    speed = float(headers.get(VOICE_HEADER, speed))
    return speed if 0 < speed < 1e6 else 0.0


def _names(header: str) -> list[str]:
    return [name.strip() for name in header.split(",") if name.strip()]
