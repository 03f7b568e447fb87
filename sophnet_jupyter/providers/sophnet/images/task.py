"""Decode image tasks: three kinds of errors, and two spellings of most words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from ....errors import AnswerUnreadable, quoted
from ....wire.call import Reply
from ....wire.poll import State
from ..access import SERVICE, checked, unreadable
from ..task_reply import OVER, check, decoded, failure, folded, id_in, rows


class ImageTask(msgspec.Struct, frozen=True, kw_only=True):
    """
    One look at a task. ``state`` is pending, running, suspended, succeeded, failed, cancelled or
    unknown, ``word`` the service's own spelling of it; ``urls`` are the results, which expire.
    """

    id: str
    state: str
    word: str = ""
    model: str = ""
    urls: tuple[str, ...] = ()
    code: str = ""
    message: str = ""

    def __repr__(self) -> str:
        # Without the addresses: who holds one can fetch the result.
        said = f" · {self.message}" if self.message else ""
        return quoted(f"<ImageTask {self.id} · {self.state}{said}>")


def decode_task(reply: Reply) -> ImageTask:
    """
    The task in a reply to its creation or a poll, also one that has failed.

    Raises `ServiceError`, or `AnswerUnreadable` where there is no task in it.
    """
    body = decoded(reply)
    output = body.get("output") if isinstance(body, dict) else None
    if not (reply.ok and isinstance(output, dict) and id_in(output)):
        checked(reply)
        what = "JSON without the id of a task"
        raise AnswerUnreadable(
            service=SERVICE, what=what, quote=reply.text[:80], setting=reply.setting
        )
    word = _word(output)
    if output.get("code") and folded(word) not in OVER:
        # A task that was not begun for the reason it names.
        checked(reply)
    said = output.get("message") or output.get("errorMessage") or ""
    return ImageTask(
        id=id_in(output),
        state=folded(word),
        word=word,
        urls=tuple(_urls(output.get("results"))),
        code=quoted(reply.scrub(str(output.get("code") or ""))),
        message=quoted(reply.scrub(str(said))),
    )


def decode_list(reply: Reply) -> tuple[ImageTask, ...]:
    """
    The service's own list of tasks: bare or in an envelope, its rows flat or as of one.

    See docs/services/sophnet.md#images, row S33.
    """
    body, tasks = rows(reply), []
    for row in body:
        inner = row.get("output") if isinstance(row, dict) else None
        fields = {**row, **inner} if isinstance(inner, dict) else row
        if isinstance(fields, dict) and id_in(fields):
            word = _word(fields)
            model = str(fields.get("model") or "")
            tasks.append(ImageTask(id=id_in(fields), state=folded(word), word=word, model=model))
    if body and not tasks:
        raise unreadable(reply)
    return tuple(tasks)


def look(reply: Reply, task_id: str) -> State[Reply]:
    """
    What a poll has found. Raises `TaskFailed` for a task that came to nothing, `NotFound` for one
    that the service does not know (any more), else as `decode_task`.
    """
    task = decode_task(reply)
    check(task, task_id, reply)
    if task.state != "succeeded":
        return State(word=task.word)
    if not task.urls:
        empty = msgspec.structs.replace(task, message="it has finished without any image")
        raise failure(empty, task_id, reply)
    return State(word=task.word, done=True, reply=reply, urls=task.urls)


def _word(fields: Mapping[str, Any]) -> str:
    found = fields.get("taskStatus") or fields.get("task_status") or fields.get("status")
    return quoted(found or "", 40)


def _urls(results: Any) -> list[str]:
    rows = results if isinstance(results, list) else []
    return [url for row in rows if (url := _url(row))]


def _url(row: Any) -> str:
    """The address in a row, also where it is within ``image_url`` as chats have it."""
    if isinstance(row, dict):
        found = row.get("url") or row.get("image_url") or row.get("imageUrl")
        return _url(found) if found is not row else ""
    return row.strip() if isinstance(row, str) else ""
