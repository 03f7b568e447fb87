"""Decode the chunks of a chat answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal

import msgspec

from ....events import (
    AlternativeDelta,
    Event,
    Logprobs,
    Notice,
    ReasoningDelta,
    Reference,
    References,
    TextDelta,
    TextReplaced,
    TokenLogprob,
    Usage,
)
from ....language import tr
from ...endings import EARLY, Endings, reason_of
from ...service_json import Halves, joined
from ...thoughts import ThoughtPiece, Thoughts
from .calls import MAX_CALLS, ToolCalls


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


Cite = Callable[[Reference], Reference]


def as_it_is(reference: Reference) -> Reference:
    return reference


class ChatDecoder:
    """
    Decodes chunks, and keeps the state between them.

    That is the finish reason, which may come before the usage, and before more words; the
    references, which come in pieces at the point of use and once more as the full list at the end
    (docs/services/sophnet.md#references); thoughts between tags; and which call a piece belongs to.
    The first of several ``choices`` is the answer; of the others only the text is read. ``cite`` is
    handed each reference, to let it be fetched.
    """

    def __init__(self, choices: int = 1, cite: Cite = as_it_is) -> None:
        self.endings = Endings(choices)
        self.empty = True
        # Whether a chunk with choices has come at all.
        self.began = False
        self._cite = cite
        self._choices = choices
        self._references: dict[int, Reference] = {}
        self._calls = ToolCalls()
        self._thoughts = [Thoughts() for _ in range(choices)]
        self._halves = [Halves() for _ in range(choices)]
        self._thinking = Halves()
        self._refused = False

    @property
    def reason(self) -> str:
        """The finish reason of the answer; empty while there is none."""
        return self.endings.reason

    @property
    def ended(self) -> int:
        """0 while more is expected, else the number of finish reasons received."""
        return self.endings.ended

    def plain(self, data: str) -> str:
        """
        The text of a chunk that is passed on unchanged, and recorded; empty for any other chunk.

        Most words of an answer are: they come with nothing else, end nothing, and hold no tag.
        """
        try:
            text = _plain(data).choices[0].delta.content
        except (msgspec.DecodeError, RecursionError):
            return ""
        if not text or self.endings.reason or not self._thoughts[0].passes(text):
            return ""
        self.empty = False
        return text

    def events(self, chunk: Mapping[str, Any], part: str) -> list[Event]:
        """
        The events of one chunk, whose text is under ``delta`` in a stream, else ``message``.

        The last chunk may carry usage alone, without any choice.
        """
        found: list[Event] = []
        choices = chunk.get("choices")
        # Not _list and _dict: two calls for every token.
        for choice in choices if isinstance(choices, list) else ():
            if not isinstance(choice, dict):
                continue
            self.began = True
            words = choice.get(part)
            if not isinstance(words, dict):
                words = {}
            if self._choices > 1 and (number := choice.get("index")):
                found += self._other(number, words, choice)
                continue
            said = self._said(words, whole=part == "message")
            if refs := choice.get("refs") or words.get("refs"):
                said.append(self._cited(_list(refs), last=bool(choice.get("finish_reason"))))
            if logprobs := choice.get("logprobs"):
                said += _logprobs(_dict(logprobs))
            if said:
                self.endings.add_content()
                found += said
            if reason := reason_of(choice.get("finish_reason")):
                self.endings.add_reason(reason)
        if found:
            self.empty = False
        if usage := chunk.get("usage"):
            found.append(_usage(_dict(usage)))
        return found

    def end(self) -> list[Event]:
        """The remaining events at the end of the stream."""
        found = [*self._piece_events(self._thoughts[0].finish())]
        if rest := self._thinking.rest():
            found.append(ReasoningDelta(text=rest))
        if rest := self._halves[0].rest():
            found.append(TextDelta(text=rest))
        for number in range(1, self._choices):
            rest = "".join(piece.text for piece in self._thoughts[number].finish())
            if rest := rest + self._halves[number].rest():
                found.append(AlternativeDelta(choice=number, text=rest))
        found += self._calls.rest()
        self.empty = self.empty and not found
        if self._refused:
            found.append(Notice(text=tr("The model refused to answer this.")))
        if self._calls.left_out:
            found.append(
                Notice(
                    text=tr(
                        "Of more than {max_calls} calls at once the rest is left out.",
                        max_calls=MAX_CALLS,
                    )
                )
            )
        if self.endings.early:
            found.append(Notice(text=tr(EARLY)))
        return found

    def _said(self, words: Mapping[str, Any], *, whole: bool) -> list[Event]:
        """The events of a message's fields, in the order in which a model generates them."""
        found: list[Event] = []
        thought = words.get("reasoning_content") or words.get("reasoning")
        if thought and (thought := self._thinking.whole(_text(thought))):
            self._thoughts[0].apart()
            found.append(ReasoningDelta(text=thought))
        if text := words.get("content"):
            text = self._halves[0].whole(text if isinstance(text, str) else _text(text))
            found += self._piece_events(self._thoughts[0].feed(text))
        if refusal := words.get("refusal"):
            self._refused = True
            found.append(TextDelta(text=self._halves[0].whole(_text(refusal))))
        if calls := words.get("tool_calls"):
            read = self._calls.listed if whole else self._calls.piece
            found += filter(None, map(read, _list(calls)))
        return found

    @staticmethod
    def _piece_events(pieces: Iterable[ThoughtPiece]) -> Iterator[Event]:
        for kind, text in pieces:
            if kind == "said":
                yield TextDelta(text=text)
            else:
                if kind == "recalled":
                    yield TextReplaced(text="", quiet=True)
                yield ReasoningDelta(text=text)

    def _other(
        self, number: object, words: Mapping[str, Any], choice: Mapping[str, Any]
    ) -> list[Event]:
        if not isinstance(number, int) or not 0 < number < self._choices:
            return []
        text = self._halves[number].whole(_text(words.get("content") or ""))
        said = [piece.text for piece in self._thoughts[number].feed(text) if piece.kind == "said"]
        if text:
            self.endings.add_content(number)
        if reason := reason_of(choice.get("finish_reason")):
            self.endings.add_reason(reason, number)
        return [AlternativeDelta(choice=number, text="".join(said))] if said else []

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
        content=joined(str(ref.get("content") or "")),
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
        image_tokens=_count(prompt_details.get("image_tokens")),
    )


def _text(words: object) -> str:
    """The text of a content field, which some models send as a list of parts."""
    if isinstance(words, list):
        return "".join(str(part.get("text") or "") for part in _list(words))
    return str(words)


def _count(value: object) -> int | None:
    # JavaScript and some gateways write whole numbers as floats.
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) else None


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
