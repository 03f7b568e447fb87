"""``POST /text-to-audio``: a tone in place of a voice (docs/services/dify.md#sound)."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..server.streams import Stream
from .refusals import answer, body_of, invalid, user_of
from .shelf import Shelf
from .tone import tone

PIECE = 1024


def routes(shelf: Shelf) -> list[Route]:
    async def speak(request: Request) -> Response:
        body = await body_of(request)
        user = user_of(body)
        message_id, text = body.get("message_id"), body.get("text")
        if message_id:
            # It goes before a text; an unknown or an empty one is no error but null.
            message = shelf.messages.get(str(message_id))
            text = message.text if message and message.user == user else None
            if not text:
                return answer(None)
        if not isinstance(text, str) or not text.strip():
            raise invalid("text is required")
        return Stream(_pieces(tone(text)), media_type="audio/mpeg")

    return [Route("/text-to-audio", speak, methods=["POST"])]


async def _pieces(sound: bytes) -> AsyncGenerator[bytes, None]:
    for start in range(0, len(sound), PIECE):
        yield sound[start : start + PIECE]
