"""One of the answers to a request, as the choice it is in chunks and in the whole."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from ...model.generation import Generation
from ...model.reply import Call
from ...model.tokens import tokens
from . import likeliness

Payload = dict[str, Any]


class Choice:
    """
    A generation in both of the forms it can take; ``index`` tells it from its siblings.

    ``logprobs`` is how many likely tokens are named at each place, None for no likeliness at all.
    """

    def __init__(
        self, index: int, generation: Generation, *, logprobs: int | None, quirks: frozenset[str]
    ) -> None:
        self._index = index
        self._made = generation
        self._logprobs = logprobs
        self._whole_call = "whole_tool_call" in quirks
        self._in_message = "refs_in_message" in quirks
        self._call_id = f"call_{uuid.uuid4().hex[:24]}"

    @property
    def thought_tokens(self) -> int:
        return len(self._made.thinking)

    @property
    def completion_tokens(self) -> int:
        made = self._made
        called = len(tokens(made.call.arguments)) + 1 if made.call else 0
        return len(made.thinking) + len(made.text) + called

    def parts(self) -> Iterator[Payload]:
        """Thinking first, then the text, a token to a part; the last has the finish reason."""
        # The role is named once; from the second part on it is null.
        role: str | None = "assistant"
        for piece in self._made.thinking:
            yield self._part({"role": role, "content": None, "reasoning_content": piece})
            role = None
        likely = self._likely()["content"]
        for index, piece in enumerate(self._made.text):
            more: Payload = {}
            if ref := self._made.references.get(index):
                more["refs"] = [ref]
            if self._logprobs is not None:
                more["logprobs"] = {"content": [likely[index]]}
            yield self._part({"role": role, "content": piece}, **more)
            role = None
        if made := self._made.call:
            for call in self._call_parts(made):
                yield self._part({"role": role, "content": None, "tool_calls": [call]})
                role = None
        last = self._part({"role": None, "content": None}, **self._all_references())
        yield last | {"finish_reason": self._made.finish_reason}

    def whole(self) -> Payload:
        """The choice of an answer that does not stream."""
        made = self._made
        message: Payload = {"role": "assistant", "content": "".join(made.text)}
        if made.thinking:
            message["reasoning_content"] = "".join(made.thinking)
        if made.call:
            message["tool_calls"] = [self._call(made.call)]
        choice = {"index": self._index, "message": message, "finish_reason": made.finish_reason}
        if self._logprobs is not None:
            choice["logprobs"] = self._likely()
        if self._in_message:
            refs = self._all_references().get("refs", [])
            message["refs"] = [{"id": f"ref-{ref['index']}", **ref} for ref in refs]
        else:
            choice |= self._all_references()
        return choice

    def _likely(self) -> Payload:
        if self._logprobs is None:
            return {"content": []}
        return likeliness.told(self._made.text, self._logprobs)

    def _part(self, delta: Payload, **more: Any) -> Payload:
        return {"index": self._index, "delta": delta, "finish_reason": None, **more}

    def _call_parts(self, made: Call) -> Iterator[Payload]:
        """The name first, then the arguments in pieces; or everything without an index."""
        if self._whole_call:
            yield self._call(made)
            return
        function = {"name": made.name, "arguments": ""}
        yield {"index": 0, **self._call(made), "function": function}
        for piece in tokens(made.arguments):
            yield {"index": 0, "function": {"arguments": piece}}

    def _call(self, made: Call) -> Payload:
        function = {"name": made.name, "arguments": made.arguments}
        return {"id": self._call_id, "type": "function", "function": function}

    def _all_references(self) -> Payload:
        refs = list(self._made.references.values())
        return {"refs": refs} if refs else {}
