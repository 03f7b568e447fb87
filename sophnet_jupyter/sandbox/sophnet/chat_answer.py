"""A generation as JSON: the chunks of a stream, or one object."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from .chat_request import ChatRequest
from .generation import Generation, prompt_tokens
from .models import with_vendor
from .scripted import Call
from .scripted.tokens import tokens


class Answer:
    """One answer to one request, in both of the forms it can take."""

    def __init__(self, chat: ChatRequest, generation: Generation, quirks: frozenset[str]) -> None:
        self.generation = generation
        self._logprobs = chat.logprobs
        self._whole_call = "whole_tool_call" in quirks
        self._in_message = "refs_in_message" in quirks
        self._prompt = prompt_tokens(chat.messages)
        self._call_id = f"call_{uuid.uuid4().hex[:24]}"
        self._head = {
            "id": f"chatcmpl-{uuid.uuid4().hex}",
            "object": "chat.completion.chunk" if chat.stream else "chat.completion",
            "created": int(time.time()),
            "model": with_vendor(chat.model) if "vendor_prefix" in quirks else chat.model,
        }

    @property
    def completion_tokens(self) -> int:
        made = self.generation
        called = len(tokens(made.call.arguments)) + 1 if made.call else 0
        return len(made.thinking) + len(made.text) + called

    def chunks(self) -> Iterator[dict[str, Any]]:
        """Thinking first, then the text, a token to a chunk; the last chunk is not among them."""
        # The role is named once; from the second chunk on it is null.
        role: str | None = "assistant"
        for piece in self.generation.thinking:
            delta = {"role": role, "content": None, "reasoning_content": piece}
            yield self._chunk(delta)
            role = None
        for index, piece in enumerate(self.generation.text):
            delta = {"role": role, "content": piece}
            more: dict[str, Any] = {}
            if ref := self.generation.references.get(index):
                more["refs"] = [ref]
            if self._logprobs:
                more["logprobs"] = _certain([piece])
            yield self._chunk(delta, **more)
            role = None
        if made := self.generation.call:
            for part in self._call_parts(made):
                yield self._chunk({"role": role, "content": None, "tool_calls": [part]})
                role = None

    def last_chunk(self) -> dict[str, Any]:
        """The one with the finish reason, the usage and every reference once more."""
        chunk = self._chunk({"role": None, "content": None}, **self._all_references())
        chunk["choices"][0]["finish_reason"] = self.generation.finish_reason
        return {**chunk, "usage": self.usage()}

    def usage_chunk(self) -> dict[str, Any]:
        """What stream_options.include_usage asks for."""
        return {**self.bare(), "usage": self.usage()}

    def bare(self) -> dict[str, Any]:
        """A chunk without a choice."""
        return {**self._head, "choices": []}

    def whole(self) -> dict[str, Any]:
        """The answer to a request that does not stream."""
        made = self.generation
        message: dict[str, Any] = {"role": "assistant", "content": "".join(made.text)}
        if made.thinking:
            message["reasoning_content"] = "".join(made.thinking)
        if made.call:
            message["tool_calls"] = [self._call(made.call)]
        choice = {"index": 0, "message": message, "finish_reason": made.finish_reason}
        if self._logprobs:
            choice["logprobs"] = _certain(made.text)
        if self._in_message:
            refs = self._all_references().get("refs", [])
            message["refs"] = [{"id": f"ref-{ref['index']}", **ref} for ref in refs]
        else:
            choice |= self._all_references()
        return {**self._head, "choices": [choice], "usage": self.usage()}

    def _call_parts(self, made: Call) -> Iterator[dict[str, Any]]:
        """The name first, then the arguments in pieces; or everything without an index."""
        if self._whole_call:
            yield self._call(made)
            return
        function = {"name": made.name, "arguments": ""}
        yield {"index": 0, **self._call(made), "function": function}
        for piece in tokens(made.arguments):
            yield {"index": 0, "function": {"arguments": piece}}

    def _call(self, made: Call) -> dict[str, Any]:
        function = {"name": made.name, "arguments": made.arguments}
        return {"id": self._call_id, "type": "function", "function": function}

    def usage(self) -> dict[str, Any]:
        text, images = self._prompt
        thought = len(self.generation.thinking)
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

    def _chunk(self, delta: dict[str, Any], **more: Any) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "finish_reason": None, **more}
        return {**self.bare(), "choices": [choice]}

    def _all_references(self) -> dict[str, Any]:
        refs = list(self.generation.references.values())
        return {"refs": refs} if refs else {}


def _certain(pieces: Sequence[str]) -> dict[str, Any]:
    """Log probabilities of a model that could not have said anything else."""
    return {
        "content": [
            {"token": piece, "logprob": 0.0, "bytes": list(piece.encode()), "top_logprobs": []}
            for piece in pieces
        ]
    }
