"""What a whole reply is, before any service's words in it are understood."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from ..errors import AnswerUnreadable
from ..wire.call import Reply

decode = msgspec.json.Decoder().decode
BROKEN = (msgspec.DecodeError, RecursionError)


def json_object(reply: Reply) -> dict[str, Any] | None:
    """The JSON object in a body, None where it holds none."""
    try:
        # As text, so that a byte order mark or a broken letter does not cost the whole answer.
        body = decode(reply.body.decode("utf-8-sig", "replace"))
    except BROKEN:
        return None
    return body if isinstance(body, dict) else None


def unreadable(reply: Reply, *, service: str, setting: str, what: str = "") -> AnswerUnreadable:
    """The error for a reply of 200 that is not what the service sends."""
    what = what or f"{reply.content_type or 'no content type'} where its JSON was expected"
    if not reply.body.strip():
        what = "an empty body with HTTP 200"
    return AnswerUnreadable(service=service, what=what, quote=reply.text[:80], setting=setting)


def is_sandbox(headers: Mapping[str, str]) -> bool:
    """True when the local stand-in answered. Only its header says so: bodies are the service's."""
    return headers.get("x-sandbox") == "1"
