"""
``POST …/voice/synthesize-audio-stream`` and ``…/voice/synthesize-audio``.

See docs/services/sophnet.md#voice.
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ...server.refusal import Refused
from ...server.replies import encoded
from ...server.streams import Cut, Stream, forever
from ...switches.switches import Switches
from .request import VoiceRequest, parse
from .sound import Speaker, require_engines, whole

PATHS = ("/projects/{project}/easyllms/voice", "/projects/easyllms/voice")
BREAKS = ("cut", "stall", "silent_end", "error_mid_stream")


def routes() -> list[Route]:
    found = []
    for path in PATHS:
        found += [
            Route(f"{path}/synthesize-audio-stream", _stream, methods=["POST"]),
            Route(f"{path}/synthesize-audio", _at_once, methods=["POST"]),
        ]
    return found


async def _stream(request: Request) -> Response:
    switches: Switches = request.scope["switches"]
    texts, asked = _parsed(request, await request.body())
    if not asked.voice:
        # So the service answers for a voice that it does not know, with HTTP 200.
        return Response(b"", media_type="text/event-stream")
    require_engines()
    return Stream(_lines(texts, asked, switches))


async def _at_once(request: Request) -> Response:
    switches: Switches = request.scope["switches"]
    texts, asked = _parsed(request, await request.body())
    sound = await asyncio.to_thread(whole, texts, asked)
    if "error_mid_stream" in switches.faults:
        raise Refused(500, "the voice stopped working")
    if switches.faults.keys() & set(BREAKS):
        return Stream(_half(sound, switches), media_type=asked.made.media_type)
    return Response(sound, media_type=asked.made.media_type)


async def _half(sound: bytes, switches: Switches) -> AsyncGenerator[bytes, None]:
    yield sound[: len(sound) // 2]
    if "stall" in switches.faults:
        await forever()
    if "cut" in switches.faults:
        raise Cut


async def _lines(
    texts: Sequence[str], asked: VoiceRequest, switches: Switches
) -> AsyncGenerator[bytes, None]:
    async with aclosing(frames(texts, asked, switches)) as made:
        async for frame in made:
            yield line(frame, switches)


async def frames(
    texts: Sequence[str], asked: VoiceRequest, switches: Switches
) -> AsyncGenerator[dict[str, Any], None]:
    """What the stream says, one object a line, at the pace of the voice."""
    speaker = Speaker(asked, switches)
    struck = [switches.faults[name] for name in BREAKS if name in switches.faults]
    left = min(struck, default=None)
    for text in texts:
        async with aclosing(speaker.say(text)) as pieces:
            async for piece in pieces:
                if left is not None and left <= 0:
                    async for last in _broken_off(switches):
                        yield last
                    return
                left = None if left is None else left - 1
                yield accepting(piece)
        # The service sends such a one at the end of a text.
        yield accepting(b"")
    if rest := await speaker.finish():
        yield accepting(rest)
    yield finish(sum(map(len, texts)))


def accepting(sound: bytes) -> dict[str, Any]:
    frame = b64encode(sound).decode() if sound else None
    return {"status": "accepting", "usage": None, "audioFrame": frame}


def finish(characters: int) -> dict[str, Any]:
    return {"status": "finish", "usage": {"characters": characters}, "audioFrame": None}


def line(value: dict[str, Any], switches: Switches) -> bytes:
    """One object as the stream has it, with its line breaks."""
    body = repr(value).encode() if "python_repr" in switches.quirks else encoded(value)
    before = b"data: " if "space" in switches.quirks else b"data:"
    return before + body + (b"\n" if "no_blank_line" in switches.quirks else b"\n\n")


async def _broken_off(switches: Switches) -> AsyncGenerator[dict[str, Any], None]:
    """The output of a fault, in place of the rest of the stream."""
    if "stall" in switches.faults:
        await forever()
    if "cut" in switches.faults:
        raise Cut
    if "error_mid_stream" in switches.faults:
        yield {"status": 500, "message": "the voice stopped working", "result": None}


def _parsed(request: Request, body: bytes) -> tuple[list[str], VoiceRequest]:
    switches: Switches = request.scope["switches"]
    return parse(body, project="project" in request.path_params, quirks=switches.quirks)
