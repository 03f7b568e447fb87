"""How a voice sounds: the options of all magics that speak."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from .option import option

MANNER = (
    option("--rate", type=float, metavar="X", help="How fast: 0.5 to 2."),
    option("--pitch", type=float, metavar="X", help="How high: 0.5 to 2."),
    option("--volume", type=float, metavar="N", help="How loud: 0 to 100, 50 if not said."),
)


def with_manner(magic: Any) -> Any:
    """A decorator that gives a magic these options."""
    for each in reversed(MANNER):
        magic = each(magic)
    return magic


def manner(args: Namespace) -> dict[str, float]:
    """What was said of it, by the names of the client."""
    given = {"speech_rate": args.rate, "pitch_rate": args.pitch, "volume": args.volume}
    return {name: value for name, value in given.items() if value is not None}
