"""Decode image tasks: three kinds of errors, and two spellings of most words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from ....errors import AnswerUnreadable, quoted
from ....language import tr
from ....wire.call import Reply
from ....wire.poll import State
from ..access import SERVICE, checked, unreadable
from ..task_reply import OVER, check, decoded, failure, folded, id_in, odd_word, rows
from .result import Result, results


class ImageTask(msgspec.Struct, frozen=True, kw_only=True):
    """
    One look at a task. ``state`` is pending, running, suspended, succeeded, failed, cancelled or
    unknown, ``word`` the service's own spelling of it; ``results`` are what it has made, or why one
    was not made.
    """

    id: str
    state: str
    word: str = ""
    model: str = ""
    results: tuple[Result, ...] = ()
    code: str = ""
    message: str = ""

    @property
    def urls(self) -> tuple[str, ...]:
        """The addresses of the results, which expire."""
        return tuple(each.url for each in self.results if each.url)

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
        what = tr("JSON without the id of a task")
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
        results=_scrubbed(results(output), reply),
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
    made = any(each.url or each.data for each in task.results)
    odd = odd_word(task.word)
    # By an unknown word it goes on, unless there is what it was to make.
    if task.state != "succeeded" and not (odd and made):
        return State(word=task.word, notice=odd)
    if not made:
        why = "; ".join(dict.fromkeys(each.refused for each in task.results))
        empty = tr("it has finished without any image")
        failed = msgspec.structs.replace(task, message=f"{empty}: {why}" if why else empty)
        raise failure(failed, task_id, reply)
    return State(word=task.word, done=True, reply=reply, urls=task.urls, notice=odd)


def _word(fields: Mapping[str, Any]) -> str:
    found = fields.get("taskStatus") or fields.get("task_status") or fields.get("status")
    return quoted(found or "", 40)


def _scrubbed(found: Iterable[Result], reply: Reply) -> tuple[Result, ...]:
    return tuple(
        msgspec.structs.replace(each, refused=reply.scrub(each.refused)) if each.refused else each
        for each in found
    )
