"""Uploads, and their content for those that a message has used (docs/services/dify.md#files)."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..server import multipart
from ..switches.switches import Switches
from .form import MEGABYTES, kind_of
from .refusals import Refused, answer, invalid
from .shelf import File, Shelf, put

ANYBODY = "DEFAULT-USER"


def routes(shelf: Shelf) -> list[Route]:
    async def upload(request: Request) -> Response:
        switches: Switches = request.scope["switches"]
        file, user = await _posted(request)
        if "s3_errors" in switches.quirks:
            raise Refused(503, "s3_connection_failed", "Failed to connect to S3 service")
        mime = file.content_type or "application/octet-stream"
        kept = File(name=file.filename, data=file.data, mime=mime, user=user)
        put(shelf.files, kept.id, kept)
        return answer(_told(kept), 201)

    async def preview(request: Request) -> Response:
        file = shelf.files.get(request.path_params["id"])
        # The service looks for the message that the file belongs to.
        if file is None or not file.used:
            raise Refused(404, "file_not_found", "The requested file was not found.")
        if request.query_params.get("user", file.user) != file.user:
            raise Refused(403, "file_access_denied", "Access to the requested file is denied.")
        wanted = request.query_params.get("as_attachment", "false").lower()
        if wanted not in ("true", "false", "1", "0"):
            raise invalid("as_attachment must be a boolean", "as_attachment")
        return _content(file, as_attachment=wanted in ("true", "1"))

    return [
        Route("/files/upload", upload, methods=["POST"]),
        Route("/files/{id}/preview", preview),
    ]


async def _posted(request: Request) -> tuple[multipart.Part, str]:
    body = await request.body()
    try:
        form = multipart.read(request.headers.get("content-type", ""), body)
    except multipart.Malformed as error:
        raise Refused(400, "no_file_uploaded", f"Please upload your file: {error}.") from None
    file = form.get("file")
    if file is None:
        raise Refused(400, "no_file_uploaded", "Please upload your file.")
    if body.count(b'; name="file"') > 1:
        raise Refused(400, "too_many_files", "Only one file is allowed.")
    if not file.filename:
        raise Refused(400, "filename_not_exists_error", "The specified filename does not exist.")
    if len(file.data) > MEGABYTES[kind_of(file.filename)] << 20:
        raise Refused(413, "file_too_large", "File size exceeded.")
    user = form["user"].data.decode(errors="replace") if "user" in form else ""
    return file, user or ANYBODY


def _told(file: File) -> dict[str, object]:
    return {
        "id": file.id,
        "name": file.name,
        "size": len(file.data),
        "extension": file.extension,
        "mime_type": file.mime,
        "created_by": "8e7f1a52-0c9d-4c1e-9a57-0f6a1f0f9b11",
        "created_at": file.created_at,
        "preview_url": None,
    }


def _content(file: File, *, as_attachment: bool) -> Response:
    headers = {"Cache-Control": "public, max-age=3600"}
    if file.mime.startswith(("audio/", "video/")):
        headers["Accept-Ranges"] = "bytes"
    if as_attachment:
        headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file.name)}"
        headers["Content-Type"] = "application/octet-stream"
    else:
        headers["Content-Type"] = file.mime
    return Response(file.data, headers=headers)
