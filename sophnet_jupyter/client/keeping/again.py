"""A question that was kept, sent once more."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import TYPE_CHECKING, Any

from ...errors import SettingsError
from ...events import Event
from ...language import tr

if TYPE_CHECKING:
    from ...history.calls import CallRecord

# What decides about an answer beside the body that is sent.
BESIDE = ("run_tools", "max_rounds", "repair", "voice")


def again(client: Any, call: CallRecord) -> AsyncGenerator[Event, None]:
    """
    The events of a new answer, by the resources of a ``client``.

    Raises `SettingsError` for what cannot be asked again.
    """
    request = dict(call.asked.request)
    if gone := lost(request):
        raise SettingsError(
            tr("#{id} cannot be asked again: {gone} is not kept with it.", id=call.id, gone=gone)
        )
    events: AsyncGenerator[Event, None]
    match call.asked.resource:
        case "chat":
            body = {name: each for name, each in request.items() if name not in BESIDE}
            messages, model = body.pop("messages", []), body.pop("model", None)
            voice = request.get("voice")
            # Functions are not kept: what the model calls is shown, and not run.
            events = client.chat.stream(messages, model=model, voice=voice, extra_body=body)
        case "complete":
            events = client.dify_app(call.asked.app).stream(request.get("inputs", {}))
        case "images":
            events = client.images.stream(**request)
        case "videos":
            events = client.videos.stream(**request)
        case "voice":
            events = client.voice.stream(request.pop("text"), **request)
        case "embeddings":
            events = client.embeddings.stream(request.pop("texts"), **request)
        case other:
            raise SettingsError(
                tr("#{id} is of {kind}, which is not asked again so.", id=call.id, kind=other)
            )
    return events


def lost(value: Any) -> str:
    """What of a request only its hash is kept of; empty where all is there."""
    match value:
        case {"sha256": _}:
            return tr("a file or an image")
        case {"file": str(name)}:
            return name
        case {"$left_out": _}:
            return tr("a request of that size")
        case Mapping():
            return next(filter(None, map(lost, value.values())), "")
        case list():
            return next(filter(None, map(lost, value)), "")
    return ""
