"""What one chunk of a chat answer means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from ...events import (
    Event,
    ReasoningDelta,
    Reference,
    References,
    TextDelta,
    ToolCallDelta,
    Usage,
)

# More parallel calls than any model makes: a larger index is a fault, not a reason to allocate.
MAX_CALLS = 128


class Decoder:
    """
    Reads chunks, and keeps what one chunk alone does not tell.

    That is the finish reason, which may come before the usage; the references, which come in
    pieces at the point of use and once more as the full list at the end (WIRE 1.3); and the
    position of tool calls that lack an ``index``.
    """

    def __init__(self) -> None:
        self.reason = ""
        self._references: dict[int, Reference] = {}
        self._calls: list[str] = []

    def events(self, chunk: Mapping[str, Any], part: str) -> Iterator[Event]:
        """
        The events of one chunk, whose words are under ``delta`` in a stream, else ``message``.

        The last chunk may carry usage alone, without any choice.
        """
        for choice in _list(chunk.get("choices")):
            words = choice.get(part) or {}
            if thought := words.get("reasoning_content"):
                yield ReasoningDelta(text=str(thought))
            if text := words.get("content"):
                yield TextDelta(text=str(text))
            for call in _list(words.get("tool_calls")):
                yield self._call(call)
            if refs := _list(choice.get("refs")) or _list(words.get("refs")):
                yield self._cited(refs, last=bool(choice.get("finish_reason")))
            if reason := choice.get("finish_reason"):
                self.reason = str(reason)
        if usage := chunk.get("usage"):
            yield _usage(usage)

    def _call(self, call: Mapping[str, Any]) -> ToolCallDelta:
        function = call.get("function") or {}
        arguments = function.get("arguments") or ""
        if not isinstance(arguments, str):
            # Seen from a sibling service: an object where the document has text.
            arguments = msgspec.json.encode(arguments).decode()
        call_id = str(call.get("id") or "")
        return ToolCallDelta(
            index=self._position(call.get("index"), call_id),
            id=call_id,
            name=str(function.get("name") or ""),
            arguments=arguments,
        )

    def _position(self, index: object, call_id: str) -> int:
        if isinstance(index, int) and 0 <= index < MAX_CALLS:
            self._calls += [""] * (index + 1 - len(self._calls))
            self._calls[index] = call_id or self._calls[index]
            return index
        if call_id in self._calls:
            return self._calls.index(call_id)
        if call_id and len(self._calls) < MAX_CALLS:
            self._calls.append(call_id)
        return max(0, len(self._calls) - 1)

    def _cited(self, refs: list[dict[str, Any]], *, last: bool) -> References:
        found = {reference.index: reference for reference in map(_reference, refs)}
        # The list with the finish reason is the full one; those before it add up.
        self._references = found if last else self._references | found
        return References(
            items=tuple(self._references[index] for index in sorted(self._references))
        )


def _reference(ref: Mapping[str, Any]) -> Reference:
    index = ref.get("index")
    return Reference(
        index=index if isinstance(index, int) else 0,
        title=str(ref.get("title") or ""),
        content=str(ref.get("content") or ""),
        type=str(ref.get("type") or ""),
        url=str(ref.get("url") or ""),
        id=str(ref.get("id") or ""),
    )


def _usage(usage: Mapping[str, Any]) -> Usage:
    prompt_details = usage.get("prompt_tokens_details") or {}
    completion_details = usage.get("completion_tokens_details") or {}
    return Usage(
        prompt_tokens=usage.get("prompt_tokens") or 0,
        completion_tokens=usage.get("completion_tokens") or 0,
        total_tokens=usage.get("total_tokens") or 0,
        cached_tokens=prompt_details.get("cached_tokens"),
        reasoning_tokens=completion_details.get("reasoning_tokens"),
    )


def _list(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
