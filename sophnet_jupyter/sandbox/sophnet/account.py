"""The account, uploads, and voices made from recordings (docs/services/sophnet.md#account)."""

from __future__ import annotations

import secrets
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..server import multipart
from ..server.refusal import Refused, is_one_of
from ..server.replies import json_response
from ..server.results import Results
from .body import json_object
from .voice import cloned
from .voice.request import VOICES

LIMIT = 100_000_000


def routes(results: Results) -> list[Route]:
    async def upload(request: Request) -> Response:
        file = (await _form(request)).get("file")
        if file is None or not file.filename:
            raise Refused(400, "the form has no file")
        if len(file.data) > LIMIT:
            raise Refused(400, "the sandbox keeps files of up to 100 MB")
        name = secrets.token_hex(8) + PurePosixPath(file.filename).suffix.lower()[:8]
        data, kind = file.data, file.content_type or "application/octet-stream"
        path = results.add(name, lambda: data, kind)
        return _said({"signedUrl": f"{request.url.scheme}://{request.url.netloc}{path}"})

    return [
        Route("/projects/balance", _balance),
        Route("/projects/usage_detail", _usage),
        Route("/projects/upload", upload, methods=["POST"]),
        Route("/projects/easyllms/voice/upload", _clone, methods=["POST"]),
    ]


async def _balance(request: Request) -> Response:
    # Play money: nothing here costs anything.
    return _said(
        {"currentBalance": 100, "currentBalanceWithoutGift": 90.5, "currentGiftBalance": 9.5}
    )


async def _usage(request: Request) -> Response:
    begin, end = (_day(request, name) for name in ("beginTime", "endTime"))
    if end < begin:
        raise Refused(400, "endTime must not be before beginTime")
    return _said({"costSummary": {"totalCost": 0, "beginTime": str(begin), "endTime": str(end)}})


async def _clone(request: Request) -> Response:
    form = await _form(request)
    audio, asked = form.get("audio_file"), form.get("tts_speaker_voice_generate_req")
    if audio is None or not audio.data:
        raise Refused(400, "audio_file is required")
    if asked is None:
        raise Refused(400, "tts_speaker_voice_generate_req is required")
    fields = json_object(asked.data)
    model, name = fields.get("model"), fields.get("name")
    if not is_one_of(model, VOICES):
        raise Refused(400, f"MODEL_NOT_SUPPORT: {model}")
    if not isinstance(name, str) or not 1 <= len(name) <= 64:
        raise Refused(400, "name must be a string of 1 to 64 characters")
    cloned.add(str(model), name)
    return _said({"name": name})


async def _form(request: Request) -> dict[str, multipart.Part]:
    try:
        return multipart.read(request.headers.get("content-type", ""), await request.body())
    except multipart.Malformed as error:
        raise Refused(400, str(error)) from None


def _day(request: Request, name: str) -> date:
    try:
        return date.fromisoformat(request.query_params.get(name, ""))
    except ValueError:
        raise Refused(400, f"{name} must be a day, YYYY-MM-DD") from None


def _said(result: dict[str, Any]) -> Response:
    return json_response({"status": 0, "message": "success", "result": result})
