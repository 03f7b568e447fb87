"""Processes that stood still, as in a suspend, while their answer came: nothing of it is late."""

from __future__ import annotations

from byte_server import END, Script, serving, streamed, whole
from services import SOPHNET_CHAT

from tests.conformance.test_standing_still import LIMITS, REST, stopped

from ..tally import Tally


def run(tally: Tally, *, small: bool) -> None:
    slow: Script = [*streamed(SOPHNET_CHAT.text("some")), 0.2, REST, 0.2, END]
    silent: Script = [*streamed(SOPHNET_CHAT.text("some")), 20.0, REST, END]
    with serving() as server:
        for turn in range(1 if small else 10):
            for name, limits in LIMITS.items():
                streams = limits.get("streams", True)
                server.play(slow if streams else [0.2, *whole(SOPHNET_CHAT.body("some more"))])
                said = stopped(server, 2.5, **limits)
                held = "some" in said and "more" in said and "TimedOut" not in said
                tally.count(f"{name}, turn {turn}", held, said)
            server.play(silent)
            said = stopped(server, 0.8, between=0.5)
            tally.count(f"a service that is silent, turn {turn}", "TimedOut" in said, said)
