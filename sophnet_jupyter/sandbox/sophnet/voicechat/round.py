"""One answer of a voice chat: words and sound, mixed as they are made."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from ...model.question import ChatRequest
from ...switches.switches import Switches
from ..chat.answers import Answers
from ..chat.voiced import said, shaped
from ..voice.request import VoiceRequest

Say = Callable[[dict[str, Any]], Awaitable[None]]


class Broken(Exception):
    """The model stopped in the middle of its answer."""


class Round:
    """Makes an answer and says it; ``text`` is what was said by then."""

    def __init__(self, answers: Answers, switches: Switches, origin: str, say: Say) -> None:
        self._answers, self._switches, self._origin, self._say = answers, switches, origin, say
        self.text = ""

    async def run(
        self, asked: ChatRequest, messages: Sequence[Mapping[str, Any]], voice: VoiceRequest
    ) -> None:
        """Raises `Broken` where a fault asks for that."""
        faults = self._switches.faults
        chunks = self._answers.chunks(asked, messages, self._origin, self._switches)
        slow, count = faults.get("slow_voice", 0.0), 0
        async with aclosing(said(chunks, voice, self._switches)) as payloads:
            async for payload in payloads:
                if count >= faults.get("error_mid_stream", count + 1):
                    raise Broken
                if count >= faults.get("stall", count + 1):
                    await asyncio.Event().wait()
                count += 1
                if slow and payload.get("audioFrame"):
                    await asyncio.sleep(slow)
                    slow = 0.0
                for choice in payload.get("choices", ()):
                    self.text += choice["delta"].get("content") or ""
                await self._say(shaped(payload, self._switches))
