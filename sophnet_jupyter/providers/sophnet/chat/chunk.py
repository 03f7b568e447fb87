"""What one chunk of a chat answer means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec

from ....events import (
    AlternativeDelta,
    Event,
    Logprobs,
    ReasoningDelta,
    Reference,
    References,
    TextDelta,
    TokenLogprob,
    ToolCallDelta,
    Usage,
)

# More parallel calls than any model makes: a larger index is a fault, not a reason to allocate.
MAX_CALLS = 128


class _Words(msgspec.Struct, gc=False):
    content: str
    reasoning_content: Literal[""] | None = None
    tool_calls: None = None
    refs: None = None


class _Choice(msgspec.Struct, gc=False):
    delta: _Words
    index: Literal[0] = 0
    finish_reason: Literal[""] | None = None
    refs: None = None
    logprobs: None = None


class _Plain(msgspec.Struct, gc=False):
    choices: tuple[_Choice]
    error: None = None
    usage: None = None


_plain = msgspec.json.Decoder(_Plain).decode


def plain_text(data: str) -> str:
    """The words of a chunk that brings words and nothing else; empty for any other chunk."""
    try:
        return _plain(data).choices[0].delta.content
    except (msgspec.DecodeError, RecursionError):
        return ""


Cite = Callable[[Reference], Reference]


def as_it_is(reference: Reference) -> Reference:
    return reference


class ChatDecoder:
    """
    Reads chunks, and keeps what one chunk alone does not tell.

    That is the finish reason, which may come before the usage; the references, which come in
    pieces at the point of use and once more as the full list at the end (WIRE 1.3); and the
    position of tool calls that lack an ``index``. The first of several ``choices`` is the answer;
    of the others only the text is read. ``cite`` is handed each reference, to let it be fetched.
    """

    def __init__(self, choices: int = 1, cite: Cite = as_it_is) -> None:
        self.reason = ""
        self._cite = cite
        self._choices = choices
        self._open = set(range(choices))
        self.empty = True
        self._references: dict[int, Reference] = {}
        self._calls: list[str] = []

    def events(self, chunk: Mapping[str, Any], part: str) -> list[Event]:
        """
        The events of one chunk, whose words are under ``delta`` in a stream, else ``message``.

        The last chunk may carry usage alone, without any choice.
        """
        found: list[Event] = []
        choices = chunk.get("choices")
        # Not _list and _dict: two calls for every token.
        for choice in choices if isinstance(choices, list) else ():
            if not isinstance(choice, dict):
                continue
            words = choice.get(part)
            if not isinstance(words, dict):
                words = {}
            if self._choices > 1 and (number := choice.get("index")):
                found += self._other(number, words, choice)
                continue
            if thought := words.get("reasoning_content"):
                found.append(ReasoningDelta(text=_text(thought)))
            if text := words.get("content"):
                found.append(TextDelta(text=text if isinstance(text, str) else _text(text)))
            if calls := words.get("tool_calls"):
                found += [self._call(call) for call in _list(calls)]
            if refs := choice.get("refs") or words.get("refs"):
                found.append(self._cited(_list(refs), last=bool(choice.get("finish_reason"))))
            if logprobs := choice.get("logprobs"):
                found += _logprobs(_dict(logprobs))
            if reason := choice.get("finish_reason"):
                self.reason = str(reason)
                self._open.discard(0)
        if found:
            self.empty = False
        if usage := chunk.get("usage"):
            found.append(_usage(_dict(usage)))
        return found

    @property
    def ended(self) -> bool:
        """True once every choice has a finish reason: only usage and an end mark can follow."""
        return not self._open

    def _other(
        self, number: object, words: Mapping[str, Any], choice: Mapping[str, Any]
    ) -> list[Event]:
        if not isinstance(number, int) or not 0 < number < self._choices:
            return []
        if choice.get("finish_reason"):
            self._open.discard(number)
        text = _text(words.get("content") or "")
        return [AlternativeDelta(choice=number, text=text)] if text else []

    def _call(self, call: Mapping[str, Any]) -> ToolCallDelta:
        function = _dict(call.get("function"))
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
        found = {ref.index: ref for ref in map(_reference, refs, range(len(refs)))}
        found = {index: self._cite(ref) for index, ref in found.items()}
        # The list with the finish reason is the full one; those before it add up.
        self._references = found if last else self._references | found
        return References(
            items=tuple(self._references[index] for index in sorted(self._references))
        )


def _logprobs(said: Mapping[str, Any]) -> list[Event]:
    items = tuple(
        TokenLogprob(
            token=str(item.get("token") or ""),
            logprob=_float(item.get("logprob")),
            alternatives=tuple(
                (str(other.get("token") or ""), _float(other.get("logprob")))
                for other in _list(item.get("top_logprobs"))
            ),
        )
        for item in _list(said.get("content"))
    )
    return [Logprobs(items=items)] if items else []


def _float(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _reference(ref: Mapping[str, Any], place: int) -> Reference:
    index = ref.get("index")
    return Reference(
        index=index if isinstance(index, int) else place,
        title=str(ref.get("title") or ""),
        content=str(ref.get("content") or ""),
        type=str(ref.get("type") or ""),
        url=str(ref.get("url") or ""),
        id=str(ref.get("id") or ""),
    )


def _usage(usage: Mapping[str, Any]) -> Usage:
    prompt_details = _dict(usage.get("prompt_tokens_details"))
    completion_details = _dict(usage.get("completion_tokens_details"))
    return Usage(
        prompt_tokens=_count(usage.get("prompt_tokens")) or 0,
        completion_tokens=_count(usage.get("completion_tokens")) or 0,
        total_tokens=_count(usage.get("total_tokens")) or 0,
        cached_tokens=_count(prompt_details.get("cached_tokens")),
        reasoning_tokens=_count(completion_details.get("reasoning_tokens")),
    )


def _text(words: object) -> str:
    """Words, which some models give in parts, as a prompt with images has them."""
    if isinstance(words, list):
        return "".join(str(part.get("text") or "") for part in _list(words))
    return str(words)


def _count(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
