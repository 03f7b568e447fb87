"""Requests that start paid work."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

# Seconds in which a request that was sent may still say which task it has begun.
GRACE = 1.0


async def finish_request(sent: Coroutine[Any, Any, T]) -> T:
    """
    Await a request; when cancelled, let it finish for up to `GRACE` seconds.

    So a task is written down even if the cell is interrupted while the service begins it.
    """
    sending = asyncio.ensure_future(sent)
    try:
        return await asyncio.shield(sending)
    except asyncio.CancelledError:
        await asyncio.wait({sending}, timeout=GRACE)
        sending.cancel()
        await asyncio.wait({sending})
        if not sending.cancelled():
            sending.exception()
        raise
