"""
TeleAI's analysis of Excel workbooks: ``POST /aipaas/lm/v1/excel/generate``.

See docs/services/teleai.md#excel.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncGenerator, Iterable, Mapping
from pathlib import Path
from typing import Any, Unpack
from urllib.parse import quote

from ...errors import (
    AnswerIncomplete,
    AnswerUnreadable,
    SettingsError,
    SophNetError,
)
from ...events import Event, Finished, Metadata, Notice, Started
from ...files.names import at_home
from ...language import tr
from ...options.excel import ExcelOptions
from ...options.words import checks_keywords, shows_options
from ...response import Response, settle
from ...wire.call import Call, Reply
from ...wire.files.upload import OneFile, source
from ...wire.held import held
from ...wire.retry import ANSWER, READ
from ...wire.stream.sse import SSE
from ...wire.wire import Wire
from .. import arguments
from ..keeping import Keeping, Wanted
from ..lines import DONE, EventLines, read
from ..reply import moment
from .access import (
    SERVICE,
    checked,
    gateway_ids,
    is_sandbox,
    parse_error,
    says_error,
    unreadable,
)
from .chunk import AnalysisDecoder
from .request import request

PATH = "/aipaas/lm/v1/excel/generate"
SEEDING_PATH = "/sandbox/workbooks"
# Of how many answers the gateway's ids are remembered.
REMEMBERED = 100

log = logging.getLogger(__name__)


@checks_keywords("excel")
class Excel(Keeping):
    """Analyses of workbooks that TeleAI already has, by their uuids. One question, one report."""

    def __init__(self, wire: Wire, *, sandbox: bool = False) -> None:
        self._wire = wire
        self._sandbox = sandbox
        self._gateway_ids: OrderedDict[str, dict[str, str]] = OrderedDict()

    @property
    def takes_files(self) -> bool:
        """Whether `put` works: only the sandbox has such a call."""
        return self._sandbox

    @shows_options(ExcelOptions, request)
    async def analyse(
        self,
        question: str,
        *,
        file_uuids: str | Iterable[str],
        stream: bool = True,
        strict: bool = False,
        **options: Unpack[ExcelOptions],
    ) -> Response:
        """
        Ask a ``question`` about the workbooks with these ``file_uuids``, one to twenty of them, and
        return the whole report as one `Response`.

        Its ``text`` is the report, as Markdown; ``thinking`` the steps of the analysis, which the
        service tells only in a stream: with ``stream=False`` there are none.

        Raises `SettingsError` before anything is sent, else `SophNetError`; what had arrived by
        then is its ``response``. ``strict=True`` raises `AnswerIncomplete` for a report that just
        stopped.
        """
        arguments.flag("stream", stream)
        body = request(question, file_uuids=file_uuids, **options)
        response = await settle(self._events(body, options.get("mask"), stream=stream))
        if strict and response.ending == "incomplete":
            error = AnswerIncomplete(service=SERVICE)
            error.response, error.request_id = response, response.request_id
            raise error
        return response

    @shows_options(ExcelOptions, request)
    def stream(
        self,
        question: str,
        *,
        file_uuids: str | Iterable[str],
        **options: Unpack[ExcelOptions],
    ) -> AsyncGenerator[Event, None]:
        """
        Ask a ``question`` about the workbooks with these ``file_uuids``, one to twenty of them, and
        yield events as they arrive; the last one is `Finished`.

        The steps of the analysis are `ReasoningDelta`, the report is `TextDelta`. Closing the
        iterator early closes the connection. Raises as `analyse` does.
        """
        body = request(question, file_uuids=file_uuids, **options)
        return self._events(body, options.get("mask"), stream=True)

    async def put(self, file: str | Path | bytes, name: str = "") -> str:
        """
        Give the sandbox a workbook, a path or the bytes of a ``file``, and return the uuid by which
        it can be analysed. ``name`` is what it is called there.

        Only the sandbox has this call: TeleAI's document names none for uploads. Raises
        `SettingsError` for the real service, `SophNetError` when the sandbox refuses.
        """
        if not self._sandbox:
            raise SettingsError(
                tr(
                    "Only the sandbox takes files here: TeleAI's document names no upload call. "
                    "Upload the workbook in TeleAI's console, and use the uuid it gets there."
                )
            )
        content = file if isinstance(file, bytes) else _path(file)
        body = await asyncio.to_thread(source, content, name=name)
        name = name or ("" if isinstance(file, bytes) else body.name)
        called = arguments.text("name", name) or "workbook.xlsx"
        call = Call(
            method="POST",
            path=f"{SEEDING_PATH}?name={quote(called, safe='', errors='replace')}",
            upload=OneFile(body),
        )
        answer = checked(await self._wire.fetch(call, retry=READ))
        return str(answer["uuid"])

    def gateway_ids(self, request_id: str) -> Mapping[str, str]:
        """
        What the gateway called one of the last answers, by its ``request_id``: its ``trace-id`` and
        ``x-cloud-gateway-request-id``, to be named beside the request id when asking TeleAI.
        """
        return self._gateway_ids.get(request_id, {})

    def _events(
        self, body: dict[str, Any], mask: object, *, stream: bool
    ) -> AsyncGenerator[Event, None]:
        words, back = self._masked(mask, body["messages"])
        body = {**body, "messages": words}
        asked = {name: value for name, value in body.items() if name != "traceId"}
        wanted = Wanted(
            resource="excel",
            request=asked,
            question=str(body["messages"][-1]["content"]),
            lane=str(body.get("model") or ""),
        )
        return back(self._keep(wanted, lambda: self._sent(body, stream=stream)))

    async def _sent(self, body: dict[str, Any], *, stream: bool) -> AsyncGenerator[Event, None]:
        trace = str(body["traceId"])
        sent = arguments.encoded(body | {"stream": stream})
        call = Call(method="POST", path=PATH, body=sent, lane="excel")
        asking = self._stream(call, trace) if stream else self._whole(call, trace)
        try:
            async with held(asking) as events:
                async for event in events:
                    yield event
        except SophNetError as error:
            error.request_id = trace
            for name, value in self.gateway_ids(trace).items():
                error.add_note(f"{name}: {value}")
            raise

    async def _stream(self, call: Call, trace: str) -> AsyncGenerator[Event, None]:
        async with self._wire.stream(call) as opened:
            self._note(trace, opened.headers)
            reading = AnalysisReader(opened.reply(), trace)
            if opened.ok:
                async with held(opened.events(until=DONE, decoder=EventLines())) as events:
                    async for sse in events:
                        for event in reading.events(sse):
                            yield event
                        opened.ending = reading.decoder.endings.ended
            # An error, a page of somebody else, or one object on several lines.
            no_stream = not opened.ok or opened.unread is not None
            reply = await opened.whole() if no_stream and not opened.done else None
            for event in whole(reply, trace) if reply else reading.end(done=opened.done):
                yield event

    async def _whole(self, call: Call, trace: str) -> AsyncGenerator[Event, None]:
        reply = await self._wire.fetch(call, retry=ANSWER)
        self._note(trace, reply.headers)
        for event in whole(reply, trace):
            yield event

    def _note(self, trace: str, headers: Mapping[str, str]) -> None:
        found = self._gateway_ids[trace] = gateway_ids(headers)
        if len(self._gateway_ids) > REMEMBERED:
            self._gateway_ids.popitem(last=False)
        log.info("analysis %s: %s", trace, found)


class AnalysisReader:
    """Decodes a stream: give it each event, then call `end`. ``reply`` is its head."""

    def __init__(self, reply: Reply, trace: str) -> None:
        self.decoder = AnalysisDecoder()
        self._reply = reply
        self._trace = trace
        self._started = False
        # An object that is neither an answer nor an error.
        self._foreign = ""

    def events(self, sse: SSE) -> list[Event]:
        """
        The events of one frame. Raises `ServiceError`, or `AnswerUnreadable` if it is no object.
        """
        data = sse.data or ""
        chunk = read(data)
        if sse.event == "error":
            raise parse_error(self._reply, _error(chunk, data))
        if chunk is None:
            if not sse.complete:
                return []
            what = tr("an event that is not an object")
            quote = self._reply.scrub(data)[:80]
            raise AnswerUnreadable(
                service=SERVICE, what=what, quote=quote, setting=self._reply.setting
            )
        if says_error(chunk):
            raise parse_error(self._reply, chunk)
        if "choices" not in chunk:
            self._foreign = data
            return []
        found: list[Event] = []
        if not self._started:
            self._started = True
            found.append(_started(self._reply, chunk, self._trace))
        return found + self.decoder.events(chunk)

    def end(self, *, done: bool) -> list[Event]:
        """The last events: ``[DONE]`` or the report's finish reason make it complete."""
        if self._foreign and not self._started:
            what, quote = tr("JSON without any choices"), self._reply.scrub(self._foreign)[:80]
            raise AnswerUnreadable(
                service=SERVICE, what=what, quote=quote, setting=self._reply.setting
            )
        return ending(self.decoder, done=done)


def whole(reply: Reply, trace: str) -> list[Event]:
    """The events of an answer that came in one piece. Raises `ServiceError`."""
    body = checked(reply)
    if not isinstance(body.get("choices"), list):
        raise unreadable(reply)
    decoder = AnalysisDecoder()
    events = [_started(reply, body, trace), *decoder.events(body)]
    return [*events, *ending(decoder, done=True)]


def ending(decoder: AnalysisDecoder, *, done: bool) -> list[Event]:
    """The last events: how an analysis ended, with notices about that."""
    told: list[Event] = [Metadata(values=decoder.facts)] if decoder.facts else []
    notices: list[Event] = [*told, *decoder.end()]
    if not (decoder.reason or done):
        said = tr("The stream ended without saying that it was finished: the answer may be cut.")
        ending = Finished(reason="incomplete", ending="incomplete")
        return [*notices, Notice(text=said), ending]
    if decoder.reason == "length":
        notices.append(Notice(text=tr("Cut at the token limit: raise max_tokens for the rest.")))
    elif decoder.steps and not decoder.report:
        notices.append(
            Notice(text=tr("The analysis finished without a report: it has only steps."))
        )
    elif not decoder.report:
        notices.append(Notice(text=tr("The analysis finished without a word.")))
    return [*notices, Finished(reason=decoder.reason)]


def _started(reply: Reply, chunk: Mapping[str, Any], trace: str) -> Started:
    return Started(
        service=SERVICE,
        model=str(chunk.get("model") or ""),
        request_id=trace,
        sandbox=is_sandbox(reply.headers),
        analysis=True,
        created=moment(chunk.get("created")),
    )


def _error(chunk: dict[str, Any] | None, data: str) -> dict[str, Any]:
    """The data of an error event as an error body."""
    return {"error": data} if chunk is None else chunk


def _path(file: object) -> Path:
    if isinstance(file, str | Path) and file:
        return at_home(file)
    raise SettingsError(tr("A workbook is a path, or its bytes, not {file!r:.80}.", file=file))
