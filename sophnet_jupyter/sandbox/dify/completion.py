"""``POST /completion-messages`` and its stop: validate, generate, frame the answer."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..model.tokens import tokens
from ..server.streams import Cut, Pace, Stream, forever
from ..switches.options import Options
from ..switches.switches import Switches
from .answer import REPLACEMENT, Answer
from .form import check_files, check_inputs
from .refusals import Refused, answer, body_of, encoded, invalid, user_of
from .shelf import Run, Shelf, put
from .source import Source, relayed
from .tone import tone

PING = b"event: ping\n\n"
PING_EVERY = 10.0
BREAKS = ("cut", "stall", "silent_end", "error_mid_stream")
MODES = ("streaming", "blocking", None)
SOUND_PIECES = 3
# Where nobody knows yet how long an answer will be, it is withdrawn after so many pieces.
MODERATED_AFTER = 8


def routes(options: Options, shelf: Shelf) -> list[Route]:
    async def complete(request: Request) -> Response:
        switches: Switches = request.scope["switches"]
        body = await body_of(request)
        made = await _made(body, switches, options, shelf)
        if options.upstream and not made.annotation:
            request.scope["engine"] = options.upstream_name
        if body.get("response_mode") == "streaming":
            events = _until_end(_events(made, switches), made, shelf)
            every = switches.faults.get("ping", PING_EVERY)
            return Stream(_pinged(_framed(events, switches), every))
        return await _at_once(made, switches, shelf)

    async def stop(request: Request) -> Response:
        user = user_of(await body_of(request))
        run = shelf.runs.get(request.path_params["id"])
        # Unknown ids and those of other users are passed over in silence
        # (docs/services/dify.md#stop).
        if run is not None and run.user == user:
            run.stopped.set()
        return answer({"result": "success"})

    return [
        Route("/completion-messages", complete, methods=["POST"]),
        Route("/completion-messages/{id}/stop", stop, methods=["POST"]),
    ]


async def _made(
    body: Mapping[str, Any], switches: Switches, options: Options, shelf: Shelf
) -> Answer:
    """The answer to a valid request. Raises `Refused`."""
    user = user_of(body)
    if body.get("response_mode") not in MODES:
        raise invalid("response_mode must be one of streaming, blocking", "response_mode")
    if body.get("conversation_id"):
        raise Refused(404, "not_found", "Conversation Not Exists.")
    inputs, named = check_inputs(body.get("inputs"), body.get("query") or "", user, shelf)
    files = [*named, *check_files(body.get("files"), user, shelf)]
    limit = switches.faults.get("concurrency")
    if limit is not None and len(shelf.runs) >= limit:
        said = f"The current maximum concurrent requests allowed for this app is {limit:.0f}."
        raise Refused(
            429, "too_many_requests", f"Too many requests. Please try again later. {said}"
        )
    made = Answer(Run(user=user), inputs, files, shelf)
    if options.upstream and not made.annotation:
        if body.get("response_mode") == "streaming":
            made.source = await Source.opened(options, made.prompt())
        else:
            made.text = await _upstream(made, options)
    put(shelf.messages, made.message.id, made.message)
    return made


async def _upstream(made: Answer, options: Options) -> list[str]:
    """The answer of the upstream server, in tokens. Raises `Refused`."""
    from ..server.upstream import said

    with relayed():
        return tokens(await said(options, made.prompt()))


async def _until_end(
    events: AsyncGenerator[bytes, None], made: Answer, shelf: Shelf
) -> AsyncGenerator[bytes, None]:
    """The events, counted as one run until they end or their reader is gone."""
    shelf.runs[made.run.id] = made.run
    try:
        async with aclosing(events):
            async for event in events:
                yield event
    finally:
        del shelf.runs[made.run.id]
        if made.source:
            await made.source.aclose()


async def _events(made: Answer, switches: Switches) -> AsyncGenerator[bytes, None]:
    """The payloads of the stream, at the pace of the model."""
    pace, begun = Pace(switches), time.monotonic()
    breaks = min((switches.faults[n] for n in BREAKS if n in switches.faults), default=None)
    moderated = "moderated" in switches.quirks
    half = MODERATED_AFTER if made.source else -(-len(made.text) // 2)
    count = 0
    try:
        async with aclosing(_pieces(made, pace)) as pieces:
            async for piece in pieces:
                if made.run.stopped.is_set() or (moderated and count >= half):
                    break
                if breaks is not None and count >= breaks:
                    break
                yield _line(made.said(piece), switches)
                count += 1
    except Refused as refused:
        # The server behind us gave up, with half an answer said.
        yield _line(made.failed(str(refused)), switches)
        return
    if breaks is not None:
        async for last in _broken_off(made, switches):
            yield last
        return
    if moderated:
        yield _line(made.replaced(), switches)
    yield _line(made.end(time.monotonic() - begun), switches)
    if "autoplay" in switches.quirks:
        for sound in _spoken(made):
            await pace.tokens()
            yield _line(sound, switches)


async def _pieces(made: Answer, pace: Pace) -> AsyncGenerator[str, None]:
    """The answer in tokens: at the pace of the upstream server, or of the script."""
    if made.source:
        async for piece in made.source:
            yield piece
        return
    for piece in made.text:
        await pace.tokens()
        yield piece


async def _broken_off(made: Answer, switches: Switches) -> AsyncGenerator[bytes, None]:
    """The output of a fault, in place of the rest of the stream."""
    if "stall" in switches.faults:
        await forever()
    if "cut" in switches.faults:
        raise Cut
    if "error_mid_stream" in switches.faults:
        yield _line(made.failed(), switches)


def _spoken(made: Answer) -> list[dict[str, Any]]:
    """The sound of an app that reads aloud; it is ready long after the text."""
    sound = tone(made.message.text)
    size = -(-len(sound) // SOUND_PIECES)
    pieces = [sound[start : start + size] for start in range(0, len(sound), size)]
    said = [made.event("tts_message", audio=base64.b64encode(p).decode()) for p in pieces]
    return [*said, made.event("tts_message_end", audio="")]


async def _framed(
    events: AsyncGenerator[bytes, None], switches: Switches
) -> AsyncGenerator[bytes, None]:
    """The payloads as frames, with the end mark where it belongs."""
    open_ended = "no_last_blank_line" in switches.quirks
    before, after = b"", b"\n" if open_ended else b"\n\n"
    async with aclosing(events):
        async for event in events:
            yield before + event + after
            before = b"\n" if open_ended else b""
    if "late_end" in switches.faults:
        await asyncio.sleep(switches.faults["late_end"])
    if "never_end" in switches.faults:
        await forever()


async def _pinged(parts: AsyncGenerator[bytes, None], every: float) -> AsyncGenerator[bytes, None]:
    """The same frames, with a ping whenever none has come for so many seconds."""
    async with aclosing(parts):
        while True:
            waiting = asyncio.ensure_future(anext(parts, None))
            try:
                while not (await asyncio.wait({waiting}, timeout=every))[0]:
                    yield PING
            finally:
                if not waiting.done():
                    waiting.cancel()
                    await asyncio.wait({waiting})
            part = waiting.result()
            if part is None:
                return
            yield part


def _line(event: dict[str, Any], switches: Switches) -> bytes:
    if "no_event_name" in switches.quirks and event["event"] == "message":
        # As the document's samples have it (docs/services/dify.md#completion, row D3).
        event = {name: event[name] for name in ("id", "answer", "created_at")}
    return b"data: " + encoded(event)


async def _at_once(made: Answer, switches: Switches, shelf: Shelf) -> Response:
    begun = time.monotonic()
    shelf.runs[made.run.id] = made.run
    try:
        await Pace(switches).whole(len(made.text))
    finally:
        del shelf.runs[made.run.id]
    if "error_mid_stream" in switches.faults:
        raise Refused(400, "completion_request_error", "the model stopped working")
    told = made.whole(time.monotonic() - begun)
    if "moderated" in switches.quirks:
        told["answer"] = made.message.text = REPLACEMENT
    if not switches.faults.keys() & {"cut", "stall", "silent_end"}:
        return answer(told)
    return Stream(_half(encoded(told), switches), media_type="application/json")


async def _half(body: bytes, switches: Switches) -> AsyncGenerator[bytes, None]:
    yield body[: len(body) // 2]
    if "stall" in switches.faults:
        await forever()
    if "cut" in switches.faults:
        raise Cut
