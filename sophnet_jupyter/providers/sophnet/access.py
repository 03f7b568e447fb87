"""Authentication and errors of SophNet, the same for all its resources."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from ...errors import AnswerUnreadable, ServiceError, error_class
from ...events import Started
from ...language import tr
from ...wire.call import Origin, Reply
from .. import bearer
from .. import reply as replies
from ..reply import engine as engine
from ..reply import is_fine, moment
from ..reply import is_sandbox as is_sandbox
from . import paths

SERVICE = "SophNet"
SETTING, KEY_SETTING = "SOPHNET_BASE_URL", "SOPHNET_API_KEY"
NOTHING: Mapping[str, Any] = MappingProxyType({})

# Balance messages come with HTTP 200 and a status of their own (docs/services/sophnet.md#errors).
_KNOWN_CODES = {"20109": 402, "400001": 400}


def origin(
    *,
    base_url: str,
    reveal: Callable[[], str],
    scrub: Callable[[str], str],
    setting: str = SETTING,
    key_setting: str = KEY_SETTING,
    locate: Callable[[], str] | None = None,
) -> Origin:
    """
    The origin of SophNet, with the key as bearer token on every request.

    ``setting`` and ``key_setting`` name what the address and the key were set by.
    """
    return bearer.origin(
        service=SERVICE,
        setting=setting,
        key_setting=key_setting,
        base_url=base_url,
        reveal=reveal,
        scrub=scrub,
        locate=locate,
        refuses_key=refuses_key,
    )


def checked(reply: Reply) -> dict[str, Any]:
    """
    The JSON object of a reply. Raises the service's error.

    SophNet reports errors in three ways (docs/services/sophnet.md#errors): a status that is not
    2xx; 200 with ``status`` not 0; 200 with ``output.code``. Raises `ServiceError`, or
    `AnswerUnreadable` when what answered is not the service.
    """
    body = replies.json_object(reply)
    if body is None:
        if not reply.ok:
            raise parse_error(reply, {})
        raise unreadable(reply)
    if not reply.ok or says_error(body):
        raise parse_error(reply, body)
    return body


def refuses_key(reply: Reply) -> bool:
    """Whether a reply of 200 says what a 401 does."""
    body = replies.json_object(reply)
    return bool(body and says_error(body) and parse_error(reply, body).status == 401)


def unreadable(reply: Reply) -> AnswerUnreadable:
    """The error for a reply of 200 that is not in SophNet's format."""
    return replies.unreadable(reply, service=SERVICE, setting=reply.setting or SETTING)


def says_error(body: Mapping[str, Any]) -> bool:
    """True for an error in a body that came with 200."""
    if body.get("error"):
        return True
    if body.get("choices"):
        # An answer, whatever a gateway has put beside it. Most chunks of a stream end here.
        return False
    status = body.get("status")
    if isinstance(status, str) and status.isdecimal():
        status = int(status)
    if isinstance(status, int) and not isinstance(status, bool) and status != 0:
        return True
    output = body.get("output")
    if isinstance(output, dict) and output.get("code"):
        return True
    if replies.says_error_elsewhere(body):
        return True
    # An image task without an output says its reason at the top (docs/services/sophnet.md#errors).
    code = body.get("code")
    return bool(code and body.get("message") and "output" not in body and not is_fine(code))


def parse_error(reply: Reply, body: Mapping[str, Any]) -> ServiceError:
    """The exception for an error reply."""
    error = body.get("error")
    inner = error if isinstance(error, dict) else {}
    output = body.get("output")
    task = output if isinstance(output, dict) else {}
    message = (
        inner.get("message")
        or (error if isinstance(error, str) else "")
        or body.get("message")
        or task.get("message")
        or task.get("errorMessage")
        or body.get("msg")
        or replies.said_elsewhere(body)
        or ("" if reply.body.lstrip()[:1] == b"<" else reply.text[:300])
    )
    places = (inner.get("code"), body.get("code"), task.get("code"), inner.get("status"))
    codes = [str(code) for code in (*places, body.get("status")) if code not in (None, "", 0)]
    status = _status(reply.status, codes)
    refused = error_class(status)(
        service=f"{SERVICE} sandbox" if is_sandbox(reply.headers) else SERVICE,
        status=status,
        message=reply.scrub(str(message)),
        code=reply.scrub(codes[0] if codes else ""),
        request_id=reply.scrub(request_id(reply.headers, body)),
        retry_after=reply.retry_after,
    )
    # "easyllm_id is required" means the same.
    lacks = status == 404 or (status == 400 and "easyllm" in refused.message.lower())
    advice = paths.advice(reply.path) if lacks else ""
    refused.advice = advice or _named(tr(refused.advice), reply)
    return refused


def _named(advice: str, reply: Reply) -> str:
    """Advice that names what the address and the key were set by here."""
    advice = advice.replace(SETTING, reply.setting or SETTING)
    return advice.replace(KEY_SETTING, reply.key_setting or KEY_SETTING)


def started(reply: Reply, model: str = "", body: Mapping[str, Any] = NOTHING) -> Started:
    """The first event of an answer. ``body`` may name the request where no header does."""
    return Started(
        service=SERVICE,
        model=model,
        request_id=reply.scrub(request_id(reply.headers, body)),
        system_fingerprint=reply.scrub(str(body.get("system_fingerprint") or "")),
        sandbox=is_sandbox(reply.headers),
        engine=engine(reply.headers),
        created=moment(body.get("created")),
    )


def started_task(reply: Reply, model: str = "") -> Started:
    """
    The first event of a task, by what its reply tells: the request's id, and when it was begun.

    The ``id`` of a video is no request's (docs/services/sophnet.md#videos, row S40).
    """
    body = replies.json_object(reply) or {}
    result = body.get("result")
    task = result if isinstance(result, dict) else body
    known = {name: body.get(name) for name in ("requestId", "request_id")}
    return started(reply, model, {**known, "created": task.get("created", task.get("created_at"))})


def request_id(headers: Mapping[str, str], body: Mapping[str, Any]) -> str:
    """The id by which the service's support finds a call."""
    said = body.get("requestId") or body.get("request_id") or body.get("id")
    return str(said or headers.get("x-request-id", ""))


def _status(status: int, codes: Iterable[str]) -> int:
    """The HTTP status of an error, taken from the body where the reply was 200."""
    if not 200 <= status < 300:
        return status
    for code in codes:
        if code in _KNOWN_CODES:
            return _KNOWN_CODES[code]
        if re.fullmatch("[45][0-9][0-9]", code):
            return int(code)
    return status
