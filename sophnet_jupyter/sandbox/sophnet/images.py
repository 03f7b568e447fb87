"""Image tasks, on both generations of their path: create, list, look (WIRE 1.9)."""

from __future__ import annotations

import time
import uuid
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..engines import drawing
from ..options import Options
from ..results import Results, Trouble
from ..switches import Switches
from .envelope import Refused, json_response
from .image_request import LARGEST_SEED, ImageRequest, parse

PATHS = ("/projects/{project}/easyllms/texttoimage", "/projects/easyllms/imagegenerator")
KEPT = 200
# Of its time a task spends this part in the queue; tasks differ by up to a quarter.
QUEUED = 0.2
SPREAD = 0.25
# Addresses that no client may follow, and that none can.
ELSEWHERE = {
    "result_private": "https://10.0.0.7:9000/bucket/result.png",
    "result_dead": "https://results.invalid/result.png",
}
TROUBLES: dict[str, Trouble] = {
    "result_expired": "expired",
    "result_empty": "empty",
    "result_page": "page",
    "result_broken": "broken",
    "result_huge": "huge",
}


@dataclass(kw_only=True)
class Work:
    """One task. ``seconds`` is how long it takes."""

    asked: ImageRequest
    seed: int
    seconds: float
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    begun: float = field(default_factory=time.monotonic)

    def status(self, switches: Switches) -> str:
        """The service's word for where it is by now."""
        done = (time.monotonic() - self.begun) / self.seconds if self.seconds else 1.0
        if done < QUEUED:
            return "PENDING"
        if done < 1 or "task_never_ends" in switches.faults:
            return "RUNNING"
        if "task_fails" in switches.faults:
            return "FAILED"
        if "task_canceled" in switches.faults:
            return "CANCELED"
        return "SUCCESSED" if "successed" in switches.quirks else "SUCCEEDED"


class Images:
    """The image tasks of one sandbox."""

    def __init__(self, options: Options, results: Results) -> None:
        self._options = options
        self._results = results
        self._works: OrderedDict[str, Work] = OrderedDict()

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
        work = Work(
            asked=asked,
            seed=Random().randrange(LARGEST_SEED) if asked.seed is None else asked.seed,
            seconds=self._options.task_seconds * Random().uniform(1 - SPREAD, 1 + SPREAD),
        )
        self._works[work.id] = work
        while len(self._works) > KEPT:
            self._works.popitem(last=False)
        output = {"taskId": work.id, "taskStatus": "PENDING"}
        return json_response({"requestId": str(uuid.uuid4()), "output": output})

    async def _list(self, request: Request) -> Response:
        switches: Switches = request.scope["switches"]
        rows: list[dict[str, Any]] = []
        for work in reversed(self._works.values()):
            status = work.status(switches)
            if "list_output" in switches.quirks:
                rows.append({"output": {"taskId": work.id, "taskStatus": status}})
            else:
                rows.append({"task_id": work.id, "model": work.asked.model, "status": status})
        return json_response(rows)

    async def _look(self, request: Request) -> Response:
        switches: Switches = request.scope["switches"]
        work = self._works.get(request.path_params["id"])
        if work is None:
            raise Refused(404, "there is no such task")
        status = work.status(switches)
        output: dict[str, Any] = {"taskId": work.id, "taskStatus": status}
        answer: dict[str, Any] = {"requestId": str(uuid.uuid4()), "output": output}
        if status == "FAILED":
            output |= {"code": "DataInspectionFailed", "message": "the prompt was not allowed"}
        elif status.startswith("SUCCE"):
            output["results"] = [{"url": url} for url in self._urls(work, request, switches)]
            answer["usage"] = {"imageCount": work.asked.count}
        return json_response(answer)

    def _urls(self, work: Work, request: Request, switches: Switches) -> list[str]:
        for fault, url in ELSEWHERE.items():
            if fault in switches.faults:
                return [url] * work.asked.count
        troubles = [trouble for name, trouble in TROUBLES.items() if name in switches.faults]
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
                trouble=troubles[0] if troubles else "",
            )
            urls.append(f"{request.url.scheme}://{request.url.netloc}{path}")
        return urls
