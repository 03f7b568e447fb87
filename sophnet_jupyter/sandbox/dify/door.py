"""What every request of the app passes first: the key, then the faults that need no app."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ..switches.switches import Switches
from .refusals import Refused

PAGE = "<!doctype html><title>Gateway</title><h1>The app you asked for is busy</h1>"
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="api"'}


class Door:
    """Lets a request in or answers it here, and says no in the service's words."""

    def __init__(self, app: ASGIApp, key: str) -> None:
        self.app = app
        self.key = key
        self._turned_away: set[int] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            self._require_key(Request(scope).headers.get("authorization", ""))
            switches: Switches = scope["switches"]
            if struck := await self._strike(switches.faults, scope):
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
        elif authorization[scheme.end() :] != self.key:
            said = "Access token is invalid"
        else:
            return
        raise Refused(401, "unauthorized", said, headers=CHALLENGE)

    async def _strike(self, faults: Mapping[str, float], scope: Scope) -> Response | None:
        if "slow_first" in faults:
            await asyncio.sleep(faults["slow_first"])
        if "html_200" in faults:
            return HTMLResponse(PAGE)
        if "empty" in faults:
            return Response(b"", media_type="text/event-stream")
        if "balance" in faults:
            raise Refused(400, "provider_quota_exceeded", "Your quota has been exhausted.")
        if "server_error" in faults:
            raise Refused(500, "internal_server_error", "Internal Server Error")
        if "rate_limit" in faults:
            raise _too_often(faults["rate_limit"])
        if "rate_limit_once" in faults and self._is_first(scope):
            raise _too_often(faults["rate_limit_once"])
        if "busy_once" in faults and self._is_first(scope):
            raise Refused(503, "service_unavailable", "The server is busy")
        return None

    def _is_first(self, scope: Scope) -> bool:
        """Whether this very request is new; the second time it is forgotten again."""
        known = scope["fingerprint"] in self._turned_away
        self._turned_away ^= {scope["fingerprint"]}
        return not known


def _too_often(seconds: float) -> Refused:
    headers = {"Retry-After": f"{seconds:g}"}
    return Refused(429, "rate_limit_error", "Rate Limit Error", headers=headers)
