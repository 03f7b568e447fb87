"""
Image tasks, on both generations of their path: create, list, look.

See docs/services/sophnet.md#images.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ...engines.pictures import drawing
from ...server.refusal import Refused
from ...server.replies import json_response
from ...server.results import Results
from ...switches.options import Options
from ...switches.switches import Switches
from ..works import Words, Work, Works, dead_origin, origin_of, result_fault, seed_of, vary
from .image_request import LARGEST_SEED, ImageRequest, parse

PATHS = ("/projects/{project}/easyllms/texttoimage", "/projects/easyllms/imagegenerator")
KEPT = 200


@dataclass(kw_only=True)
class Picture(Work[ImageRequest]):
    """One task, which may make several pictures."""

    words: ClassVar = Words(
        queued="PENDING",
        running="RUNNING",
        failed="FAILED",
        cancelled="CANCELED",
        succeeded="SUCCEEDED",
        successed="SUCCESSED",
    )


class Images:
    """The image tasks of one sandbox."""

    def __init__(self, options: Options, results: Results) -> None:
        self._options = options
        self._results = results
        self._works: Works[Picture] = Works(KEPT)

    def routes(self) -> list[Route]:
        found = []
        for path in PATHS:
            found += [
                Route(f"{path}/task", self._create, methods=["POST"]),
                Route(f"{path}/task", self._list),
                Route(f"{path}/task/{{id}}", self._look),
            ]
        return found

    async def _create(self, request: Request) -> Response:
        switches: Switches = request.scope["switches"]
        try:
            asked = parse(
                await request.body(),
                project="project" in request.path_params,
                quirks=switches.quirks,
            )
            if asked.source and not drawing.readable(asked.source):
                raise Refused(400, "input.images[0] is no picture")
        except Refused as refused:
            if "image_error_200" not in switches.quirks:
                raise
            # How quota, limits and dead keys were seen: no output, and the reason at the top.
            return json_response({"code": "InvalidParameter", "message": refused.message})
        work = Picture(
            asked=asked,
            seed=seed_of(asked.seed, LARGEST_SEED),
            seconds=vary(self._options.task_seconds),
        )
        self._works.add(work)
        output = {"taskId": work.id, "taskStatus": work.words.queued}
        return json_response({"requestId": str(uuid.uuid4()), "output": output})

    async def _list(self, request: Request) -> Response:
        switches: Switches = request.scope["switches"]
        rows: list[dict[str, Any]] = []
        for work in self._works:
            status = work.status(switches)
            if "list_output" in switches.quirks:
                rows.append({"output": {"taskId": work.id, "taskStatus": status}})
            else:
                rows.append({"task_id": work.id, "model": work.asked.model, "status": status})
        return json_response(rows)

    async def _look(self, request: Request) -> Response:
        switches: Switches = request.scope["switches"]
        work = self._works.asked_for(request)
        status = work.status(switches)
        output: dict[str, Any] = {"taskId": work.id, "taskStatus": status}
        answer: dict[str, Any] = {"requestId": str(uuid.uuid4()), "output": output}
        if status == work.words.failed:
            output |= {"code": "DataInspectionFailed", "message": "the prompt was not allowed"}
        elif work.succeeded(switches):
            output["results"] = [{"url": url} for url in self._urls(work, request, switches)]
            answer["usage"] = {"imageCount": work.asked.count}
        return json_response(answer)

    def _urls(self, work: Picture, request: Request, switches: Switches) -> list[str]:
        if away := dead_origin(switches):
            return [away] * work.asked.count
        asked, urls = work.asked, []
        for number in range(asked.count):
            order = drawing.Order(
                prompt=asked.prompt, seed=work.seed + number, size=asked.size, source=asked.source
            )
            kind = "jpeg" if asked.jpeg else "png"
            path = self._results.add(
                f"{work.id}-{number}.{kind}",
                partial(drawing.draw, order, jpeg=asked.jpeg),
                f"image/{kind}",
                trouble=result_fault(switches),
            )
            urls.append(origin_of(request) + path)
        return urls
