"""
``…/service/{id}/kn/…``: the files, and the questions and answers, of a custom model.

See docs/services/sophnet.md#knowledge.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from ..engines import require
from ..model.knowledge import Known, cited
from ..model.shelf import READABLE, File, Pair, Shelf, kept, new_file
from ..server import form_stream
from ..server.multipart import Malformed
from ..server.refusal import Refused
from ..server.replies import json_response
from ..switches.options import Options
from ..switches.switches import Switches
from .body import json_object

TYPES = ("pdf", "docx", "xlsx", "txt", "pptx")
LIMIT = 100_000_000
MOST_FILES = 300
QUESTION, ANSWER = 200, 1_000
# Nobody knows the service's; the document's example asks for 10.
PAGE, LARGEST_PAGE = 10, 100
PIECE = 1 << 20
# The services of this sandbox's project: as many as a test wants, each with knowledge of its own.
SERVICE = re.compile(r"handbook(-[A-Za-z0-9-]{1,40})?")


class Knowledge:
    """All that the custom models of one sandbox know."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._shelves: dict[str, Shelf] = {}

    def routes(self) -> list[Route]:
        files, pairs = "/service/{service}/kn/files", "/service/{service}/kn/qa-records"
        return [
            Route(files, self._upload, methods=["POST"]),
            Route(files, self._list(lambda shelf: shelf.files), methods=["GET"]),
            Route(f"{files}/{{id}}", self._read, methods=["GET"]),
            Route(f"{files}/{{id}}", self._delete_file, methods=["DELETE"]),
            Route(f"{files}/{{id}}/source", self._source, methods=["GET"]),
            Route(pairs, self._add, methods=["POST"]),
            Route(pairs, self._list(lambda shelf: shelf.pairs), methods=["GET"]),
            Route(f"{pairs}/{{id}}", self._update, methods=["POST"]),
            Route(f"{pairs}/{{id}}", self._delete_pair, methods=["DELETE"]),
            # Where a reference to a question leads; the document does not say what is there.
            Route("/references/{service}/{id}", self._quote, methods=["GET"]),
        ]

    async def cited(self, model: str, question: str, origin: str) -> list[Known] | None:
        """What the custom model ``model`` knows of a question; None for one that knows nothing."""
        name = model.removeprefix("custom:")
        shelf = self._shelves.get(name) if name != model else None
        if shelf is None or not shelf.knows():
            return None
        found = await asyncio.to_thread(shelf.find, question)
        return [cited(f"{origin}/api/open-apis", name, *each, question) for each in found]

    def _shelf(self, request: Request) -> Shelf:
        name = request.path_params["service"]
        if not SERVICE.fullmatch(name):
            raise Refused(404, f"there is no service {name[:60]}")
        return self._shelves.setdefault(name, Shelf())

    def _file(self, request: Request) -> tuple[Shelf, File]:
        shelf = self._shelf(request)
        if (file := shelf.files.get(request.path_params["id"])) is None:
            raise Refused(404, "there is no such file in this service")
        return shelf, file

    def _pair(self, request: Request) -> tuple[Shelf, Pair]:
        shelf = self._shelf(request)
        if (pair := shelf.pairs.get(request.path_params["id"])) is None:
            raise Refused(404, "there is no such question in this service")
        return shelf, pair

    async def _upload(self, request: Request) -> Response:
        shelf = self._shelf(request)
        switches: Switches = request.scope["switches"]
        try:
            kind = request.headers.get("content-type", "")
            parts = await form_stream.read(kind, request.stream(), limit=LIMIT - 1)
        except Malformed as error:
            raise Refused(400, str(error)) from None
        except form_stream.TooLarge:
            raise Refused(400, "file must be smaller than 100 MB") from None
        except ClientDisconnect:
            raise Refused(400, "the form did not come whole") from None
        try:
            name, path = _document(parts)
            if shelf.live() >= MOST_FILES:
                raise Refused(400, f"a service has at most {MOST_FILES} files")
            source = await asyncio.to_thread(kept, lambda file: _copy(path, file))
        finally:
            form_stream.discard(parts)
        file = new_file(
            name,
            source,
            name.rpartition(".")[2].lower(),
            seconds=self._options.task_seconds,
            enabled="not_enabled" not in switches.quirks,
        )
        shelf.files[file.id] = file
        # Fixed, says the document, however soon the file is ready.
        return _done({**file.row(), "snippet": None, "status": "UPLOADING"})

    async def _read(self, request: Request) -> Response:
        _, file = _readable(self._file(request))
        address = str(request.url).partition("?")[0]
        return _done(
            {
                "id": file.id,
                "title": file.title,
                "content": file.content,
                "downloadUrl": f"{address}/source",
                "createdAt": file.created,
            }
        )

    async def _source(self, request: Request) -> Response:
        _, file = _readable(self._file(request))
        named = f"attachment; filename*=UTF-8''{quote(file.title)}"
        return StreamingResponse(
            _pieces(file),
            media_type="application/octet-stream",
            headers={"Content-Disposition": named},
        )

    async def _delete_file(self, request: Request) -> Response:
        shelf, file = self._file(request)
        if file.state == "UPLOADING":
            raise Refused(400, "the file is UPLOADING and cannot be deleted")
        del shelf.files[file.id]
        return _done()

    async def _add(self, request: Request) -> Response:
        shelf = self._shelf(request)
        pair = Pair(**await _words(request))
        shelf.pairs[pair.id] = pair
        return _done(pair.row())

    async def _update(self, request: Request) -> Response:
        _, pair = self._pair(request)
        words = await _words(request)
        pair.question, pair.answer = words["question"], words["answer"]
        return _done(pair.row())

    async def _delete_pair(self, request: Request) -> Response:
        shelf, pair = self._pair(request)
        del shelf.pairs[pair.id]
        return _done()

    async def _quote(self, request: Request) -> Response:
        _, pair = self._pair(request)
        return PlainTextResponse(f"Q: {pair.question}\nA: {pair.answer}\n")

    def _list(self, rows_of: Callable[[Shelf], Mapping[str, File | Pair]]) -> Any:
        async def answer(request: Request) -> Response:
            rows = list(rows_of(self._shelf(request)).values())
            number = _whole(request, "pageNum", 1)
            size = _whole(request, "pageSize", PAGE, most=LARGEST_PAGE)
            shown = rows[(number - 1) * size : number * size]
            return _done(
                {
                    "pageNum": number,
                    "pageSize": size,
                    "size": len(shown),
                    "pages": -(-len(rows) // size),
                    "total": len(rows),
                    "list": [row.row() for row in shown],
                }
            )

        return answer


def _document(parts: Mapping[str, form_stream.Arrived]) -> tuple[str, Path]:
    file = parts.get("file")
    if file is None or file.path is None:
        raise Refused(400, "the form has no file")
    name = re.split(r"[/\\]", file.filename)[-1]
    suffix = name.rpartition(".")[2].lower() if "." in name else ""
    if suffix not in TYPES:
        raise Refused(400, f"file must be one of {', '.join(TYPES)}")
    if not file.size:
        raise Refused(400, "file is empty")
    if suffix != "txt":
        require("markitdown", "markitdown")
    return name, file.path


def _copy(path: Path, into: IO[bytes]) -> None:
    with path.open("rb") as file:
        shutil.copyfileobj(file, into, PIECE)


def _readable(found: tuple[Shelf, File]) -> tuple[Shelf, File]:
    if (state := found[1].state) not in READABLE:
        raise Refused(400, f"the file is {state}, so it has no content to show")
    return found


async def _pieces(file: File) -> AsyncGenerator[bytes, None]:
    at = 0
    while found := await asyncio.to_thread(file.piece, at, PIECE):
        yield found
        at += len(found)


async def _words(request: Request) -> dict[str, str]:
    body = json_object(await request.body())
    words = {}
    for name, longest in (("question", QUESTION), ("answer", ANSWER)):
        value = body.get(name)
        if not isinstance(value, str) or not value.strip():
            raise Refused(400, f"{name} is required, and a text")
        if len(value) > longest:
            raise Refused(400, f"{name} has {len(value)} characters, and at most {longest} fit")
        words[name] = value
    return words


def _whole(request: Request, name: str, default: int, *, most: int | None = None) -> int:
    text = request.query_params.get(name)
    if text is None:
        return default
    number = int(text) if re.fullmatch("[0-9]{1,9}", text) else 0
    if number < 1 or (most and number > most):
        upto = f" to {most}" if most else ""
        raise Refused(400, f"{name} must be a whole number from 1{upto}")
    return number


def _done(result: Any = None) -> Response:
    body: dict[str, Any] = {"status": 0, "message": "请求成功"}
    if result is not None:
        body["result"] = result
    return json_response({**body, "timestamp": time.time_ns() // 1_000_000})
