"""
One server for a class: each caller has files, knowledge, tasks and conversations of its own.

Who calls is told by the header ``X-Sandbox-Caller``, a secret of that user, which our client
sends; without it by the address that the request came from. One key is enough for all.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

# Beyond this the one who was silent longest is forgotten.
MOST = 500


class Callers:
    """An application for each caller, made when the first request comes."""

    def __init__(self, make: Callable[[], ASGIApp]) -> None:
        self._make = make
        self._apps: OrderedDict[str, ASGIApp] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        who = _caller(scope)
        app = self._apps.get(who) or self._make()
        self._apps[who] = app
        self._apps.move_to_end(who)
        while len(self._apps) > MOST:
            self._apps.popitem(last=False)
        await app(scope, receive, send)


def _caller(scope: Scope) -> str:
    told = Headers(scope=scope).get("x-sandbox-caller", "")
    return f"told {told[:200]}" if told else f"from {(scope.get('client') or ('', 0))[0]}"
