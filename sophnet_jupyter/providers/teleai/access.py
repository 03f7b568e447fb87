"""Authentication and errors of TeleAI."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from ...errors import AnswerUnreadable, KeyRejected, ServiceError, error_class, quoted, span
from ...language import ENGLISH, current, mark, tr
from ...wire.call import Call, Origin, Reply
from .. import reply as replies
from ..lines import read
from ..reply import is_sandbox as is_sandbox
from .codes import CODES, FINE
from .signing import SCHEME, authorization

SERVICE = "TeleAI"
SETTING = "TELEAI_BASE_URL"
# Of the validities seen, the shortest: each attempt is signed anew.
VALID_SECONDS = 1800
# A clock that is further off than this is named as the likely cause of a refusal.
CLOCK_TOLERANCE = 300
# Ids of one answer at the gateway, to be named when asking about it
# (docs/services/teleai.md#hosts-and-headers).
GATEWAY_IDS = ("trace-id", "x-cloud-gateway-request-id")

_SIGNATURE = re.compile(rf"{SCHEME}/[^\s\"'<>]*|\b[0-9a-fA-F]{{64}}\b")
_DATE = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT")
_KEY_ADVICE = mark(
    "Check TELEAI_APP_ID, TELEAI_APP_KEY and TELEAI_REGION, and that the service is bought."
)
_ADDRESS_ADVICE = mark("Check TELEAI_BASE_URL, and that the service is bought.")


def origin(
    *,
    base_url: str,
    app_id: str,
    app_key: Callable[[], str],
    region: str = "QG",
    device_uuid: str = "",
    ready: Callable[[], str] | None = None,
    scrub: Callable[[str], str] = str,
    setting: str = SETTING,
    key_setting: str = "",
    locate: Callable[[], str] | None = None,
    made: Callable[[str], object] | None = None,
    now: Callable[[], float] = time.time,
) -> Origin:
    """
    The origin of TeleAI, with a signature made for each attempt.

    ``ready`` gives an ``Authorization`` made elsewhere, which is then sent as it is. ``made`` hears
    of each signature, so that it can be kept out of logs.
    """

    def authorize(call: Call) -> Mapping[str, str]:
        headers = {"x-app-id": app_id}
        if device_uuid:
            headers["device-uuid"] = device_uuid
        if ready is not None:
            return headers | {"authorization": ready()}
        path, _, query = (urlsplit(base_url).path + call.path).partition("?")
        signed = authorization(
            app_id,
            app_key(),
            region,
            int(now()),
            VALID_SECONDS,
            call.method,
            unquote(path),
            parse_qsl(query, keep_blank_values=True),
            headers,
            ["x-app-id"],
        )
        if made is not None:
            made(signed.rpartition("/")[2])
        return headers | {"authorization": signed}

    return Origin(
        service=SERVICE,
        setting=setting,
        key_setting=key_setting,
        base_url=base_url,
        authorize=authorize,
        # A signature opens the same door for half an hour, and servers echo headers.
        scrub=lambda text: _SIGNATURE.sub("‹signature›", scrub(text)),
        locate=locate,
        account=lambda: app_id,
        refuses_key=refuses_key,
    )


def checked(reply: Reply, *, now: Callable[[], float] = time.time) -> dict[str, Any]:
    """
    The JSON object of a reply. Raises the service's error.

    Raises `ServiceError`, also for a code in an answer of 200 (docs/services/teleai.md#errors), or
    `AnswerUnreadable` when what answered is not the service.
    """
    # As text, so that a byte order mark or a broken letter does not cost the whole answer.
    body = read(reply.body.decode("utf-8-sig", "replace").strip())
    if body is None:
        if not reply.ok:
            raise parse_error(reply, {}, now=now)
        raise unreadable(reply)
    if not reply.ok or says_error(body):
        raise parse_error(reply, body, now=now)
    return body


def refuses_key(reply: Reply) -> bool:
    """Whether a reply of 200 says what a 401 does."""
    body = read(reply.body.decode("utf-8-sig", "replace").strip())
    return bool(body and says_error(body) and parse_error(reply, body).status == 401)


def unreadable(reply: Reply) -> AnswerUnreadable:
    """The error for a reply of 200 that is not in TeleAI's format."""
    return replies.unreadable(reply, service=SERVICE, setting=reply.setting or SETTING)


def says_error(body: Mapping[str, Any]) -> bool:
    """True for an error in a body that came with 200."""
    if body.get("error"):
        return True
    code = body.get("code")
    # Codes are strings, of which a leading zero counts; a number is taken as well.
    return "choices" not in body and code is not None and str(code) not in FINE


def parse_error(
    reply: Reply, body: Mapping[str, Any], *, now: Callable[[], float] = time.time
) -> ServiceError:
    """
    The exception for an error reply.

    A code of the document is told in English and Chinese, with what to do about it. ``now`` is
    this machine's clock in seconds since 1970: one that is off breaks every signature.
    """
    code, said = _code(body), _said(reply, body)
    known = CODES.get(code)
    status = known.status if known and reply.ok else _status(reply.status, code)
    if known:
        more = said.removeprefix(known.chinese).lstrip(" :：")
        said = f"{known.english} ({known.chinese})" if current() == ENGLISH else known.chinese
        said += f": {more}" if more else ""
    error = error_class(status)(
        service=f"{SERVICE} sandbox" if is_sandbox(reply.headers) else SERVICE,
        status=status,
        message=reply.scrub(said),
        code=reply.scrub(code),
        request_id=reply.scrub(str(body.get("traceId") or "")),
        retry_after=reply.retry_after,
    )
    if advice := known.advice if known else _advice(error, reply, now()):
        error.advice = advice
    return error


def gateway_ids(headers: Mapping[str, str]) -> dict[str, str]:
    """The ids that the gateway gave an answer, by the names of their headers."""
    return {name: quoted(headers[name], 128) for name in GATEWAY_IDS if headers.get(name)}


def clock_error(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds that this machine's clock is ahead of the answer's Date; None if it has none."""
    # Behind a proxy there may be two, joined by a comma: the last is the nearer to the service.
    dates = _DATE.findall(headers.get("date", ""))
    try:
        return now - parsedate_to_datetime(dates[-1]).timestamp() if dates else None
    except ValueError:
        return None


def _advice(error: ServiceError, reply: Reply, now: float) -> str:
    if not isinstance(error, KeyRejected):
        return _ADDRESS_ADVICE if error.status == 404 else ""
    off = clock_error(reply.headers, now) if error.status == 401 else None
    if off is None or abs(off) <= CLOCK_TOLERANCE:
        return (
            tr("Check {key_setting}.", key_setting=reply.key_setting)
            if reply.key_setting
            else _KEY_ADVICE
        )
    direction = tr("ahead of") if off > 0 else tr("behind")
    return tr(
        "The likely cause: this machine's clock is {span} {direction} the service's, "
        "and a signature holds only for its time. Set the clock.",
        span=span(abs(off)),
        direction=direction,
    )


def _code(body: Mapping[str, Any]) -> str:
    error = body.get("error")
    inner = error.get("code") if isinstance(error, dict) else None
    code = body.get("code") if inner is None else inner
    return "" if code is None else str(code)


def _said(reply: Reply, body: Mapping[str, Any]) -> str:
    error = body.get("error")
    inner = error.get("message") if isinstance(error, dict) else error
    said = inner or body.get("message") or body.get("msg")
    if said is None and not body.get("code") and reply.body.lstrip()[:1] != b"<":
        said = reply.text[:300]
    return said if isinstance(said, str) else msgspec.json.encode(said).decode() if said else ""


def _status(status: int, code: str) -> int:
    """The HTTP status of an error, taken from the body where the reply was 200."""
    if 200 <= status < 300 and re.fullmatch("[45][0-9][0-9]", code):
        return int(code)
    return status
