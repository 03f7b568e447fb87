"""What every SophNet request passes first: the key, then the faults that need no service."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ..server.refusal import Refused
from ..server.replies import BUSY_PAGE
from ..switches.switches import Switches


def require_key(authorization: str, key: str) -> None:
    """Raise Refused (401) unless the header is ``Bearer``, a space and the right key."""
    scheme = re.match(r"bearer +", authorization, re.IGNORECASE)
    if scheme is None:
        raise Refused(401, "Authorization must be 'Bearer', a space and an API key")
    if authorization[scheme.end() :] != key:
        raise Refused(401, "the API key is not valid")


class Door:
    """Lets a request in, or answers it here."""

    def __init__(self, app: ASGIApp, key: str) -> None:
        self.app = app
        self.key = key
        self._turned_away: set[int] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            require_key(Request(scope).headers.get("authorization", ""), self.key)
            switches: Switches = scope["switches"]
            if answer := await self._strike(switches.faults, scope):
                await answer(scope, receive, send)
                return
        await self.app(scope, receive, send)

    async def _strike(self, faults: Mapping[str, float], scope: Scope) -> Response | None:
        if "slow_first" in faults:
            await asyncio.sleep(faults["slow_first"])
        if "html_200" in faults:
            return HTMLResponse(BUSY_PAGE)
        if "empty" in faults:
            return Response(b"", media_type="text/event-stream")
        if "balance" in faults:
            raise Refused(402, "余额不足", status=20109)
        if "server_error" in faults:
            raise Refused(500, "内部错误")
        if "rate_limit" in faults:
            raise _too_many(faults["rate_limit"])
        if "rate_limit_once" in faults and self._is_first(scope):
            raise _too_many(faults["rate_limit_once"])
        if "busy_once" in faults and self._is_first(scope):
            raise Refused(503, "the model is busy")
        return None

    def _is_first(self, scope: Scope) -> bool:
        """Whether this very request is new; the second time it is forgotten again."""
        known = scope["fingerprint"] in self._turned_away
        self._turned_away ^= {scope["fingerprint"]}
        return not known


def _too_many(seconds: float) -> Refused:
    return Refused(429, "too many requests", headers={"Retry-After": f"{seconds:g}"})
