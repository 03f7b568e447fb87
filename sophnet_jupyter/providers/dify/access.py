"""How a Dify app is asked, and when its reply is an error: the same for all its calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from ...errors import AnswerUnreadable, ServiceError, error_class
from ...wire.call import Call, Origin, Reply
from . import codes

SERVICE = "Dify"

decode = msgspec.json.Decoder().decode
BROKEN = (msgspec.DecodeError, RecursionError)


def origin(
    *,
    base_url: str,
    reveal: Callable[[], str],
    scrub: Callable[[str], str],
    locate: Callable[[], str] | None = None,
) -> Origin:
    """Where Dify is (``…/v1``), and its proof of identity: the app's key as bearer token."""

    def authorize(call: Call) -> Mapping[str, str]:
        return {"authorization": f"Bearer {reveal()}"}

    return Origin(
        service=SERVICE, base_url=base_url, authorize=authorize, scrub=scrub, locate=locate
    )


def checked(reply: Reply) -> dict[str, Any]:
    """
    The JSON object of a reply that is no error.

    Raises `ServiceError` with what to do, or `AnswerUnreadable` when what answered is not Dify.
    """
    body = _json(reply)
    if body is None:
        if not reply.ok:
            raise parse_error(reply, {})
        raise unreadable(reply)
    if not reply.ok or says_error(body):
        raise parse_error(reply, body)
    return body


def unreadable(reply: Reply, what: str = "") -> AnswerUnreadable:
    """The error for a reply of 200 that is not what Dify sends."""
    what = what or f"{reply.content_type or 'no content type'} where its JSON was expected"
    if not reply.body.strip():
        what = "an empty body with HTTP 200"
    return AnswerUnreadable(service=SERVICE, what=what, quote=reply.text[:80])


def says_error(body: Mapping[str, Any]) -> bool:
    """True when what came with 200 is an error all the same: in a stream they do (WIRE 2.2)."""
    if body.get("event") == "error" or body.get("error"):
        return True
    return bool(body.get("code") and "message" in body and "answer" not in body)


def parse_error(reply: Reply, body: Mapping[str, Any]) -> ServiceError:
    """Turn a reply, ``{"code", "message", "status"}``, into the exception to show."""
    error = body.get("error")
    inner = error if isinstance(error, dict) else body
    code = inner.get("code") or body.get("code") or ""
    page = reply.body.lstrip()[:1] == b"<"
    message = (
        inner.get("message")
        or (error if isinstance(error, str) else "")
        or body.get("message")
        or body.get("msg")
        or ("" if page else reply.text[:300])
    )
    if params := body.get("params"):
        message = f"{message} ({params})"
    status = _status(reply.status, body.get("status"), code)
    # An id of the message is what Dify's logs know a run by.
    request_id = body.get("message_id") or reply.headers.get("x-request-id", "")
    ours = error_class(status)(
        service=f"{SERVICE} sandbox" if is_sandbox(reply.headers) else SERVICE,
        status=status,
        message=reply.scrub(str(message)),
        code=reply.scrub(str(code)),
        request_id=reply.scrub(str(request_id)),
        retry_after=reply.retry_after,
    )
    ours.advice = codes.advice(str(code), status) or ours.advice
    return ours


def is_sandbox(headers: Mapping[str, str]) -> bool:
    """True when the local stand-in answered. Only its header says so: bodies are Dify's."""
    return headers.get("x-sandbox") == "1"


def _json(reply: Reply) -> dict[str, Any] | None:
    try:
        body = decode(reply.body.decode("utf-8-sig", "replace"))
    except BROKEN:
        return None
    return body if isinstance(body, dict) else None


def _status(status: int, said: object, code: object) -> int:
    """The HTTP status an error would have had, where it came with 200."""
    if not 200 <= status < 300:
        return status
    for number in (said, code):
        if str(number).isdecimal() and 400 <= int(str(number)) < 600:
            return int(str(number))
    return codes.STATUS.get(str(code), status)
