"""One question of a run on its way: from an `Item` to a `Row`, however it ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ..errors import SophNetError, TimedOut, quoted
from ..events import Usage
from ..language import tr
from ..response import Arrival, Response, settle
from ..time_limit import within
from .rows import Ask, Item, Row, pack

# The finish reason of an answer of which a filter has taken the rest, or all.
FILTERED = "content_filter"

Price = Callable[[Response], tuple[float, str] | None]
"""What an answer costs, and in which currency; None where nobody knows."""
Keep = Callable[[Row, Exception | None], None]
"""Takes what became of a question, and what ended it, if something did."""


async def ask_one(
    item: Item,
    ask: Ask,
    keep: Keep,
    *,
    patience: float,
    attempts: int = 1,
    price: Price | None = None,
) -> None:
    """
    Ask, and wait for the answer for ``patience`` seconds at most; the row goes to ``keep``.

    What has come stays in it, also where this is cancelled. Raises nothing else: an error is the
    row's own.
    """
    row = Row(number=item.number, key=item.key, attempts=attempts)
    if item.problem:
        keep(replace(row, ending="failed", error=item.problem, attempts=0), None)
        return
    arrival, begun = Arrival(), time.monotonic()
    error: Exception | None = None
    try:
        async with within(patience):
            await settle(ask(item), arrival)
    except asyncio.CancelledError:
        keep(_row(row, arrival.end("stopped"), begun, "", price), None)
        raise
    except TimeoutError:
        service = arrival.response.service or tr("The service")
        error = TimedOut(service=service, limit="row", seconds=patience)
    except SophNetError as caught:
        error = caught
    except Exception as caught:
        # Of a tool, or of what a cell of the table holds: other rows can go on.
        error = SophNetError(f"{type(caught).__name__}: {quoted(caught)}")
    if error is not None:
        arrival.end("failed")
        # The frames that it passed hold the request, and there may be many of them.
        error.__traceback__ = error.__context__ = None
    said = str(error or "")
    response = arrival.response
    if error is None and (response.ending != "complete" or response.finish_reason == FILTERED):
        # Whole, as the service counts; but who reads the table is to see that it is not.
        said = "; ".join(response.notices)
    keep(_row(row, arrival.response, begun, said, price), error)


def _row(row: Row, response: Response, begun: float, error: str, price: Price | None) -> Row:
    cost, currency = (price(response) if price else None) or _own_price(response.usage)
    changes: dict[str, Any] = {"cost": cost, "currency": currency, "packed": pack(response)}
    if response.replayed:
        changes |= {"cached": True, "call": response.replayed.call}
    seconds = round(time.monotonic() - begun, 3)
    return replace(row, ending=response.ending, error=error, seconds=seconds, **changes)


def _own_price(usage: Usage | None) -> tuple[float | None, str]:
    """The price that the service itself names."""
    try:
        return (float(usage.price), usage.currency) if usage and usage.price else (None, "")
    except ValueError:
        return None, ""
