"""Middleware of the app: checks the key, then applies the faults that need no app."""

from __future__ import annotations

import hmac
import re

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from ..server.striking import Striking
from .refusals import Refused

PAGE = "<!doctype html><title>Gateway</title><h1>The app you asked for is busy</h1>"
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="api"'}


def _too_often(seconds: float | None) -> Refused:
    headers = {} if seconds is None else {"Retry-After": f"{seconds:g}"}
    return Refused(429, "rate_limit_error", "Rate Limit Error", headers=headers)


REFUSALS = {
    "balance": lambda _: Refused(400, "provider_quota_exceeded", "Your quota has been exhausted."),
    "server_error": lambda _: Refused(500, "internal_server_error", "Internal Server Error"),
    "rate_limit": _too_often,
    "rate_limit_once": _too_often,
    "busy_once": lambda _: Refused(503, "service_unavailable", "The server is busy"),
}


class Door:
    """Middleware that passes a request on or answers it, with errors in the service's format."""

    def __init__(self, app: ASGIApp, key: str) -> None:
        self.app = app
        self.key = key
        self._striking = Striking(REFUSALS, _too_often, PAGE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            self._require_key(Request(scope).headers.get("authorization", ""))
            if struck := await self._striking.strike(scope):
                await struck(scope, receive, send)
                return
            await self.app(scope, receive, send)
        except Refused as refused:
            await refused.response()(scope, receive, send)
        except HTTPException as error:
            code = "not_found" if error.status_code == 404 else "method_not_allowed"
            said = Refused(error.status_code, code, error.detail)
            await said.response()(scope, receive, send)

    def _require_key(self, authorization: str) -> None:
        scheme = re.match(r"(\S+) +", authorization)
        if scheme is None:
            said = "Authorization header must be provided and start with 'Bearer'"
        elif scheme[1].lower() != "bearer":
            said = "Authorization scheme must be 'Bearer'"
        elif not hmac.compare_digest(authorization[scheme.end() :].encode(), self.key.encode()):
            said = "Access token is invalid"
        else:
            return
        raise Refused(401, "unauthorized", said, headers=CHALLENGE)
