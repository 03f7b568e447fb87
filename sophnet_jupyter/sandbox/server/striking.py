"""Faults that need no service: they are applied before a request is routed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from math import ceil

from starlette.responses import HTMLResponse, Response
from starlette.types import Scope

from ..switches.switches import Switches
from .limits import Limits
from .replies import BUSY_PAGE


class Striking:
    """
    Applies the faults of a request, with errors in the format of one service.

    ``refusals`` makes the exception for a fault of its number, in the order in which they strike;
    those called ``…_once`` let the same request in the second time. ``too_many`` makes that of a
    limit, from the seconds after which to come back, or None where that is not told.
    """

    def __init__(
        self,
        refusals: Mapping[str, Callable[[float], Exception]],
        too_many: Callable[[float | None], Exception],
        page: str = BUSY_PAGE,
    ) -> None:
        self._refusals = refusals
        self._too_many = too_many
        self._page = page
        self._limits = Limits()
        self._turned_away: set[int] = set()

    async def strike(self, scope: Scope) -> Response | None:
        """The reply of a fault, or None. Raises what ``refusals`` make."""
        switches: Switches = scope["switches"]
        faults = switches.faults
        if "slow_first" in faults:
            await asyncio.sleep(faults["slow_first"])
        if "html_200" in faults:
            return HTMLResponse(self._page)
        if "empty" in faults:
            return Response(b"", media_type="text/event-stream")
        for fault, refusal in self._refusals.items():
            if fault in faults and (not fault.endswith("_once") or self._is_first(scope)):
                raise refusal(faults[fault])
        if (wait := self._limits.enter(scope, faults)) is not None:
            # As services say it: in whole seconds, and rather one too many.
            raise self._too_many(None if "no_retry_after" in faults else max(1, ceil(wait)))
        return None

    def _is_first(self, scope: Scope) -> bool:
        """Whether this request is new; the second time it is forgotten again."""
        known = scope["fingerprint"] in self._turned_away
        self._turned_away ^= {scope["fingerprint"]}
        return not known
