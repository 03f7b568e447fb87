"""What every request to TeleAI passes first: the signature, then the faults that need no file."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from email.utils import formatdate

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from ..server.replies import BUSY_PAGE
from ..switches.switches import Switches
from .reply import Declined
from .signature import Rejected, check

# By how much the clock is off under the fault of that name, in seconds.
SKEW = 3600


class Door:
    """Lets a request in, or raises `Declined`, or hands over an answer that is none of TeleAI's."""

    def __init__(self, *, app_id: str, key: str) -> None:
        self._app_id = app_id
        self._key = key
        self._turned_away: set[int] = set()

    async def open(self, request: Request) -> Response | None:
        """Check the signature, and let the faults strike."""
        switches: Switches = request.scope["switches"]
        faults = switches.faults
        self._check(request, faults)
        if "slow_first" in faults:
            await asyncio.sleep(faults["slow_first"])
        if "html_200" in faults:
            return HTMLResponse(BUSY_PAGE)
        if "empty" in faults:
            return Response(b"", media_type="text/event-stream")
        if "server_error" in faults:
            raise Declined("500", "the gateway failed", http=500)
        if "excel_error" in faults:
            raise Declined(f"{faults['excel_error']:.0f}")
        if "rate_limit" in faults:
            raise _busy(429, faults["rate_limit"])
        if "rate_limit_once" in faults and self._is_first(request):
            raise _busy(429, faults["rate_limit_once"])
        if "busy_once" in faults and self._is_first(request):
            raise _busy(503)
        return None

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

    def _is_first(self, request: Request) -> bool:
        """Whether this very request is new; the second time it is forgotten again."""
        fingerprint = request.scope["fingerprint"]
        known = fingerprint in self._turned_away
        self._turned_away ^= {fingerprint}
        return not known


def _busy(http: int, seconds: float | None = None) -> Declined:
    headers = {} if seconds is None else {"Retry-After": f"{seconds:g}"}
    return Declined(str(http), "too many requests", http=http, headers=headers)
