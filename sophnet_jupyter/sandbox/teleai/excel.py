"""``POST /aipaas/lm/v1/excel/generate``: validate, read the workbooks, stream steps and report."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import OrderedDict
from collections.abc import AsyncGenerator, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from ..engines import Missing
from ..engines.texts import workbooks
from ..server.replies import encoded, json_response
from ..server.streams import Cut, Pace, Stream, forever
from ..switches.options import Options
from ..switches.switches import Switches
from . import analysis
from .door import Door
from .reply import Declined, gateway
from .request import AnalysisRequest, parse, trace_of

PATH = "/aipaas/lm/v1/excel/generate"
MODEL = "openchat"
KEPT = 100
LARGEST = 20_000_000
# Where the document's "large" begins is not said.
LARGE = 1_000_000
BREAKS = ("cut", "stall", "silent_end", "error_mid_stream", "cut_letter")


class Excel:
    """The workbooks of one sandbox, and their analyses."""

    def __init__(self, options: Options, *, app_id: str) -> None:
        self._door = Door(app_id=app_id, key=options.api_key)
        # uuid -> name and content; the oldest go when there are too many.
        self._files: OrderedDict[str, tuple[str, bytes]] = OrderedDict()

    async def put(self, request: Request) -> Response:
        """Take a workbook as the body, ``?name=`` as its name; returns its uuid."""
        body = await request.body()
        try:
            if answer := await self._door.open(request):
                return answer
            if not body or len(body) > LARGEST:
                raise Declined("10004", f"a workbook has 1 to {LARGEST} bytes, not {len(body)}")
            if body[:2] != b"PK":
                raise Declined("10001", "this is no .xlsx")
        except Declined as declined:
            return declined.response("")
        file = str(uuid.uuid4())
        self._files[file] = request.query_params.get("name") or "workbook.xlsx", body
        while len(self._files) > KEPT:
            self._files.popitem(last=False)
        return json_response({"uuid": file, "name": self._files[file][0]})

    async def generate(self, request: Request) -> Response:
        """An analysis, streamed or whole."""
        body = await request.body()
        switches: Switches = request.scope["switches"]
        try:
            if answer := await self._door.open(request):
                return answer
            asked = parse(body)
            books = await asyncio.to_thread(self._books, asked.files)
        except Declined as declined:
            return declined.response(trace_of(body))
        except Missing as missing:
            return Declined("501", str(missing), http=501).response(asked.trace)
        large = sum(len(self._files[file][1]) for file in asked.files) > LARGE
        told = Analysis(asked, books, switches, size="large" if large else "small")
        if asked.stream:
            plain = switches.quirks & {"python_repr", "bare_json"}
            kind = "text/plain" if plain else "text/event-stream"
            return Stream(told.stream(), media_type=kind, headers=gateway(asked.trace))
        await Pace(switches).whole(told.length)
        if "error_mid_stream" in switches.faults:
            return Declined("10008").response(asked.trace)
        return json_response(told.whole(), headers=gateway(asked.trace))

    async def nowhere(self, request: Request) -> Response:
        """What the gateway answers where there is no service: the signature counts there too."""
        body = await request.body()
        try:
            if answer := await self._door.open(request):
                return answer
        except Declined as declined:
            return declined.response(trace_of(body))
        if request.url.path == PATH:
            said = Declined("405", "this service takes POST", http=405, headers={"Allow": "POST"})
        else:
            said = Declined("404", "there is no service at this path", http=404)
        return said.response(trace_of(body))

    def _books(self, files: Sequence[str]) -> list[analysis.Book]:
        books = []
        for file in files:
            if file not in self._files:
                raise Declined("10013", file[:64])
            name, data = self._files[file]
            try:
                books.append(analysis.Book(name=name, sheets=workbooks.read(data)))
            except workbooks.Unreadable as error:
                raise Declined("10001", str(error)[:120]) from None
        return books


class Analysis:
    """One analysis, as chunks or whole."""

    def __init__(
        self,
        asked: AnalysisRequest,
        books: Sequence[analysis.Book],
        switches: Switches,
        *,
        size: str,
    ) -> None:
        steps = analysis.pieces("".join(analysis.steps(asked.question, books)))
        report = analysis.pieces(analysis.report(asked.question, books))
        self._asked = asked
        self._switches = switches
        self._size = size
        self._report = report[: asked.max_tokens]
        cut = len(self._report) < len(report)
        letter = "l" if "l_finish" in switches.quirks else ""
        self._finish = letter + ("length" if cut else "stop")
        self._pieces = [("source", piece) for piece in steps]
        self._pieces += [("report", piece) for piece in self._report]
        self._head = {
            "object": "chat.completion.chunk",
            "usage": None,
            "created": int(time.time()),
            "model": MODEL,
            "id": f"chatcmpl-{uuid.uuid4()}",
        }

    @property
    def length(self) -> int:
        """The number of chunks."""
        return len(self._pieces)

    def whole(self) -> dict[str, Any]:
        """
        The answer in one piece: it has no steps, no type and no size of files.

        See docs/services/teleai.md#excel, row T9.
        """
        message = {"role": "assistant", "content": "".join(self._report)}
        return {
            "id": self._asked.trace,
            "created": self._head["created"],
            "model": MODEL,
            "object": "chat.completion",
            "choices": [{"message": message, "index": 0, "finish_reason": self._finish}],
        }

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """The lines of the stream, at the pace of the model."""
        faults, pace = self._switches.faults, Pace(self._switches)
        breaks = min((faults[name] for name in BREAKS if name in faults), default=None)
        for count, (kind, piece) in enumerate(self._pieces):
            if breaks is not None and count >= breaks:
                async for line in self._broken_off(kind):
                    yield line
                return
            await pace.tokens()
            yield self._line(self._chunk(kind, piece))
        yield self._line(self._chunk("report", "", self._finish))
        if "no_done" not in self._switches.quirks:
            yield b"[DONE]\n" if self._bare else b"data: [DONE]\n\n"
        if "late_end" in faults:
            await asyncio.sleep(faults["late_end"])
        if "never_end" in faults:
            await forever()

    async def _broken_off(self, kind: str) -> AsyncGenerator[bytes, None]:
        """The output of a fault, in place of the rest of the stream."""
        faults = self._switches.faults
        if "stall" in faults:
            await forever()
        if "cut_letter" in faults:
            line = self._line(self._chunk(kind, "报告"))
            # The first byte of three.
            yield line[: line.index("告".encode()) + 1]
            raise Cut
        if "cut" in faults:
            raise Cut
        if "error_mid_stream" in faults:
            yield self._line({"code": "10008", "message": "分析失败"})

    def _chunk(self, kind: str, piece: str, finish: str | None = None) -> dict[str, Any]:
        choice = {
            "finish_reason": finish,
            "delta": {"role": "assistant", "content": piece},
            "index": 0,
            "type": kind,
            "file_size": self._size,
            "logprobs": None,
        }
        return {"choices": [choice], **self._head}

    @property
    def _bare(self) -> bool:
        return bool(self._switches.quirks & {"python_repr", "bare_json"})

    def _line(self, chunk: dict[str, Any]) -> bytes:
        if "python_repr" in self._switches.quirks:
            return repr(chunk).encode() + b"\n"
        if "bare_json" in self._switches.quirks:
            return encoded(chunk) + b"\n"
        return b"data: " + encoded(chunk) + b"\n\n"
