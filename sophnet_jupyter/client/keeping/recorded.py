"""Answers that are kept as they pass, and answers that were kept."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import suppress
from dataclasses import replace

from ...errors import SophNetError
from ...events import (
    AudioChunk,
    Ending,
    Event,
    Finished,
    ReasoningDelta,
    Replayed,
    TextDelta,
    ToolCallDelta,
    VectorsAsked,
    VectorsReady,
)
from ...history import limits
from ...history.calls import CallRecord
from ...history.current import CURRENT
from ...history.described import described
from ...history.history import History
from ...history.keys import AskedCall
from ...history.runs import RowRecord
from ...providers.keeping import Wanted
from ...wire.held import held
from .origins import SANDBOX, Who, sandbox_at

Make = Callable[[], AsyncGenerator[Event, None]]
# In which notebook and cell a call is made.
Place = Callable[[], tuple[str, str]]
# What may be large.
HEAVY = frozenset({VectorsReady, VectorsAsked})
# Bytes of vectors, or characters of their texts, that are kept.
MOST_VECTORS = 200_000
# What counts as a first token.
FIRST = (TextDelta, ReasoningDelta, ToolCallDelta, AudioChunk)


async def cached(
    history: History, place: Place, wanted: Wanted, make: Make, who: Who
) -> AsyncGenerator[Event, None]:
    """The events of an equal answer that was kept; else of one that is made, and kept."""
    asked = await asyncio.to_thread(asked_call, wanted, who)
    found = None
    # A store that cannot be read has no answers; whoever writes to it tells of that.
    with suppress(sqlite3.Error, OSError):
        origins = (who.origin, *who.others)
        found = await asyncio.to_thread(history.find, asked, origins)
    if found is None:
        events = recorded(history, place, wanted, make, who)
    else:
        events = _again(history, place, wanted, found)
    async with held(events):
        async for event in events:
            yield event


async def _again(
    history: History, place: Place, wanted: Wanted, found: CallRecord
) -> AsyncGenerator[Event, None]:
    yield Replayed(
        source="cache",
        at=found.at,
        first_token=found.first_token,
        seconds=found.seconds,
        call=found.id,
    )
    for event in found.events:
        yield wanted.revive(event) if wanted.revive else event
    notebook, cell = place()
    again = replace(
        found,
        at=time.time(),
        notebook=notebook,
        cell=cell,
        cached_from=found.id,
        run=None,
        star=False,
        price="",
        currency="",
    )
    _keep(history, again, CURRENT.get())


async def recorded(
    history: History, place: Place, wanted: Wanted, make: Make, who: Who
) -> AsyncGenerator[Event, None]:
    """The events of an answer, kept with how it ended."""
    came: list[Event] = []
    first: float | None = None
    ending: Ending = "incomplete"
    error = ""
    row, (notebook, cell) = CURRENT.get(), place()
    reserved = await _reserved(history, wanted)
    at, begun = time.time(), time.perf_counter()
    try:
        async with held(make()) as events:
            async for event in events:
                # Nearly every event is a token: what can be done later is done later.
                if first is None and isinstance(event, FIRST):
                    first = time.perf_counter() - begun
                if type(event) not in HEAVY or _few(event):
                    came.append(event)
                yield event
    except SophNetError as failure:
        ending, error = "failed", str(failure)
        raise
    except (GeneratorExit, asyncio.CancelledError):
        ending = "stopped"
        raise
    except BaseException as failure:
        ending, error = "failed", type(failure).__name__
        raise
    finally:
        ending = _ending(came, ending)
        record = CallRecord(
            asked=AskedCall(service=who.service, resource=wanted.resource, app=who.app),
            question=wanted.question,
            at=at,
            origin=who.origin,
            lane=wanted.lane,
            notebook=notebook,
            cell=cell,
            events=came,
            ending=ending,
            error=error,
            first_token=first,
            seconds=time.perf_counter() - begun,
            reserved=reserved,
        )
        if record.started.sandbox and not record.origin.startswith(SANDBOX):
            record.origin = sandbox_at(record.origin)
        record.complete = lambda: asked_call(wanted, who)
        record.fold = True
        _keep(history, record, row)


async def _reserved(history: History, wanted: Wanted) -> str:
    """Reserve what a call may take, where there is a budget. Raises `BudgetReached`."""
    if limits.is_known_as_none(history):
        return ""
    limit = wanted.request.get("max_tokens")
    tokens = limit if isinstance(limit, int) else None
    try:
        return await asyncio.to_thread(
            limits.reserve, history, wanted.question, wanted.lane, tokens
        )
    except (sqlite3.Error, OSError):
        # A store that cannot be used stops nobody.
        return ""


def _ending(came: Sequence[Event], ending: Ending) -> Ending:
    """How an answer ended: as it says itself, where it came so far and did not fail."""
    last = next((event for event in reversed(came) if isinstance(event, Finished)), None)
    return last.ending if last and ending != "failed" else ending


def _few(event: Event) -> bool:
    """Whether vectors are few enough to be looked at again; many have a cache of their own."""
    if isinstance(event, VectorsReady):
        return len(event.data) <= MOST_VECTORS
    return not isinstance(event, VectorsAsked) or sum(map(len, event.texts)) <= MOST_VECTORS


def _keep(history: History, record: CallRecord, row: RowRecord | None) -> None:
    """Hand a call to the history, or to the row of a run that it belongs to."""
    if row is None:
        history.add(record)
        return
    if row.call is not None:
        # Asked once more for the same row: the first answer stands for itself.
        row.run.history.add(row.call)
    row.call = record


def asked_call(wanted: Wanted, who: Who) -> AskedCall:
    """What a call asks, as it is kept. Blocking: files are read."""
    return AskedCall(
        service=who.service,
        resource=wanted.resource,
        app=who.app,
        request=described(wanted.request),
        number=wanted.number,
    )
