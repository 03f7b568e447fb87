"""Decode the fields that image and video tasks have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from ...errors import NotFound, TaskFailed
from ...language import tr
from ...wire.call import Reply
from ..service_json import BROKEN, decode
from .access import SERVICE, checked, request_id, unreadable

# One table of the document has SUCCESSED; videos are cancelled, images CANCELED
# (docs/services/sophnet.md#images, rows S31 and S32).
_FOLDED = {"successed": "succeeded", "canceled": "cancelled"}
# The states of a task that came to nothing.
OVER = {"failed", "cancelled"}
_KNOWN = {"submitted", "queued", "pending", "waiting", "running", "processing", "in_progress"}
_KNOWN |= {"suspended", "doing", "succeeded", "success", "unknown"} | OVER
# Ids are short; what is longer, or a page, is something else.
LONGEST_ID = 200
# What stands where an id would, and is a word about it.
_NO_ID = {"null", "none", "ok", "success", "true", "false", "error", "fail", "failed", "busy"}


class SeenTask(Protocol):
    """The state of a task after a poll, whatever it makes."""

    @property
    def state(self) -> str: ...
    @property
    def word(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def message(self) -> str: ...


def folded(word: str) -> str:
    """A status in lower case, with one spelling per meaning."""
    lower = word.strip().lower()
    return _FOLDED.get(lower, lower or "unknown")


def decoded(reply: Reply) -> Any:
    """The JSON of a reply, of any kind; None where it is none."""
    try:
        return decode(reply.body.decode("utf-8-sig", "replace"))
    except BROKEN:
        return None


def id_in(fields: Mapping[str, Any]) -> str:
    """The id of a task, by any of its names; empty where there is none."""
    found = fields.get("taskId") or fields.get("task_id") or fields.get("id")
    return id_of(found)


def id_of(found: object) -> str:
    """The id that a value is; empty for a sentence, a page, a word such as ``null``."""
    if not isinstance(found, str | int) or isinstance(found, bool):
        return ""
    name = str(found).strip().strip("\"'").strip()
    odd = not name.isascii() or any(c.isspace() or c in "<>{}" for c in name)
    return "" if odd or name.lower() in _NO_ID or len(name) > LONGEST_ID else name


def odd_word(word: str) -> str:
    """What a reader should know of a state whose word is none that we know; else empty."""
    if folded(word) in _KNOWN:
        return ""
    return tr(
        "{service} calls the state of this task {word!r}, a word that is not known here.",
        service=SERVICE,
        word=word,
    )


def rows(reply: Reply) -> list[Any]:
    """
    The service's own list of tasks: bare or in an envelope. Raises as `checked`.

    See docs/services/sophnet.md#images, row S33.
    """
    body = decoded(reply)
    if isinstance(body, dict) or not reply.ok or body is None:
        answer = checked(reply)
        found = (answer.get(name) for name in ("result", "data", "list", "output"))
        body = next((rows for rows in found if isinstance(rows, list)), None)
    if not isinstance(body, list):
        raise unreadable(reply)
    return body


def check(task: SeenTask, task_id: str, reply: Reply) -> None:
    """
    Raises `TaskFailed` for a task that came to nothing, and `NotFound` for one that the service
    does not know (any more).
    """
    if task.state == "unknown":
        raise NotFound(
            service=SERVICE,
            status=404,
            message=tr("task {task_id} is unknown", task_id=task_id),
            code="UNKNOWN",
        )
    if task.state in OVER:
        raise failure(task, task_id, reply)


def failure(task: SeenTask, task_id: str, reply: Reply) -> TaskFailed:
    """The error for a task that came to nothing."""
    return TaskFailed(
        service=SERVICE,
        task_id=task_id,
        state=task.word,
        message=task.message,
        code=task.code,
        request_id=reply.scrub(request_id(reply.headers, {})),
    )
