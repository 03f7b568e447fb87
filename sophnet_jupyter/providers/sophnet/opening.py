"""Open a websocket to SophNet, and wait for the service's first message."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from ... import time_limit
from ...errors import LineClosed, LineRefused, TimedOut
from ...wire.websocket import Socket, Sockets, UpgradeRefused
from . import access

# Closed with one of these, the server went away and the key was not what it minded.
WENT_AWAY = frozenset({1001, 1006, 1011, 1012, 1013, 1014})
Prove = Callable[[dict[str, str]], Mapping[str, str]]


async def connected(
    sockets: Sockets, path: str, query: Mapping[str, str], *, prove: Prove
) -> Socket:
    """Open a websocket. A rejected handshake raises the service's error, as in any other call."""
    try:
        return await sockets.open(path, query, prove=prove)
    except UpgradeRefused as refused:
        reply = refused.reply
    body = access.checked(reply)
    raise access.parse_error(reply, body)


async def greeted(socket: Socket, greeting: Coroutine[Any, Any, None], *, within: float) -> None:
    """
    Wait for the service's first message; without it the websocket is closed.

    Raises `LineRefused` where the service closes it before that, as it does for a wrong key,
    `LineClosed` where the server went away, `TimedOut` where nothing comes, and what the
    ``greeting`` raises.
    """
    try:
        async with time_limit.within(within):
            await greeting
        return
    except TimeoutError:
        ours: Exception = TimedOut(service=socket.service, limit="connect", seconds=within)
    except LineClosed as closed:
        ours = closed
        if closed.code not in WENT_AWAY:
            reason = closed.reason
            ours = LineRefused(service=socket.service, closed=closed.code, reason=reason)
    except BaseException:
        await socket.aclose()
        raise
    await socket.aclose()
    raise ours
