"""
Video tasks in both generations: the document's, and the newer one in an envelope.

See docs/services/sophnet.md#videos.
"""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from ...engines import require
from ...engines.pictures import video
from ...server.replies import json_response
from ...server.results import Results
from ...switches.options import Options
from ...switches.switches import Switches
from ..works import Words, Work, Works, dead_origin, origin_of, result_fault, seed_of, vary
from .video_request import LARGEST_SEED, VideoRequest, parse

PATHS = (
    "/projects/{project}/easyllms/videogenerator",
    "/projects/easyllms/videogenerator",
)
KEPT = 100
# A video takes so many times as long as a picture.
LONGER = 4.0
FAILED = {"code": "DataInspectionFailed", "message": "the prompt was not allowed"}


@dataclass(kw_only=True)
class VideoWork(Work[VideoRequest]):
    """One task. ``uuid`` is the service's own id (docs/services/sophnet.md#videos, row S40)."""

    words: ClassVar = Words(
        queued="queued",
        running="running",
        failed="failed",
        cancelled="cancelled",
        succeeded="succeeded",
        successed="successed",
    )

    uuid: str = field(default_factory=lambda: str(uuid.uuid4()))
    created: int = field(default_factory=lambda: int(time.time()))


class Videos:
    """The video tasks of one sandbox."""

    def __init__(self, options: Options, results: Results) -> None:
        self._options = options
        self._results = results
        self._works: Works[VideoWork] = Works(KEPT)

    def routes(self) -> list[Route]:
        found = []
        for path in PATHS:
            found += [
                Route(f"{path}/task", self._create, methods=["POST"]),
                Route(f"{path}/task", self._list),
                Route(f"{path}/task/{{id}}", self._look),
                Route(f"{path}/generate", self._generate, methods=["POST"]),
                Route(f"{path}/generate/{{id}}", self._look_inside),
            ]
        return found

    async def _create(self, request: Request) -> Response:
        """Create a task: the reply is its id as plain text, or a form that a quirk selects."""
        work = await self._begin(request)
        quirks = request.scope["switches"].quirks
        if "video_id_json" in quirks:
            return Response(json.dumps(work.id), media_type="application/json")
        if "video_id_object" in quirks:
            return json_response({"taskId": work.id})
        return PlainTextResponse(f"{work.id}\n")

    async def _generate(self, request: Request) -> Response:
        work = await self._begin(request)
        if "video_data" in request.scope["switches"].quirks:
            return json_response({"code": 0, "data": {"task_id": work.id}})
        return json_response(_envelope({"task_id": work.id}))

    async def _begin(self, request: Request) -> VideoWork:
        # What is missing is said now, and not when the video is fetched.
        require("av", "av")
        switches: Switches = request.scope["switches"]
        project = "project" in request.path_params
        asked = parse(await request.body(), project=project, quirks=switches.quirks)
        work = VideoWork(
            asked=asked,
            seed=seed_of(asked.seed, LARGEST_SEED),
            seconds=vary(self._options.task_seconds * LONGER),
        )
        self._works.add(work)
        return work

    async def _list(self, request: Request) -> Response:
        switches: Switches = request.scope["switches"]
        rows: list[dict[str, Any]] = []
        for work in self._works:
            row = {"task_id": work.id, "model": work.asked.model, "status": work.status(switches)}
            rows.append({"output": row} if "list_output" in switches.quirks else row)
        listed = "list_envelope" in switches.quirks
        return json_response(_envelope(rows) if listed else rows)

    async def _look(self, request: Request) -> Response:
        work = self._works.asked_for(request)
        switches: Switches = request.scope["switches"]
        answer = self._told(work, request, switches)
        if answer["status"] == "failed" and "video_output" in switches.quirks:
            answer = {"output": {"taskId": work.id, "taskStatus": "FAILED", **FAILED}}
        elif answer["status"] == "failed":
            answer |= FAILED
        return json_response(answer)

    async def _look_inside(self, request: Request) -> Response:
        work = self._works.asked_for(request)
        answer = self._told(work, request, request.scope["switches"])
        if answer["status"] == "failed":
            answer["error"] = FAILED
        return json_response(_envelope(answer))

    def _told(self, work: VideoWork, request: Request, switches: Switches) -> dict[str, Any]:
        """A task as JSON, without the fields that are still null."""
        asked, status = work.asked, work.status(switches)
        answer: dict[str, Any] = {
            "id": work.uuid,
            "model": asked.model,
            "status": status,
            "created_at": work.created,
            "updated_at": int(time.time()),
        }
        if status == "running" and "video_none" in switches.quirks:
            answer["content"] = {"video_url": f"{origin_of(request)}/sandbox/results/None"}
        if not work.succeeded(switches):
            return answer
        answer["content"] = self._content(work, request, switches)
        answer["usage"] = {
            "duration": asked.seconds,
            "resolution": asked.resolution,
            "video_count": 1,
            "fps": video.FPS,
            **({"ratio": asked.ratio} if asked.ratio else {}),
        }
        if asked.model.startswith("Wan2.1"):
            width, height = asked.size
            answer["usage"]["completion_tokens"] = width * height * asked.seconds * 16 // 1024
        return answer

    def _content(self, work: VideoWork, request: Request, switches: Switches) -> dict[str, str]:
        if away := dead_origin(switches):
            return {"video_url": away}
        asked = work.asked
        take = video.Take(
            prompt=asked.prompt,
            seed=work.seed,
            size=asked.size,
            seconds=asked.seconds,
            image=asked.image,
        )
        path = self._results.add(
            f"{work.id}.mp4",
            partial(video.encoded, take),
            "video/mp4",
            trouble=result_fault(switches),
        )
        content = {"video_url": origin_of(request) + path}
        if asked.last_frame:
            path = self._results.add(f"{work.id}.png", partial(video.still, take, -1), "image/png")
            content["last_frame_url"] = origin_of(request) + path
        return content


def _envelope(result: Any) -> dict[str, Any]:
    return {
        "status": 0,
        "message": "请求成功",
        "result": result,
        "timestamp": time.time_ns() // 1_000_000,
    }
