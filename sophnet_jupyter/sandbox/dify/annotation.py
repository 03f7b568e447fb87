"""
Annotations, and the jobs that switch their use on and off.

See docs/services/dify.md#annotations.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..switches.options import Options
from ..switches.switches import Switches
from .refusals import Refused, answer, body_of, invalid, whole_number
from .shelf import Annotation, Job, Shelf, put

WAITING = 0.2


def routes(options: Options, shelf: Shelf) -> list[Route]:
    writing = _Writing(shelf)
    jobs = _Jobs(options, shelf)
    return [
        Route("/apps/annotations", writing.listed),
        Route("/apps/annotations", writing.create, methods=["POST"]),
        Route("/apps/annotations/{id}", writing.update, methods=["PUT"]),
        Route("/apps/annotations/{id}", writing.delete, methods=["DELETE"]),
        Route("/apps/annotation-reply/{action}", jobs.begin, methods=["POST"]),
        Route("/apps/annotation-reply/{action}/status/{id}", jobs.look),
    ]


class _Writing:
    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def listed(self, request: Request) -> Response:
        page = whole_number(request, "page", 1, 1, 10**6)
        limit = min(100, whole_number(request, "limit", 20, 1, 10**6))
        word = request.query_params.get("keyword", "").lower()
        newest = [*reversed(self._shelf.annotations.values())]
        found = [a for a in newest if word in f"{a.question} {a.answer}".lower()]
        rows = found[(page - 1) * limit :][:limit]
        told = {
            "data": [_told(each) for each in rows],
            # True for every full page, also for the last one.
            "has_more": len(rows) == limit,
            "limit": limit,
            "total": len(found),
            "page": page,
        }
        return answer(told)

    async def create(self, request: Request) -> Response:
        question, words = await _written(request)
        kept = Annotation(question=question, answer=words)
        put(self._shelf.annotations, kept.id, kept)
        return answer(_told(kept), 200 if _old(request) else 201)

    async def update(self, request: Request) -> Response:
        question, words = await _written(request)
        kept = self._known(request)
        kept.question, kept.answer = question, words
        return answer(_told(kept))

    async def delete(self, request: Request) -> Response:
        del self._shelf.annotations[self._known(request).id]
        return Response(status_code=204)

    def _known(self, request: Request) -> Annotation:
        kept = self._shelf.annotations.get(request.path_params["id"])
        if kept is None:
            raise Refused(404, "not_found", "Annotation not found")
        return kept


class _Jobs:
    def __init__(self, options: Options, shelf: Shelf) -> None:
        self._options = options
        self._shelf = shelf

    async def begin(self, request: Request) -> Response:
        action = _action(request)
        body = await body_of(request)
        threshold = body.get("score_threshold")
        if not isinstance(threshold, int | float) or not 0 <= threshold <= 1:
            raise _unprocessable(request, "score_threshold", "must be a number from 0 to 1")
        for name in ("embedding_provider_name", "embedding_model_name"):
            if not isinstance(body.get(name), str) or not body[name]:
                raise _unprocessable(request, name, "is required")
        running = [job for job in self._shelf.jobs.values() if job.fraction < 1]
        if running:
            return answer({"job_id": running[-1].id, "job_status": "processing"})
        job = Job(action=action, threshold=threshold, seconds=self._options.task_seconds)
        put(self._shelf.jobs, job.id, job)
        return answer({"job_id": job.id, "job_status": "waiting"})

    async def look(self, request: Request) -> Response:
        action = _action(request)
        job = self._shelf.jobs.get(request.path_params["id"])
        if job is None:
            if _old(request):
                raise invalid("The job does not exist.")
            raise Refused(404, "not_found", "The job does not exist.")
        if job.action != action:
            raise invalid("The job belongs to another action.")
        state = _state(job, request.scope["switches"])
        error = "the embedding model is not available" if state == "error" else ""
        return answer({"job_id": job.id, "job_status": state, "error_msg": error})


def _state(job: Job, switches: Switches) -> str:
    if job.fraction < WAITING:
        return "waiting"
    if job.fraction < 1 or "task_never_ends" in switches.faults:
        return "processing"
    return "error" if "task_fails" in switches.faults else "completed"


def _action(request: Request) -> str:
    action: str = request.path_params["action"]
    if action not in ("enable", "disable"):
        raise invalid("action must be enable or disable", "action")
    return action


async def _written(request: Request) -> tuple[str, str]:
    body: dict[str, Any] = await body_of(request)
    for name in ("question", "answer"):
        if not isinstance(body.get(name), str) or not body[name]:
            raise _unprocessable(request, name, "is required")
    return body["question"], body["answer"]


def _unprocessable(request: Request, name: str, why: str) -> Refused:
    if _old(request):
        return invalid(f"Arg {name} {why}.", name)
    return Refused(422, "unprocessable_entity", f"{name} {why}")


def _old(request: Request) -> bool:
    switches: Switches = request.scope["switches"]
    return "old_annotation" in switches.quirks


def _told(kept: Annotation) -> dict[str, object]:
    return {
        "id": kept.id,
        "question": kept.question,
        "answer": kept.answer,
        "hit_count": kept.hits,
        "created_at": kept.created_at,
    }
