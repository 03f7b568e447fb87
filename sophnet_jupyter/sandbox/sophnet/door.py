"""
Middleware of SophNet's endpoints: checks the key, then applies the faults that need no service.
"""

from __future__ import annotations

import hmac
import re

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from ..server.refusal import Refused
from ..server.striking import Striking


def _too_many(seconds: float | None) -> Refused:
    headers = {} if seconds is None else {"Retry-After": f"{seconds:g}"}
    return Refused(429, "too many requests", headers=headers)


REFUSALS = {
    "balance": lambda _: Refused(402, "余额不足", status=20109),
    "server_error": lambda _: Refused(500, "内部错误"),
    "rate_limit": _too_many,
    "rate_limit_once": _too_many,
    "quota": lambda _: Refused(429, "You exceeded your current quota: check your plan"),
    "busy_once": lambda _: Refused(503, "the model is busy"),
}


def require_key(authorization: str, key: str) -> None:
    """Raise Refused (401) unless the header is ``Bearer``, a space and the right key."""
    scheme = re.match(r"bearer +", authorization, re.IGNORECASE)
    if scheme is None:
        raise Refused(401, "Authorization must be 'Bearer', a space and an API key")
    if not hmac.compare_digest(authorization[scheme.end() :].encode(), key.encode()):
        raise Refused(401, "the API key is not valid")


class Door:
    """Middleware that passes a request on, or answers it."""

    def __init__(self, app: ASGIApp, key: str) -> None:
        self.app = app
        self.key = key
        self._striking = Striking(REFUSALS, _too_many)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            require_key(Request(scope).headers.get("authorization", ""), self.key)
            if answer := await self._striking.strike(scope):
                await answer(scope, receive, send)
                return
        await self.app(scope, receive, send)
