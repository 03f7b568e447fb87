"""How many connections streams need when the end comes late, as it does behind some gateways."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from urllib.request import ProxyHandler, build_opener

from ..processes import Server, Worker
from ..result import Goal, Result
from ..rounds import interleaved

NAMES = ("sophnet_jupyter", "openai", "httpx-sse + json")
STREAMS = 100


def measure(*, full: bool) -> Iterator[Result]:
    # It is a count, and hardly ever another one.
    rounds = 7 if full else 1
    with Server() as server:
        for late in (0, 2, 10) if full else (0, 10):
            takes = {name: partial(_opened, server, name, late) for name in NAMES}
            found = interleaved(takes, rounds, warm_up=False)
            yield Result(
                measure=f"connections for {STREAMS} streams, end {late} ms late",
                unit="",
                samples=found["connections"],
                goal=Goal(most=2),
            )


def _opened(server: Server, name: str, late: int) -> dict[str, float]:
    before = _count(server)
    with Worker(name) as worker:
        worker.ask("streams", url=server.url(late=late), streams=STREAMS)
    return {"connections": _count(server) - before}


def _count(server: Server) -> int:
    opener = build_opener(ProxyHandler({}))
    with opener.open(f"{server.root}/connections", timeout=5) as answer:
        return int(json.load(answer)["connections"])
