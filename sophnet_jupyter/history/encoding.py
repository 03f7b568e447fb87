"""
Events as plain JSON, and back, with bytes apart from it.

Neighboring deltas of one kind become one, so that an answer of a thousand tokens is five values.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import groupby
from typing import Any

import msgspec

from ..events import (
    AlternativeDelta,
    AudioChunk,
    Event,
    Logprobs,
    Parsed,
    Progress,
    ReasoningDelta,
    TextDelta,
    ToolCallDelta,
)

NO_DEFAULT = object()
_TEXTS = (TextDelta, ReasoningDelta)
# Stands in JSON for bytes, by their hash.
MEDIA = "$media"


class Folding:
    """Gathers events, and joins neighbors of one kind; `events` are what came of them."""

    def __init__(self) -> None:
        self._whole: list[Event] = []
        self._open: list[Event] = []

    def add(self, event: Event) -> None:
        """Add an event. Where a task was polled is no part of an answer, and is left out."""
        if isinstance(event, Progress):
            return
        if self._open and not _goes_on(self._open[-1], event):
            self.close()
        self._open.append(event)

    def events(self) -> list[Event]:
        """The events so far."""
        self.close()
        return self._whole

    def close(self) -> None:
        """Join what was added last: what comes next is another event."""
        if self._open:
            self._whole.append(self._open[0] if len(self._open) == 1 else _joined(self._open))
            self._open = []


def folded(events: Iterable[Event]) -> list[Event]:
    """The events with neighboring deltas of one kind joined."""
    folding = Folding()
    for kind, group in groupby(events, type):
        if kind in _TEXTS:
            # Nearly all of a long answer, and quickly joined.
            folding.close()
            folding.add(_joined(list(group)))
            continue
        for event in group:
            folding.add(event)
    return folding.events()


def plain(events: Sequence[Event], media: dict[str, bytes]) -> list[dict[str, Any]]:
    """
    The events as values for JSON; bytes are put into ``media`` by the hash that stands for them.
    """
    return [_plain(event, media) for event in events]


def revived(
    values: Sequence[Mapping[str, Any]], media: Callable[[str], bytes | None]
) -> list[Event]:
    """
    The events that `plain` was given; bytes that are gone are empty.

    Raises `ValueError` for values that are none.
    """
    try:
        return [_event(_with_bytes(dict(value), media)) for value in values]
    except (msgspec.ValidationError, TypeError, AttributeError) as error:
        raise ValueError(str(error)) from None


def digest(data: bytes) -> str:
    """The SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _event(value: Any) -> Event:
    event: Event = msgspec.convert(value, Event, builtin_types=(bytes,))
    return event


def _goes_on(last: Event, event: Event) -> bool:
    if type(last) is not type(event):
        return False
    match event:
        case TextDelta() | ReasoningDelta() | AudioChunk() | Logprobs():
            return True
        case ToolCallDelta(index=index, id=id, name=name):
            assert isinstance(last, ToolCallDelta)
            # What names a call begins it.
            return index == last.index and not id and not name
        case AlternativeDelta(choice=choice):
            return isinstance(last, AlternativeDelta) and choice == last.choice
    return False


def _joined(events: Sequence[Any]) -> Event:
    first = events[0]
    match first:
        case AudioChunk():
            return AudioChunk(data=b"".join(event.data for event in events))
        case Logprobs():
            return Logprobs(items=tuple(item for event in events for item in event.items))
        case ToolCallDelta():
            said = "".join(event.arguments for event in events)
            return msgspec.structs.replace(first, arguments=said)
    joined: Event = msgspec.structs.replace(first, text="".join(event.text for event in events))
    return joined


def plain_value(value: Any) -> Any:
    """A value of any class as JSON has it; what JSON has no form for becomes its text."""
    dump = getattr(value, "model_dump", None)
    if callable(dump):
        value = dump(mode="json")
    try:
        return msgspec.to_builtins(value, enc_hook=plain_value)
    except (TypeError, ValueError, RecursionError):
        return str(value)


def _plain(value: Any, media: dict[str, bytes]) -> Any:
    """What differs from the defaults of a Struct, as JSON has it."""
    match value:
        case Parsed():
            return {"kind": "parsed", "value": plain_value(value.value)}
        case msgspec.Struct():
            found = _tag(value)
            for name, default in _fields(type(value)):
                each = getattr(value, name)
                if each is not default and each != default:
                    found[name] = each if type(each) in _PLAIN else _plain(each, media)
            return found
        case bytes():
            name = digest(value) if value else ""
            if value:
                media[name] = value
            return {MEDIA: name}
        case dict():
            return {str(name): _plain(each, media) for name, each in value.items()}
        case list() | tuple():
            return [_plain(each, media) for each in value]
        case str() | int() | float() | None:
            return value
    return plain_value(value)


# What nearly all fields are, and JSON has as it is.
_PLAIN = frozenset({str, int, float, bool})


@cache
def _fields(kind: type[msgspec.Struct]) -> list[tuple[str, Any]]:
    """The names of a Struct's fields, each with its default."""
    return [
        (field.name, NO_DEFAULT if field.required else field.default)
        for field in msgspec.structs.fields(kind)
    ]


def _tag(value: msgspec.Struct) -> dict[str, Any]:
    field, tag = value.__struct_config__.tag_field, value.__struct_config__.tag
    return {field: tag} if field else {}


def _with_bytes(value: Any, media: Callable[[str], bytes | None]) -> Any:
    match value:
        case {"$media": str(name), **rest} if not rest:
            return (media(name) or b"") if name else b""
        case dict():
            return {name: _with_bytes(each, media) for name, each in value.items()}
        case list():
            return [_with_bytes(each, media) for each in value]
    return value
