"""Which transport carries our requests."""

from __future__ import annotations

import ssl

import httpx2

from ..call import Network


def transport(
    network: Network, context: ssl.SSLContext, *, proxy: str, connections: int, idle: float
) -> httpx2.AsyncBaseTransport:
    """
    The engine of ours, or httpx2's own where ``network`` names that.

    Both raise httpx2's errors. An idle connection is kept for ``idle`` seconds; httpx2's own opens
    at most so many ``connections``.
    """
    if network.transport == "httpx2":
        limits = httpx2.Limits(max_connections=connections, keepalive_expiry=idle)
        return httpx2.AsyncHTTPTransport(
            verify=context, proxy=proxy or None, trust_env=False, limits=limits
        )
    from .engine.engine import Engine
    from .engine.opening import Way
    from .engine.transport import Transport

    way = Way(context=context, proxy=proxy, connect=network.connect, between=network.between)
    return Transport(Engine(way, idle=idle))
