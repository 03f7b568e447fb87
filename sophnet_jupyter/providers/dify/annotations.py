"""
An app's annotations: answers written by people, which replace the model's.

See docs/services/dify.md#annotations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlencode

from ...errors import NotFound, RequestRefused, SettingsError, StillRunning, TaskFailed
from ...events import Event, Progress
from ...language import tr
from ...options.words import checks_keywords
from ...wire.call import Call, Reply, segment
from ...wire.held import held
from ...wire.poll import Pace, State, watch
from ...wire.retry import PAID_TASK, READ
from ...wire.wire import Wire
from .. import arguments
from .access import SERVICE, checked, parse_error
from .loose import moment, number, objects

PATH = "/apps/annotations"
REPLY = "/apps/annotation-reply"
PAGE = 100
# More than anybody has written: a server that repeats a page for ever is left here.
PAGES = 1000
Action = Literal["enable", "disable"]
# In the place of names that are demanded where nothing uses them.
UNUSED = "unused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """A question with the answer that a person wrote."""

    id: str
    question: str
    answer: str
    hit_count: int = 0
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The job that switches annotations: ``state`` is waiting, processing, completed or error."""

    id: str
    state: str
    error: str = ""
    action: str = ""


@checks_keywords("dify.annotations")
class Annotations:
    """List, write and delete annotations. All but `list` need an editor's app."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def list(self, keyword: str = "") -> list[Annotation]:
        """Every annotation, or those with ``keyword``. Raises `SophNetError`."""
        keyword = arguments.text("keyword", keyword).encode("utf-8", "replace").decode()
        found: dict[str, Annotation] = {}
        for page in range(1, PAGES):
            asked = {"page": page, "limit": PAGE} | ({"keyword": keyword} if keyword else {})
            call = Call(method="GET", path=f"{PATH}?{urlencode(asked)}")
            body = checked(await self._wire.fetch(call, retry=READ))
            rows = [_annotation(item) for item in objects(body.get("data"))]
            before = len(found)
            found |= {row.id: row for row in rows}
            # ``has_more`` is true for every full page, the last one too: what counts is new rows.
            enough = len(found) >= number(body.get("total") or PAGE * PAGES)
            if not body.get("has_more") or len(found) == before or enough:
                break
        return [*found.values()]

    async def create(self, question: str, answer: str) -> Annotation:
        """Write one: this ``answer`` to this ``question``. Raises `SophNetError`."""
        return await self._put("POST", PATH, question, answer)

    async def update(self, annotation_id: str, question: str, answer: str) -> Annotation:
        """
        Replace the ``question`` and ``answer`` of ``annotation_id``.

        Raises `NotFound`, or another `SophNetError`.
        """
        return await self._put("PUT", f"{PATH}/{segment(annotation_id)}", question, answer)

    async def delete(self, annotation_id: str) -> None:
        """Delete ``annotation_id``. Raises `NotFound`, or another `SophNetError`."""
        call = Call(method="DELETE", path=f"{PATH}/{segment(annotation_id)}", content_type="")
        deleted(await self._wire.fetch(call, retry=PAID_TASK))

    async def _put(self, method: str, path: str, question: str, answer: str) -> Annotation:
        said = {"question": question, "answer": answer}
        for name, one in said.items():
            if not arguments.text(name, one).strip():
                raise SettingsError(tr("An annotation has a question and an answer, as text."))
        body = arguments.encoded(said)
        call = Call(method=method, path=path, body=body)
        return _annotation(checked(await self._wire.fetch(call, retry=PAID_TASK)))


@checks_keywords("dify.annotation_reply")
class AnnotationReply:
    """
    Switches annotation replies on and off.

    ``provider`` and ``model`` name an embedding model of the workspace, which is listed with a
    key for knowledge, not with this one.
    """

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def enable(self, *, score_threshold: float, provider: str, model: str) -> Job:
        """
        Start switching on; questions match from a similarity of ``score_threshold``, 0 to 1.

        ``provider`` and ``model`` name the embedding model. Raises `SophNetError`.
        """
        return await self._begin("enable", score_threshold, provider, model)

    async def disable(
        self, *, score_threshold: float = 0.9, provider: str = UNUSED, model: str = UNUSED
    ) -> Job:
        """
        Start switching off.

        ``score_threshold``, ``provider`` and ``model`` are as in `enable`, and need not be said:
        Dify demands them here too, for nothing. Raises `SophNetError`.
        """
        return await self._begin("disable", score_threshold, provider, model)

    async def status(self, action: Action, job_id: str) -> Job:
        """The state of ``job_id``; ``action`` is what started it. Raises `SophNetError`."""
        if action not in ("enable", "disable"):
            raise SettingsError(
                tr("action is 'enable' or 'disable', not {action!r:.80}.", action=action)
            )
        path = f"{REPLY}/{segment(action)}/status/{segment(job_id)}"
        return _job(
            checked(await self._wire.fetch(Call(method="GET", path=path), retry=READ)), action
        )

    async def wait(
        self,
        job: Job,
        *,
        pace: Pace | None = None,
        on_event: Callable[[Event], object] | None = None,
    ) -> Job:
        """
        Wait until a ``job`` is done, polling at this ``pace``, in seconds. ``on_event`` gets
        progress.

        Raises `TaskFailed` with Dify's reason, or `StillRunning`.
        """

        async def check() -> State[Job]:
            found = await self._looked(job)
            return State(word=found.state, done=found.state == "completed", reply=found)

        if not isinstance(job, Job):
            raise SettingsError(tr("wait takes the Job that was begun, not {job!r:.80}.", job=job))
        looks = watch(check, service=SERVICE, task_id=job.id, pace=pace, state=job.state)
        async with held(looks) as states:
            async for state in states:
                if isinstance(state, State):
                    return state.reply or job
                if on_event and isinstance(state, Progress):
                    on_event(state)
        raise StillRunning(service=SERVICE, task_id=job.id, seconds=0)

    async def _looked(self, job: Job) -> Job:
        try:
            found = await self.status(_action(job.action), job.id)
        except RequestRefused as refused:
            # A job that nobody knows is 400 in old versions, 404 in new ones.
            raise NotFound(service=SERVICE, status=404, message=refused.message) from None
        if found.state == "error":
            raise TaskFailed(service=SERVICE, task_id=job.id, state="error", message=found.error)
        return found

    async def _begin(self, action: Action, threshold: float, provider: str, model: str) -> Job:
        if threshold is None:
            raise SettingsError(tr("score_threshold is a number from 0 to 1."))
        asked = {
            "score_threshold": arguments.number("score_threshold", threshold, 0, 1),
            "embedding_provider_name": arguments.words("provider", provider),
            "embedding_model_name": arguments.words("model", model),
        }
        call = Call(method="POST", path=f"{REPLY}/{action}", body=arguments.encoded(asked))
        return _job(checked(await self._wire.fetch(call, retry=PAID_TASK)), action)


def deleted(reply: Reply) -> None:
    """
    Return for a deletion that worked; raises `SophNetError` for any other reply.

    204 has no body; old versions sent one all the same, and proxies make it 200.
    """
    if not reply.ok or reply.body.strip():
        checked(reply)
    if not reply.ok:
        raise parse_error(reply, {})


def _action(word: str) -> Action:
    return "disable" if word == "disable" else "enable"


def _annotation(item: Mapping[str, Any]) -> Annotation:
    return Annotation(
        id=str(item.get("id") or ""),
        question=str(item.get("question") or ""),
        answer=str(item.get("answer") or ""),
        hit_count=number(item.get("hit_count")),
        created_at=moment(item.get("created_at")),
    )


def _job(body: Mapping[str, Any], action: str) -> Job:
    return Job(
        id=str(body.get("job_id") or ""),
        state=str(body.get("job_status") or ""),
        error=str(body.get("error_msg") or ""),
        action=action,
    )
