"""
Decode a transcription: its task, and its lines of text with times.

See docs/services/sophnet.md#transcription.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from ....errors import AnswerUnreadable, NotFound, TaskFailed, quoted
from ....files.lines import lines
from ....language import tr
from ....values.transcript import Sentence
from ....wire.call import Reply
from ....wire.poll import State
from ...service_json import BROKEN, decode
from ..access import SERVICE, checked, request_id
from ..task_reply import id_in, odd_word

# "[0:5.840,0:6.690,0] text"; hours and blanks are taken too, and a missing speaker.
_MOMENT = r"\s*(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)\s*"
_LINE = re.compile(rf"\[{_MOMENT},{_MOMENT}(?:,\s*([^\]]*?)\s*)?\]\s*(.*)")
_TEXTS = ("text", "sentence", "content")
_STATES = ("waiting", "doing", "success", "failed")


class SpeechTask(msgspec.Struct, frozen=True, kw_only=True):
    """
    One look at a transcription. ``state`` is waiting, doing, success, failed or unknown, ``word``
    the service's own spelling; ``raw`` is the whole result, ``seconds`` the sound's length.
    """

    id: str
    state: str
    word: str = ""
    raw: str = ""
    message: str = ""
    seconds: float | None = None

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        return sentences(self.raw)

    def __repr__(self) -> str:
        said = f" · {self.message}" if self.message else ""
        return quoted(f"<SpeechTask {self.id} · {self.state}{said}>")


def decode_task(reply: Reply) -> SpeechTask:
    """
    The task in a reply to its creation or a poll, also one that has failed.

    Raises `ServiceError`, or `AnswerUnreadable` where there is no task in it.
    """
    body = _body(reply)
    word = str(body.get("status") or "")
    known = word.lower() in _STATES
    # A status in words is a task's own: `checked` reads numbers only.
    answer = checked(reply)
    inner = answer.get("result") if isinstance(answer.get("result"), dict) else None
    fields = inner or answer
    # The table has task_id, the service taskId (docs/services/sophnet.md#transcription, row S12).
    task_id = id_in(fields)
    if not task_id:
        what = tr("JSON without the id of a task")
        raise AnswerUnreadable(
            service=SERVICE, what=what, quote=reply.text[:80], setting=reply.setting
        )
    word = str(fields.get("status") or "") if not known else word
    state = word.strip().lower()
    message = fields.get("errorMsg") or fields.get("error_msg") or ""
    return SpeechTask(
        id=task_id,
        state=state if state in _STATES else "unknown",
        word=word,
        raw=_raw(fields.get("result")),
        message=quoted(reply.scrub(str(message))),
        seconds=_seconds(fields),
    )


def look(reply: Reply, task_id: str) -> State[Reply]:
    """What a poll has found. Raises `TaskFailed`, and otherwise as `decode_task`."""
    task = decode_task(reply)
    if task.state == "failed":
        raise TaskFailed(
            service=SERVICE,
            task_id=task_id,
            state=task.word,
            message=task.message,
            request_id=reply.scrub(request_id(reply.headers, {})),
        )
    if task.state == "unknown" and task.word.strip().lower() in ("", "unknown"):
        message = tr("task {task_id} is unknown", task_id=task_id)
        raise NotFound(service=SERVICE, status=404, message=message, code="UNKNOWN")
    odd = odd_word(task.word) if task.state == "unknown" else ""
    # By an unknown word it goes on, unless there is what was said.
    done = task.state == "success" or bool(odd and task.raw)
    return State(word=task.word, done=done, reply=reply, notice=odd)


def decode_sync(reply: Reply) -> tuple[str, float | None]:
    """The text and length of a synchronous answer. Raises as `decode_task`."""
    answer = checked(reply)
    inner = answer.get("result")
    fields = inner if isinstance(inner, dict) else answer
    if "result" not in fields:
        what = tr("JSON without a result")
        raise AnswerUnreadable(
            service=SERVICE, what=what, quote=reply.text[:80], setting=reply.setting
        )
    return _raw(fields.get("result")), _seconds(fields)


def sentences(raw: str) -> tuple[Sentence, ...]:
    """
    The sentences of a result, a line each. A line of another form is a sentence without times:
    nothing that was recognised is lost.
    """
    found = []
    for line in lines(raw):
        if not line.strip():
            continue
        if match := _LINE.match(line):
            begin, end = _moment(match.groups()[:3]), _moment(match.groups()[3:6])
            text, speaker = match[8].strip(), match[7] or ""
            found.append(Sentence(text=text, start=begin, end=end, speaker=speaker, raw=line))
        else:
            found.append(Sentence(text=line.strip(), raw=line))
    return tuple(found)


def _moment(groups: tuple[Any, ...]) -> float:
    hours, minutes, seconds = groups
    whole = 3600 * int(hours or 0) + 60 * int(minutes)
    return round(whole + float(seconds), 3)


def _body(reply: Reply) -> dict[str, Any]:
    try:
        body = decode(reply.body.decode("utf-8-sig", "replace"))
    except BROKEN:
        return {}
    return body if isinstance(body, dict) else {}


def _raw(result: object) -> str:
    """The lines of a result, also of one that is a list of lines, or of objects with a text."""
    if isinstance(result, list):
        return "\n".join(line for each in result if (line := _raw(each)))
    if isinstance(result, dict):
        return next((str(result[name]) for name in _TEXTS if result.get(name)), "")
    return result if isinstance(result, str) else ""


def _seconds(fields: dict[str, Any]) -> float | None:
    found = fields.get("audio_duration", fields.get("audioDuration"))
    if isinstance(found, str):
        try:
            return float(found)
        except ValueError:
            return None
    return float(found) if isinstance(found, int | float) else None
