"""Generations as JSON: the chunks of a stream, or one object."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Sequence
from itertools import chain, zip_longest
from typing import Any

from ...model.generation import Generation, prompt_tokens
from ...model.question import ChatRequest
from ..models import with_vendor
from .choice import Choice


class Answer:
    """The answer to one request, with its choices, in both of the forms it can take."""

    def __init__(
        self, chat: ChatRequest, generations: Sequence[Generation], quirks: frozenset[str]
    ) -> None:
        self._choices = [
            Choice(index, generation, logprobs=chat.logprobs, quirks=quirks)
            for index, generation in enumerate(generations)
        ]
        self._prompt = prompt_tokens(chat.messages)
        self._head = {
            "id": f"chatcmpl-{uuid.uuid4().hex}",
            "object": "chat.completion.chunk" if chat.stream else "chat.completion",
            "created": int(time.time()),
            "model": with_vendor(chat.model) if "vendor_prefix" in quirks else chat.model,
        }

    @property
    def completion_tokens(self) -> int:
        """Of all choices together."""
        return sum(choice.completion_tokens for choice in self._choices)

    def chunks(self) -> Iterator[dict[str, Any]]:
        """The choices in turn, a part to a chunk; the last chunk is not among them."""
        parts = self._parts()
        held = next(parts)
        for part in parts:
            yield self._chunk(held)
            held = part

    def last_chunk(self) -> dict[str, Any]:
        """The one that ends the longest choice, with the usage of them all."""
        *_, last = self._parts()
        return {**self._chunk(last), "usage": self.usage()}

    def usage_chunk(self) -> dict[str, Any]:
        """What stream_options.include_usage asks for."""
        return {**self.bare(), "usage": self.usage()}

    def bare(self) -> dict[str, Any]:
        """A chunk without a choice."""
        return {**self._head, "choices": []}

    def whole(self) -> dict[str, Any]:
        """The answer to a request that does not stream."""
        choices = [choice.whole() for choice in self._choices]
        return {**self._head, "choices": choices, "usage": self.usage()}

    def usage(self) -> dict[str, Any]:
        text, images = self._prompt
        thought = sum(choice.thought_tokens for choice in self._choices)
        return {
            "prompt_tokens": text + images,
            "completion_tokens": self.completion_tokens,
            "total_tokens": text + images + self.completion_tokens,
            "prompt_tokens_details": {
                "cached_tokens": 0,
                "text_tokens": text,
                "image_tokens": images,
            },
            "completion_tokens_details": {
                "reasoning_tokens": thought,
                "text_tokens": self.completion_tokens - thought,
            },
        }

    def _parts(self) -> Iterator[dict[str, Any]]:
        rounds = zip_longest(*(choice.parts() for choice in self._choices))
        return (part for part in chain.from_iterable(rounds) if part is not None)

    def _chunk(self, part: dict[str, Any]) -> dict[str, Any]:
        return {**self._head, "choices": [part]}
