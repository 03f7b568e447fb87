"""Authentication and errors of Dify, the same for all its calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ...errors import AnswerUnreadable, ServiceError, error_class
from ...language import tr
from ...wire.call import Origin, Reply
from .. import bearer
from .. import reply as replies
from ..reply import engine as engine
from ..reply import is_sandbox as is_sandbox
from . import codes

SERVICE = "Dify"
SETTING = "DIFY_BASE_URL"


def origin(
    *,
    base_url: str,
    reveal: Callable[[], str],
    scrub: Callable[[str], str],
    locate: Callable[[], str] | None = None,
    setting: str = SETTING,
    key_setting: str = "",
) -> Origin:
    """
    The origin of Dify (``…/v1``), with the app's key as bearer token.

    ``setting`` and ``key_setting`` are where address and key of this app are set, for errors to
    name.
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

    Raises `ServiceError` with what to do, or `AnswerUnreadable` when what answered is not Dify.
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


def unreadable(reply: Reply, what: str = "") -> AnswerUnreadable:
    """The error for a reply of 200 that is not in Dify's format."""
    setting = reply.setting or SETTING
    return replies.unreadable(reply, service=SERVICE, setting=setting, what=what)


def says_error(body: Mapping[str, Any]) -> bool:
    """
    True for an error in a body that came with 200, as in streams.

    See docs/services/dify.md#completion.
    """
    if event := body.get("event"):
        # It says itself what it is, also one that is not known yet.
        return bool(event == "error")
    if body.get("error"):
        return True
    return bool(body.get("code") and "message" in body and "answer" not in body)


def parse_error(reply: Reply, body: Mapping[str, Any]) -> ServiceError:
    """The exception for an error reply, ``{"code", "message", "status"}``."""
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
    english = codes.advice(str(code), status) or ours.advice
    advice = tr(english)
    advice = advice.replace(SETTING, reply.setting or SETTING)
    if reply.key_setting:
        advice = advice.replace(tr(codes.KEY), reply.key_setting)
        if status == 401 and is_sandbox(reply.headers):
            # It is no app of Dify's, and has one key for all.
            advice = tr("Check {key_setting}.", key_setting=reply.key_setting)
    ours.advice = advice
    return ours


def _status(status: int, said: object, code: object) -> int:
    """The HTTP status of an error, taken from the body where the reply was 200."""
    if not 200 <= status < 300:
        return status
    for number in (said, code):
        if str(number).isdecimal() and 400 <= int(str(number)) < 600:
            return int(str(number))
    return codes.STATUS.get(str(code), status)
