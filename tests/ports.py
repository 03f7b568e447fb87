"""Ports of servers that cannot choose one themselves."""

from __future__ import annotations

import random
import socket

# Below those that systems give to connections: what is free here is not taken a moment later, by
# a test of another process that connects to something.
LOWEST, HIGHEST = 12_000, 30_000


def free_port() -> int:
    """A port of this machine that nothing listens at."""
    while True:
        with socket.socket() as one:
            port = random.randint(LOWEST, HIGHEST)
            try:
                one.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
