"""
Speech to text: tasks by upload or address, and the synchronous form.

See docs/services/sophnet.md#transcription; docs/services/sophnet.md#synchronous-transcription.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from ...engines import Missing
from ...engines.sound.ears import engine_name
from ...server import form_stream
from ...server.multipart import Malformed
from ...server.refusal import Refused
from ...server.replies import json_response
from ...switches.options import Options
from ...switches.switches import Switches
from ..body import json_object
from ..works import QUEUED, StartedTask, Works, vary
from .sound import (
    LISTENED,
    LONGEST,
    SUFFIXES,
    Failed,
    Transcript,
    fetched,
    scripted,
    suffix_of,
    transcribed,
)

PATHS = ("/projects/{project}/easyllms/speechtotext", "/projects/easyllms/speechtotext")
KEPT = 200
LIMIT = 1 << 30


@dataclass(kw_only=True)
class Transcription(StartedTask):
    """One task: ``hearing`` is the work itself, ``seconds`` how long it takes at least."""

    hearing: asyncio.Task[Transcript]
    id: str = field(default_factory=lambda: str(Random().randrange(10**10, 10**11)))

    def status(self, switches: Switches) -> str:
        """The service's word for where it is by now."""
        done = self.done
        if done < QUEUED:
            return "waiting"
        if done < 1 or not self.hearing.done() or "task_never_ends" in switches.faults:
            return "doing"
        failed = "task_fails" in switches.faults or self.hearing.exception() is not None
        return "failed" if failed else "success"


class Speech:
    """The transcriptions of one sandbox."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._works: Works[Transcription] = Works(KEPT)

    def routes(self) -> list[Route]:
        found = []
        for path in PATHS:
            found += [
                Route(f"{path}/transcriptions", self._create, methods=["POST"]),
                Route(f"{path}/transcriptions/{{id}}", self._look),
                Route(f"{path}/non-stream", self._at_once, methods=["POST"]),
            ]
        return found

    async def _create(self, request: Request) -> Response:
        if request.headers.get("content-type", "").lower().startswith("multipart/"):
            hearing = self._hear_file(await _uploaded(request), request)
        else:
            hearing = self._hear_address(_audio_url(await _json(request), request), request)
        self._name_engine(request)
        work = Transcription(
            hearing=asyncio.create_task(hearing), seconds=vary(self._options.task_seconds)
        )
        # Its error is asked for when somebody looks.
        work.hearing.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._works.add(work)
        key = _key(request)
        return json_response({key: work.id, "created": int(time.time())})

    async def _look(self, request: Request) -> Response:
        switches: Switches = request.scope["switches"]
        work = self._works.asked_for(request)
        status = work.status(switches)
        self._name_engine(request)
        answer: dict[str, Any] = {_key(request): work.id, "status": status}
        if "upper_status" in switches.quirks:
            answer["status"] = status.upper()
        if status == "success":
            heard = work.hearing.result()
            answer |= {"result": heard.lines(), "audio_duration": heard.seconds}
        elif status == "failed":
            error = work.hearing.exception() if work.hearing.done() else None
            answer["errorMsg"] = _told(error)
        return json_response(answer)

    async def _at_once(self, request: Request) -> Response:
        body = await _json(request)
        url = _audio_url(body, request)
        parameters = body.get("speech_recognition_param", {})
        if not isinstance(parameters, dict):
            raise Refused(400, "speech_recognition_param must be an object")
        if parameters.get("format", "wav") != "wav" or suffix_of(url) not in ("", ".wav"):
            raise Refused(400, "only wav is supported here")
        if not _is_rate(parameters.get("sample_rate", 16_000)):
            raise Refused(400, "speech_recognition_param.sample_rate must be a whole number")
        try:
            heard = await self._hear_address(url, request)
        except Failed as error:
            raise Refused(400, str(error)) from None
        self._name_engine(request)
        return json_response({"result": heard.text(), "audio_duration": heard.seconds})

    async def _hear_file(self, path: Path, request: Request) -> Transcript:
        switches: Switches = request.scope["switches"]
        listened = LISTENED if "small_limits" in switches.quirks else LONGEST
        try:
            return await asyncio.to_thread(transcribed, path, self._options.whisper, listened)
        finally:
            await asyncio.to_thread(path.unlink, missing_ok=True)

    async def _hear_address(self, url: str, request: Request) -> Transcript:
        path = await asyncio.to_thread(fetched, url)
        return await self._hear_file(path, request) if path else scripted(url)

    def _name_engine(self, request: Request) -> None:
        request.scope["engine"] = engine_name(self._options.whisper)


async def _uploaded(request: Request) -> Path:
    """The file of a form, on disk. Raises `Refused`."""
    try:
        form = await form_stream.read(
            request.headers.get("content-type", ""), aiter(request.stream()), limit=LIMIT
        )
    except Malformed as error:
        raise Refused(400, str(error)) from None
    except form_stream.TooLarge:
        raise Refused(413, "audio_file must not be larger than 1 GB") from None
    except ClientDisconnect:
        raise Refused(400, "the upload was broken off") from None
    try:
        return _checked(form, request)
    except Refused:
        form_stream.discard(form)
        raise


def _checked(form: dict[str, form_stream.Arrived], request: Request) -> Path:
    data = form.get("data")
    if data is None:
        raise Refused(400, "the form has no data")
    _easyllm_id(json_object(data.value), request)
    file = form.get("audio_file")
    if file is None or file.path is None:
        raise Refused(400, "the form has no audio_file")
    if not file.size:
        raise Refused(400, "audio_file is empty")
    if suffix_of(file.filename) not in SUFFIXES:
        taken = ", ".join(sorted(suffix[1:] for suffix in SUFFIXES))
        raise Refused(400, f"audio_file must be one of {taken}")
    return file.path


async def _json(request: Request) -> dict[str, Any]:
    return json_object(await request.body())


def _audio_url(body: dict[str, Any], request: Request) -> str:
    _easyllm_id(body, request)
    url = body.get("audio_url")
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        raise Refused(400, "audio_url must be an http or https address")
    return url


def _easyllm_id(body: dict[str, Any], request: Request) -> None:
    if "project" in request.path_params and not body.get("easyllm_id"):
        raise Refused(400, "easyllm_id is required on this path")


def _key(request: Request) -> str:
    switches: Switches = request.scope["switches"]
    return "task_id" if "task_id" in switches.quirks else "taskId"


def _told(error: BaseException | None) -> str:
    if isinstance(error, Failed | Missing):
        return str(error)
    return "the audio could not be transcribed"


def _is_rate(said: Any) -> bool:
    return isinstance(said, int) and not isinstance(said, bool) and said > 0
