"""``POST /v1/chat/completions``: validate, generate, frame the answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ...model.question import ChatRequest
from ...server.refusal import Refused
from ...server.replies import encoded, json_response
from ...server.streams import Cut, Pace, Stream, forever
from ...switches.options import Options
from ...switches.switches import Switches
from .answer import Answer
from .answers import Answers
from .request import parse

DONE = b"data:[DONE]"
BREAKS = ("cut", "stall", "silent_end", "error_mid_stream")


def routes(options: Options, answers: Answers) -> list[Route]:
    async def completions(request: Request) -> Response:
        switches: Switches = request.scope["switches"]
        if options.upstream:
            from ...server.upstream import relay

            request.scope["engine"] = options.upstream_name
            return await relay(request, options, "POST", "/chat/completions")
        chat = parse(await request.body(), quirks=switches.quirks)
        origin = f"{request.url.scheme}://{request.url.netloc}"
        answer = await answers.scripted(chat, origin, switches)
        if chat.stream:
            return Stream(_framed(_events(chat, answer, switches), switches))
        return await _at_once(answer, switches)

    return [Route("/v1/chat/completions", completions, methods=["POST"])]


async def _events(
    chat: ChatRequest, answer: Answer, switches: Switches
) -> AsyncGenerator[bytes, None]:
    """The payloads of the stream, at the pace of the model."""
    pace = Pace(switches)
    struck = [switches.faults[name] for name in BREAKS if name in switches.faults]
    breaks = min(struck, default=None)
    for count, chunk in enumerate(answer.chunks()):
        if breaks is not None and count >= breaks:
            break
        await pace.tokens()
        if "empty_choices" in switches.quirks and count % 3 == 0:
            yield _line(answer.bare(), switches.quirks)
        yield _line(chunk, switches.quirks)
    if breaks is not None:
        async for event in _broken_off(switches):
            yield event
        return
    await pace.tokens(0)
    yield _line(answer.last_chunk(), switches.quirks)
    if chat.include_usage:
        yield _line(answer.usage_chunk(), switches.quirks)
    if "no_done" not in switches.quirks:
        yield DONE.replace(b":", b": ") if "space" in switches.quirks else DONE


async def _broken_off(switches: Switches) -> AsyncGenerator[bytes, None]:
    """The output of a fault, in place of the rest of the stream."""
    if "stall" in switches.faults:
        await forever()
    if "cut" in switches.faults:
        raise Cut
    if "error_mid_stream" in switches.faults:
        error = {"code": "internal_error", "message": "the model stopped working"}
        yield _line({"error": error}, switches.quirks)


async def _framed(
    events: AsyncGenerator[bytes, None], switches: Switches
) -> AsyncGenerator[bytes, None]:
    """The payloads as frames."""
    joined = "no_blank_line" in switches.quirks
    open_ended = "no_last_blank_line" in switches.quirks
    after = b"\n" if joined or open_ended else b"\n\n"
    before = b""
    async with aclosing(events):
        async for event in events:
            yield before + event + after
            # Nobody knows yet which event is the last, so its blank line waits for the next.
            before = b"\n" if open_ended and not joined else b""
    if joined and not open_ended:
        yield b"\n"
    if "late_end" in switches.faults:
        await asyncio.sleep(switches.faults["late_end"])
    if "never_end" in switches.faults:
        await forever()


def _line(chunk: object, quirks: frozenset[str]) -> bytes:
    return (b"data: " if "space" in quirks else b"data:") + encoded(chunk)


async def _at_once(answer: Answer, switches: Switches) -> Response:
    faults = switches.faults
    await Pace(switches).whole(answer.completion_tokens)
    if "error_mid_stream" in faults:
        raise Refused(500, "the model stopped working")
    if not faults.keys() & {"cut", "stall", "silent_end"}:
        return json_response(answer.whole())
    body = encoded(answer.whole())
    return Stream(_half(body, switches), media_type="application/json")


async def _half(body: bytes, switches: Switches) -> AsyncGenerator[bytes, None]:
    yield body[: len(body) // 2]
    if "stall" in switches.faults:
        await forever()
    if "cut" in switches.faults:
        raise Cut
