"""
Middleware of TeleAI's endpoint: checks the signature, then applies the faults that need no file.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from email.utils import formatdate
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from ..server.striking import Striking
from ..switches.switches import Switches
from .reply import Declined
from .signature import Rejected, check

# By how much the clock is off under the fault of that name, in seconds.
SKEW = 3600


def _busy(http: int, seconds: float | None = None) -> Declined:
    headers = {} if seconds is None else {"Retry-After": f"{seconds:g}"}
    return Declined(str(http), "too many requests", http=http, headers=headers)


REFUSALS = {
    "server_error": lambda _: Declined("500", "the gateway failed", http=500),
    "excel_error": lambda code: Declined(f"{code:.0f}"),
    "rate_limit": lambda seconds: _busy(429, seconds),
    "rate_limit_once": lambda seconds: _busy(429, seconds),
    "busy_once": lambda _: _busy(503),
}


class Door:
    """Passes a request on, raises `Declined`, or returns the reply of a fault."""

    def __init__(self, *, app_id: str, key: str) -> None:
        self._app_id = app_id
        self._key = key
        self._striking = Striking(REFUSALS, partial(_busy, 429))

    async def open(self, request: Request) -> Response | None:
        """Check the signature, then apply the faults."""
        switches: Switches = request.scope["switches"]
        self._check(request, switches.faults)
        return await self._striking.strike(request.scope)

    def _check(self, request: Request, faults: Mapping[str, float]) -> None:
        headers = dict(request.headers)
        now = time.time()
        answer: dict[str, str] = {}
        if "clock_skew" in faults:
            now += SKEW
            answer["Date"] = formatdate(now, usegmt=True)
        elif "signature_expired" in faults:
            now += 10**9
        key = "another key" if "bad_signature" in faults else self._key
        try:
            check(
                headers.get("authorization", ""),
                app_id=self._app_id,
                key=key,
                method=request.method,
                path=request.scope["raw_path"].decode("ascii", "replace"),
                query=request.url.query,
                headers=headers,
                now=now,
            )
        except Rejected as error:
            raise Declined("401", str(error), http=401, headers=answer) from None
