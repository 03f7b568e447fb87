"""
``POST …/easyllms/doc-parse``: a form with a file in, Markdown out.

See docs/services/sophnet.md#documents.
"""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ...engines.texts import documents
from ...server import multipart
from ...server.refusal import Refused
from ...server.replies import json_response

PATHS = ("/projects/{project}/easyllms/doc-parse", "/projects/easyllms/doc-parse")
TYPES = ("pdf", "docx", "doc", "xlsx", "txt", "pptx")
MACROS = ("docm", "xlsm", "pptm")
LIMIT = 50_000_000


def routes() -> list[Route]:
    return [Route(path, _parse, methods=["POST"]) for path in PATHS]


async def _parse(request: Request) -> Response:
    try:
        form = multipart.read(request.headers.get("content-type", ""), await request.body())
    except multipart.Malformed as error:
        raise Refused(400, str(error)) from None
    file = form.get("file")
    if file is None or not file.filename:
        raise Refused(400, "the form has no file")
    easyllm_id = form.get("easyllm_id")
    if "project" in request.path_params and not (easyllm_id and easyllm_id.data):
        raise Refused(400, "easyllm_id is required on this path")
    suffix = file.filename.rpartition(".")[2].lower()
    if suffix in MACROS:
        raise Refused(400, f".{suffix} may hold macros: save the file as {suffix[:-1]}x")
    if suffix not in TYPES:
        raise Refused(400, f"file must be one of {', '.join(TYPES)}")
    if len(file.data) >= LIMIT:
        raise Refused(400, "file must be smaller than 50 MB")
    try:
        text = await asyncio.to_thread(documents.markdown, file.data, suffix)
    except documents.Unreadable as error:
        raise Refused(400, str(error)) from None
    return json_response({"data": text})
