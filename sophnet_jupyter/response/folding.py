"""How an event changes a response: pure, so that the same events give the same response."""

from __future__ import annotations

from typing import Any

from ..events import (
    AlternativeDelta,
    AudioChunk,
    Event,
    Finished,
    ImageReady,
    Logprobs,
    Masked,
    Metadata,
    Notice,
    PageRead,
    Parsed,
    ReasoningDelta,
    References,
    Replayed,
    RoundBegan,
    Started,
    TextDelta,
    TextReplaced,
    ToolCallDelta,
    ToolResult,
    Transcribed,
    Usage,
    VectorsAsked,
    VectorsReady,
    VideoReady,
)
from ..files.wav import with_true_length
from ..files.wrapped import unwrapped
from ..language import tr
from .growing import Growing
from .grown import GROWN
from .response import Response
from .rounds import Mark
from .vectors import Vectors

_NO_PIECES = dict.fromkeys((f"_{name}" for name in GROWN), None)


def fold(state: Response, event: Event) -> Response:
    """The response after one more event. Pure: the same events always make the same response."""
    match event:
        case TextDelta(text=text):
            return _grown(state, "text", text)
        case ReasoningDelta(text=text):
            return _grown(state, "thinking", text)
        case TextReplaced(text=text, quiet=True):
            return changed(state, text=text)
        case TextReplaced(text=text, reason=reason):
            said = event.notice or (
                tr("The service replaced its answer ({reason}).", reason=reason)
                if reason
                else tr("The service replaced its answer.")
            )
            return changed(state, text=text, notices=(*state.notices, said))
        case ToolCallDelta():
            return _grown(state, "tool_calls", event)
        case ToolResult():
            return changed(state, tool_results=(*state.tool_results, event))
        case RoundBegan():
            mark = Mark(len(state.text), len(state.thinking), len(state.tool_calls))
            return changed(state, rounds=(*state.rounds, mark))
        case Logprobs(items=items):
            return _grown(state, "logprobs", items)
        case AlternativeDelta():
            return _grown(state, "alternatives", event)
        case Parsed(value=value):
            return changed(state, parsed=value)
        case References(items=items):
            return changed(state, references=items)
        case AudioChunk(data=data):
            return _with_sound(state, data)
        case PageRead(page=page):
            text = "\n\n".join(filter(None, [state.text.rstrip("\n"), page.text]))
            return changed(state, text=text, pages=(*state.pages, page))
        case Transcribed(recording=recording):
            text = "\n\n".join(filter(None, [state.text, recording.text]))
            return changed(state, text=text, recordings=(*state.recordings, recording))
        case ImageReady(image=picture):
            images = sorted((*state.images, picture), key=lambda each: each.index)
            return changed(state, images=tuple(images))
        case VideoReady(video=video):
            return changed(state, videos=(*state.videos, video))
        case VectorsAsked():
            return changed(state, embeddings=Vectors(asked=event))
        case VectorsReady():
            return changed(state, embeddings=state.embeddings.grown(event))
        case Usage():
            return changed(state, usage=event)
        case Notice(text=text):
            return changed(state, notices=(*state.notices, text))
        case Masked(said=said):
            return changed(state, masked=said)
        case Started():
            return changed(
                state,
                service=event.service,
                model=event.model or state.model,
                request_id=event.request_id or state.request_id,
                system_fingerprint=event.system_fingerprint or state.system_fingerprint,
                sandbox=event.sandbox,
                engine=event.engine,
                analysis=event.analysis,
                created=event.created or state.created,
            )
        case Metadata():
            return changed(state, metadata={**state.metadata, **event.values})
        case Replayed():
            return changed(state, replayed=event)
        case Finished(reason=reason, ending=ending):
            return changed(
                state,
                finish_reason=reason if ending == "complete" else "",
                ending=ending,
                audio=unwrapped(with_true_length(state.audio, joined=True)),
                _sound=None,
                **{name: getattr(state, name) for name in GROWN},
                **_NO_PIECES,
            )
        case _:
            return state


def changed(state: Response, **changes: Any) -> Response:
    """
    The response with other values.

    As `dataclasses.replace`, which sets each of the fields anew: that takes ten times as long, and
    would be done for every token.
    """
    more = object.__new__(Response)
    more.__dict__.update(state.__dict__, **changes)
    return more


def _grown(state: Response, name: str, piece: Any) -> Response:
    known, pieces_of = state.__dict__, f"_{name}"
    # What was put together, or set, is the beginning from which it grows on.
    pieces = GROWN[name].pieces(known[name]) if name in known else known[pieces_of]
    more = changed(state)
    more.__dict__[pieces_of] = pieces.grown(piece)
    more.__dict__.pop(name, None)
    return more


def _with_sound(state: Response, data: bytes) -> Response:
    sound: Growing = state.__dict__.get("_sound") or Growing(state.audio)
    more = changed(state, _sound=sound.grown(data))
    more.__dict__.pop("audio", None)
    return more
