"""Who answers, in writing and aloud: the script with its knowledge, or the upstream."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from ...engines.pictures import reading
from ...model.generation import generations
from ...model.knowledge import Known
from ...model.question import ChatRequest
from ...model.script import Talk
from ...model.tokens import tokens
from ...server import upstream
from ...server.streams import Pace
from ...switches.options import Options
from ...switches.switches import Switches
from ..knowledge import Knowledge
from .answer import Answer

Chunk = dict[str, Any]


class Answers:
    """The answers of one sandbox."""

    def __init__(self, options: Options, knowledge: Knowledge) -> None:
        self._options, self._knowledge = options, knowledge

    @property
    def engine(self) -> str:
        """Who answers in the script's place; empty where the script does."""
        return self._options.upstream_name

    async def scripted(self, chat: ChatRequest, origin: str, switches: Switches) -> Answer:
        """The script's answer, with what the knowledge of a custom model says to it."""
        known = await self._knowledge.cited(chat.model, Talk(chat.messages).prompt, origin)
        if any(message.images for message in chat.messages):
            # Reading the words in a picture takes a second or two.
            async with reading.turn:
                return await asyncio.to_thread(_made, chat, origin, known, switches)
        return _made(chat, origin, known, switches)

    async def chunks(
        self,
        chat: ChatRequest,
        messages: Sequence[Mapping[str, Any]],
        origin: str,
        switches: Switches,
    ) -> AsyncGenerator[Chunk, None]:
        """
        The chunks of an answer that is to be said, at the pace of who makes it.

        ``messages`` are those of ``chat`` as they were sent. Raises Refused.
        """
        if self._options.upstream:
            async with aclosing(_relayed(self._options, chat, messages)) as relayed:
                async for chunk in relayed:
                    yield chunk
            return
        answer, pace = await self.scripted(chat, origin, switches), Pace(switches)
        for chunk in answer.chunks():
            await pace.tokens()
            yield chunk
        await pace.tokens(0)
        yield answer.last_chunk()


def _made(
    chat: ChatRequest, origin: str, known: Sequence[Known] | None, switches: Switches
) -> Answer:
    return Answer(chat, generations(chat, origin, known), switches.quirks)


async def _relayed(
    options: Options, chat: ChatRequest, messages: Sequence[Mapping[str, Any]]
) -> AsyncGenerator[Chunk, None]:
    """The upstream's words as SophNet would write them."""
    head = {
        "id": f"chatcmpl-{uuid.uuid4().hex}",
        "object": "chat.completion.chunk",
        "created": int(time.time()),
        "model": chat.model,
    }
    count = 0
    said = upstream.deltas(options, [dict(message) for message in messages], model=chat.model)
    async with aclosing(said) as words:
        async for text in words:
            count += len(tokens(text))
            yield {**head, "choices": [_choice(text, None)]}
    asked = sum(len(tokens(message.text)) for message in chat.messages)
    usage = {"prompt_tokens": asked, "completion_tokens": count, "total_tokens": asked + count}
    yield {**head, "choices": [_choice("", "stop")], "usage": usage}


def _choice(text: str, reason: str | None) -> Chunk:
    return {"index": 0, "delta": {"content": text}, "finish_reason": reason}
