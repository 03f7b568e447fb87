"""Properties of a reply that are the same for all services."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import AnswerUnreadable, quoted
from ..language import tr
from ..wire.call import Reply
from .service_json import BROKEN, decode


def json_object(reply: Reply) -> dict[str, Any] | None:
    """The JSON object in a body, None where it holds none."""
    try:
        # As text, so that a byte order mark or a broken letter does not cost the whole answer.
        body = decode(reply.body.decode("utf-8-sig", "replace"))
    except BROKEN:
        return None
    return body if isinstance(body, dict) else None


def unreadable(reply: Reply, *, service: str, setting: str, what: str = "") -> AnswerUnreadable:
    """The error for a reply of 200 that is not in the service's format."""
    what = what or tr(
        "{content_type} where its JSON was expected",
        content_type=reply.content_type or tr("no content type"),
    )
    if not reply.body.strip():
        what = tr("an empty body with HTTP 200")
    return AnswerUnreadable(service=service, what=what, quote=reply.text[:80], setting=setting)


def is_fine(code: object) -> bool:
    """True for a code by which gateways report success."""
    return str(code).strip().lower() in ("", "0", "200", "ok", "success", "none", "true")


def says_error_elsewhere(body: Mapping[str, Any]) -> bool:
    """True for an error in the format of other frameworks and gateways."""
    if body.get("success") is False or not is_fine(_other_code(body)):
        return True
    # FastAPI's; a task may have a detail too, beside what it is.
    return bool(body.get("detail")) and len(body) == 1


def said_elsewhere(body: Mapping[str, Any]) -> str:
    """The message of such an error, empty where it has none."""
    inner = body.get("base_resp")
    said = inner.get("status_msg") if isinstance(inner, Mapping) else None
    said = said or body.get("error_msg") or body.get("errorMessage") or body.get("detail")
    if isinstance(said, list):
        said = "; ".join(str(each.get("msg") or each) for each in said if isinstance(each, Mapping))
    return str(said or "")


def _other_code(body: Mapping[str, Any]) -> object:
    inner = body.get("base_resp")
    code = inner.get("status_code") if isinstance(inner, Mapping) else None
    return code or body.get("error_code") or ""


def is_sandbox(headers: Mapping[str, str]) -> bool:
    """True when the sandbox has answered. Only its header says so: bodies are the service's."""
    return (headers.get("x-sandbox") or "").partition(";")[0] == "1"


def engine(headers: Mapping[str, str]) -> str:
    """What has made the sandbox's answer, where it says so: ``Ollama at 127.0.0.1:11434``."""
    for part in (headers.get("x-sandbox") or "").split(";")[1:]:
        name, _, value = part.strip().partition("=")
        if name == "engine":
            return quoted(value, 80)
    return ""


def moment(value: object) -> float | None:
    """Seconds since the epoch, as most services write a time; None for anything else."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if number and 0 < value < 1e11 else None  # type: ignore[operator, arg-type]
