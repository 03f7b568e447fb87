"""
Decode video tasks, in both generations of the service's replies.

See docs/services/sophnet.md#videos.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from ....errors import AnswerUnreadable, quoted
from ....language import tr
from ....wire.call import Reply
from ....wire.poll import State
from ..access import SERVICE, checked, unreadable
from ..inline import is_inline
from ..task_reply import check, decoded, failure, folded, id_in, id_of, odd_word, rows


class VideoTask(msgspec.Struct, frozen=True, kw_only=True):
    """
    One look at a task. ``state`` is queued, running, succeeded, failed, cancelled or unknown,
    ``word`` the service's own spelling of it; ``url`` is the video, which expires, or
    holds it as ``data:``, and ``last_frame_url`` its last picture where that was asked for.
    ``usage`` is what the service says of the video; ``created`` and ``updated`` are in seconds
    since the epoch.
    """

    id: str
    state: str
    word: str = ""
    model: str = ""
    url: str = ""
    last_frame_url: str = ""
    code: str = ""
    message: str = ""
    usage: Mapping[str, Any] = {}
    created: float = 0.0
    updated: float = 0.0

    def __repr__(self) -> str:
        # Without the addresses: who holds one can fetch the video.
        said = f" · {self.message}" if self.message else ""
        return quoted(f"<VideoTask {self.id} · {self.state}{said}>")


def decode_begun(reply: Reply) -> str:
    """
    The id of a created task: plain text, a JSON string, an object or an envelope
    (docs/services/sophnet.md#videos, row S35).

    Raises `ServiceError`, or `AnswerUnreadable` where there is no id in it.
    """
    body = decoded(reply)
    if isinstance(body, dict) or not reply.ok:
        answer = checked(reply)
        inner = _inner(answer)
        found = id_in(inner) if isinstance(inner, dict) else inner
    else:
        found = reply.text if body is None else body
    if not (name := id_of(found)):
        if not reply.body.strip():
            raise unreadable(reply)
        what = tr("no id of a task")
        raise AnswerUnreadable(
            service=SERVICE, what=what, quote=reply.text[:80], setting=reply.setting
        )
    return name


def decode_task(reply: Reply, task_id: str) -> VideoTask:
    """
    The task in an answer to looking at it, also one that has failed: flat, or in an envelope.

    The id in it is the service's own and another one (docs/services/sophnet.md#videos, row S40), so
    ``task_id`` is the one we asked with. Raises `ServiceError`, or `AnswerUnreadable` where there
    is no task in it.
    """
    body = decoded(reply)
    inner = _inner(body) if isinstance(body, dict) else None
    if not (reply.ok and isinstance(inner, dict) and _state(inner)):
        checked(reply)
        what = tr("JSON without the status of a task")
        raise AnswerUnreadable(
            service=SERVICE, what=what, quote=reply.text[:80], setting=reply.setting
        )
    state = _state(inner)
    error = inner.get("error")
    told = error if isinstance(error, dict) else {}
    message = told.get("message") or (error if isinstance(error, str) else "")
    message = message or inner.get("message") or inner.get("errorMessage") or ""
    content = inner.get("content")
    made = content if isinstance(content, dict) else {}
    usage = inner.get("usage")
    done = state == "succeeded" or bool(odd_word(_word(inner)))
    return VideoTask(
        id=task_id,
        state=state,
        word=_word(inner),
        model=quoted(inner.get("model") or "", 80),
        # A task that is running may name an address that ends in /None.
        url=_url(made, "video_url", "file_url") or _url(inner, "video_url") if done else "",
        last_frame_url=_url(made, "last_frame_url") if done else "",
        code=quoted(reply.scrub(str(told.get("code") or inner.get("code") or ""))),
        message=quoted(reply.scrub(str(message))),
        usage=usage if isinstance(usage, dict) else {},
        created=_seconds(inner.get("created_at")),
        updated=_seconds(inner.get("updated_at")),
    )


def decode_list(reply: Reply) -> tuple[VideoTask, ...]:
    """
    The service's own list of tasks: bare or in an envelope.

    See docs/services/sophnet.md#images, row S33.
    """
    body, tasks = rows(reply), []
    for row in body:
        fields = _inner(row) if isinstance(row, dict) else None
        if isinstance(fields, dict) and (name := id_in(fields)):
            model = quoted(fields.get("model") or "", 80)
            state = _state(fields) or "unknown"
            tasks.append(
                VideoTask(
                    id=name,
                    state=state,
                    word=_word(fields),
                    model=model,
                    created=_seconds(fields.get("created_at")),
                    updated=_seconds(fields.get("updated_at")),
                )
            )
    if body and not tasks:
        raise unreadable(reply)
    return tuple(tasks)


def look(reply: Reply, task_id: str) -> tuple[VideoTask, State[Reply]]:
    """
    What a poll has found. Raises `TaskFailed` for a task that came to nothing, `NotFound` for one
    that the service does not know (any more), else as `decode_task`.
    """
    task = decode_task(reply, task_id)
    check(task, task_id, reply)
    odd = odd_word(task.word)
    # By an unknown word it goes on, unless there is what it was to make.
    if task.state != "succeeded" and not (odd and task.url):
        return task, State(word=task.word, notice=odd)
    if not task.url:
        empty = msgspec.structs.replace(task, message=tr("it has finished without any video"))
        raise failure(empty, task_id, reply)
    # What came along is in the reply, and no address to be written down.
    urls = () if is_inline(task.url) else (task.url,)
    return task, State(word=task.word, done=True, reply=reply, urls=urls, notice=odd)


def _inner(body: Mapping[str, Any]) -> Any:
    """What an envelope holds, or the body itself."""
    for name in ("result", "data", "output"):
        if isinstance(body.get(name), dict | str) and body[name]:
            return body[name]
    return body


def _word(fields: Mapping[str, Any]) -> str:
    found = fields.get("status") or fields.get("taskStatus") or fields.get("task_status")
    return quoted(found, 40) if isinstance(found, str) else ""


def _state(fields: Mapping[str, Any]) -> str:
    """The state in our spelling; empty where the word is none, such as the code of an error."""
    state = folded(_word(fields)) if _word(fields) else ""
    return state if re.sub("[ _-]", "", state).isalpha() else ""


def _url(fields: Mapping[str, Any], *names: str) -> str:
    found = next((fields[name] for name in names if fields.get(name)), "")
    if isinstance(found, dict):
        found = found.get("url")
    found = found.strip() if isinstance(found, str) else ""
    return "" if found.endswith("/None") else found


def _seconds(time: Any) -> float:
    """
    A time as seconds; above 1e12 it is in milliseconds.

    See docs/services/sophnet.md#videos, row S63.
    """
    if not isinstance(time, int | float) or isinstance(time, bool):
        return 0.0
    return time / 1000 if time > 1e12 else float(time)
