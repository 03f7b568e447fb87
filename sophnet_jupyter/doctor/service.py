"""Checks that need a response of the service: key, clock, and streaming."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from email.utils import parsedate_to_datetime
from itertools import pairwise

from ..client import Client
from ..errors import KeyRejected, NotFound, RateLimited, ServiceDown, SophNetError, span
from ..events import ReasoningDelta, TextDelta
from ..language import tr
from ..providers.sophnet.access import checked
from ..settings import Settings
from ..time_limit import within
from ..wire.call import Call, Reply
from ..wire.retry import Retry
from .finding import LIMIT, Finding, run_check

# Clocks that differ by more make signed requests fail, and certificates look expired.
SKEW = 300.0
ONCE = Retry(frozenset(), lost=False)
QUESTION = "Count from 1 to 40, digits only, separated by spaces."


async def ask(client: Client, *, stream: bool) -> list[Finding]:
    """The findings of the checks that need a response."""
    checks = [run_check("key", _key(client)), run_check("balance", _balance(client))]
    if stream:
        checks.append(run_check("stream", _stream(client)))
    return [finding for found in await asyncio.gather(*checks) for finding in found]


async def _key(client: Client) -> list[Finding]:
    """Check the key, and compare the clocks by the Date header of the same response."""
    reply = await client._sophnet.fetch(Call(method="GET", path="/v1/models"), retry=ONCE)
    return [_accepted(reply, client.settings), *_clock(reply.headers.get("date", ""))]


def _accepted(reply: Reply, settings: Settings) -> Finding:
    try:
        models = checked(reply).get("data")
    except KeyRejected as error:
        said = tr("rejected: {status} {message}", status=error.status, message=error.message)
        advice = tr(
            "make a new one in the console, then %sophnet login ({source})",
            source=source(settings),
        )
        return Finding(mark="✕", about="key", said=said, advice=advice)
    except NotFound:
        said = tr("cannot be told: the service has no list of models at this address")
        return Finding(mark="!", about="key", said=said, advice=tr("%sophchat hello will tell"))
    except (RateLimited, ServiceDown) as error:
        return Finding(mark="!", about="key", said=str(error))
    except SophNetError as error:
        return Finding(mark="✕", about="key", said=str(error))
    if isinstance(models, list):
        return Finding(mark="✓", about="key", said=tr("accepted; {n} models", n=len(models)))
    return Finding(mark="✓", about="key", said=tr("accepted"))


async def _balance(client: Client) -> list[Finding]:
    """What is left of the account; nothing where the service does not say so."""
    try:
        left = (await client.account.balance()).total
    except SophNetError:
        return []
    if left is None:
        return []
    said = tr("{left} left of the account", left=left)
    if client.settings.sandbox:
        said = tr("{left} left of the account, of play money", left=left)
    if left <= 0:
        advice = tr("pay in at the console: calls that cost something are refused")
        return [Finding(mark="!", about="balance", said=said, advice=advice)]
    return [Finding(mark="✓", about="balance", said=said)]


def _clock(date: str) -> list[Finding]:
    try:
        there = parsedate_to_datetime(date).timestamp()
    except ValueError:
        return []
    skew = time.time() - there
    if abs(skew) <= SKEW:
        return [Finding(mark="✓", about="clock", said=tr("agrees with the service's"))]
    by = span(abs(skew))
    said = tr("{by} ahead of the service's", by=by)
    if skew < 0:
        said = tr("{by} behind the service's", by=by)
    advice = tr("set this machine's clock: signed requests and certificates depend on it")
    return [Finding(mark="!", about="clock", said=said, advice=advice)]


def source(settings: Settings) -> str:
    """A phrase that says where the key comes from."""
    if settings.key_source == "environment":
        return tr("key from {source}", source=settings.key_setting)
    if settings.profile:
        return tr(
            "key from {source}, profile {profile}",
            source=settings.key_from,
            profile=settings.profile,
        )
    return tr("key from {source}", source=settings.key_from)


async def _stream(client: Client) -> list[Finding]:
    times: list[float] = []
    try:
        async with within(LIMIT - 0.5):
            await _listen(client, times)
    except TimeoutError:
        if not times:
            said = tr("no piece within {seconds:g} s", seconds=LIMIT - 0.5)
            advice = tr("a busy model, or a proxy that holds answers back: try again")
            return [Finding(mark="!", about="stream", said=said, advice=advice)]
    except SophNetError as error:
        return [Finding(mark="!", about="stream", said=str(error))]
    return [streaming_finding(times)]


async def _listen(client: Client, times: list[float]) -> None:
    async with aclosing(client.chat.stream(QUESTION, max_tokens=100)) as events:
        async for event in events:
            if isinstance(event, TextDelta | ReasoningDelta):
                # Not collected at the end: what has come counts when time runs out.
                times.append(time.monotonic())  # noqa: PERF401


def streaming_finding(times: list[float]) -> Finding:
    """The finding on streaming, from the arrival times of the chunks, in seconds."""
    # Pieces out of one packet follow each other within far less than a millisecond.
    bursts = 1 + sum(later - earlier > 0.001 for earlier, later in pairwise(times))
    if len(times) < 8:
        said = tr("too short an answer to judge")
        return Finding(mark="✓", about="stream", said=said)
    said = tr(
        "{pieces} pieces in {bursts} bursts over {seconds:.1f} s",
        pieces=len(times),
        bursts=bursts,
        seconds=times[-1] - times[0],
    )
    if len(times) >= 8 * bursts:
        advice = tr(
            "a proxy on the way holds answers back: switch its buffering off, or go round it"
        )
        return Finding(mark="!", about="stream", said=said, advice=advice)
    return Finding(mark="✓", about="stream", said=said)
