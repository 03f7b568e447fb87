"""
``POST /v1/chat/completions-with-voice-output``: an answer as text and speech.

See docs/services/sophnet.md#chat-with-voice.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ...server.refusal import Refused
from ...server.replies import encoded
from ...server.streams import Cut, Stream, forever
from ...switches.switches import Switches
from ..body import json_object
from ..voice.request import VoiceRequest, sounding
from ..voice.sound import Speaker, require_engines
from ..voice.voice import BREAKS, accepting, finish, line
from .answers import Answers
from .request import parse

Payload = dict[str, Any]

# What is said together: the voice begins with the first sentence, while the model writes the next.
SENTENCE = re.compile(r".+?(?:[.!?;:](?=\s)|[。！？；：\n])", re.DOTALL)


def routes(answers: Answers) -> list[Route]:
    async def answer(request: Request) -> Response:
        return await _answer(request, answers)

    return [Route("/v1/chat/completions-with-voice-output", answer, methods=["POST"])]


async def _answer(request: Request, answers: Answers) -> Response:
    switches: Switches = request.scope["switches"]
    fields = json_object(await request.body())
    asked = _section(fields, "chat_completion_req")
    chat = parse(json.dumps(asked).encode(), quirks=switches.quirks)
    if not chat.stream:
        raise Refused(400, "chat_completion_req must have stream: true")
    speech = _section(fields, "speech_synthesis_req")
    # The document demands the id; whether the service does is not known.
    if "strict_params" in switches.quirks and not speech.get("easyllm_id"):
        raise Refused(400, "speech_synthesis_req.easyllm_id is required")
    param = speech.get("synthesis_param") or {}
    if not isinstance(param, dict):
        raise Refused(400, "speech_synthesis_req.synthesis_param must be an object")
    request.scope["engine"] = answers.engine
    origin = f"{request.url.scheme}://{request.url.netloc}"
    # What refuses does so before 200 has gone out.
    voice = sounding(param)
    if voice.voice:
        require_engines()
    chunks = answers.chunks(chat, asked["messages"], origin, switches)
    begun = _begun(await anext(chunks), chunks)
    return Stream(_lines(begun, voice, switches))


async def _begun(
    first: Payload, others: AsyncGenerator[Payload, None]
) -> AsyncGenerator[Payload, None]:
    async with aclosing(others):
        yield first
        async for chunk in others:
            yield chunk


def _section(fields: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = fields.get(name)
    if not isinstance(value, dict):
        raise Refused(400, f"{name} is required, and an object")
    return value


async def _lines(
    chunks: AsyncGenerator[Payload, None], voice: VoiceRequest, switches: Switches
) -> AsyncGenerator[bytes, None]:
    struck = [switches.faults[name] for name in BREAKS if name in switches.faults]
    breaks = min(struck, default=None)
    count = 0
    async with aclosing(said(chunks, voice, switches)) as payloads:
        async for payload in payloads:
            if breaks is not None and count >= breaks:
                break
            count += 1
            yield _line(payload, switches)
        else:
            return
    if "stall" in switches.faults:
        await forever()
    if "cut" in switches.faults:
        raise Cut
    if "error_mid_stream" in switches.faults:
        error = {"code": "internal_error", "message": "the model stopped working"}
        yield _line({"error": error}, switches)


def shaped(payload: Payload, switches: Switches) -> Payload:
    """A text chunk or a sound frame in the form it has where both are mixed."""
    if "choices" in payload:
        # The document's example leaves out what it has nothing for.
        return payload | {"choices": [_filled(choice) for choice in payload["choices"]]}
    if "audio_dict" in switches.quirks and payload.get("audioFrame"):
        return payload | {"audioFrame": {"array": payload["audioFrame"]}}
    return payload


def _line(payload: Payload, switches: Switches) -> bytes:
    payload = shaped(payload, switches)
    if "bare_json" in switches.quirks:
        return encoded(payload) + b"\n"
    return line(payload, switches)


def _filled(choice: Mapping[str, Any]) -> Payload:
    delta = {name: value for name, value in choice["delta"].items() if value is not None}
    kept = {name: value for name, value in choice.items() if value is not None}
    return kept | {"delta": delta or {"content": ""}}


async def said(
    chunks: AsyncGenerator[Payload, None], voice: VoiceRequest, switches: Switches
) -> AsyncGenerator[Payload, None]:
    """Chunks of an answer, mixed with the frames of its sound."""
    payloads: asyncio.Queue[Payload | None] = asyncio.Queue()
    sentences: asyncio.Queue[str | None] = asyncio.Queue()
    work = [
        asyncio.create_task(_write(chunks, payloads, sentences)),
        asyncio.create_task(_speak(Speaker(voice, switches), payloads, sentences)),
    ]

    # Whoever fails ends the stream too, or it would never end.
    def over(task: asyncio.Task[None]) -> None:
        if _failed(task):
            payloads.put_nowait(None)

    for task in work:
        task.add_done_callback(over)
    try:
        while (payload := await payloads.get()) is not None:
            yield payload
        for task in work:
            if _failed(task):
                task.result()
    finally:
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)


def _failed(task: asyncio.Task[None]) -> bool:
    return task.done() and not task.cancelled() and task.exception() is not None


async def _write(
    chunks: AsyncGenerator[Payload, None],
    payloads: asyncio.Queue[Payload | None],
    sentences: asyncio.Queue[str | None],
) -> None:
    """The words, and each sentence once it is whole."""
    text = ""
    async with aclosing(chunks):
        async for chunk in chunks:
            payloads.put_nowait(chunk)
            choice = chunk["choices"][0]
            # Of several answers the first is said.
            if choice["index"] == 0:
                text += choice["delta"].get("content") or ""
            while sentence := SENTENCE.match(text):
                sentences.put_nowait(sentence[0])
                text = text[sentence.end() :]
    sentences.put_nowait(text)
    sentences.put_nowait(None)


async def _speak(
    speaker: Speaker,
    payloads: asyncio.Queue[Payload | None],
    sentences: asyncio.Queue[str | None],
) -> None:
    """The sound of each sentence as soon as it is written."""
    characters = 0
    while (sentence := await sentences.get()) is not None:
        characters += len(sentence)
        async with aclosing(speaker.say(sentence)) as pieces:
            async for piece in pieces:
                payloads.put_nowait(accepting(piece))
        payloads.put_nowait(accepting(b""))
    if rest := await speaker.finish():
        payloads.put_nowait(accepting(rest))
    payloads.put_nowait(finish(characters))
    payloads.put_nowait(None)
