"""Workbooks, a question, and the report that TeleAI makes of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol, Unpack

from ...errors import SettingsError
from ...events import Event, ReasoningDelta, TextDelta
from ...kernel.loop import loop
from ...language import mark, tr
from ...options.excel import ExcelOptions
from ...options.words import shows_options
from ...response import Arrival, Response
from ...views.answer import Context
from ...views.answer.report import document, markdown
from ...views.live.answer import show
from ...views.live.report import LiveReport
from ...views.safe.control_characters import plain
from ..exchange.exchange import Exchange, Pieces, to_html
from ..exchange.masked import is_masked, with_placeholders
from ..panel.frame import Height, from_sandbox
from ..panel.panel import Buffers, Command, Panel, said
from ..uploads.uploads import Upload, Uploads

_EMPTY = mark("An Excel panel. Run its cell to ask about workbooks.")
LARGEST = 20_000_000


class ExcelClient(Protocol):
    """The part of a client that the panel uses."""

    @property
    def excel(self) -> Any: ...


class ExcelAnalyst(Panel):
    """
    Choose workbooks, ask, watch the steps and the report, and keep it as Markdown or HTML.

    ``files`` are uuids that TeleAI gave to workbooks, best by a name: ``{"q3": "d12f…"}``. In the
    sandbox a workbook can be added from the browser too. ``client`` is the one to ask, else the
    usual one. The last report is ``panel.response``.

    Raises `SettingsError` when no client is given and none can be made.
    """

    file = "panel"

    @shows_options(ExcelOptions)
    def __init__(
        self,
        client: ExcelClient | None = None,
        *,
        files: Mapping[str, str] | Iterable[str] = (),
        height: Height = "",
        layout: Any = None,
        **options: Unpack[ExcelOptions],
    ) -> None:
        super().__init__(height=height, layout=layout)
        self._excel = self.client_for(client).excel
        self.sandbox = from_sandbox(self._excel)
        self._options = options
        named = files.items() if isinstance(files, Mapping) else ((uuid, uuid) for uuid in files)
        self._files = {str(name): str(uuid) for name, uuid in named}
        self._exchanges: list[Exchange] = []
        if getattr(self._excel, "takes_files", False):
            self.uploads = Uploads(
                self.tell, self._received, limit=LARGEST, accept=(".xlsx", ".xlsm")
            )

    @property
    def files(self) -> dict[str, str]:
        """The workbooks that can be chosen: uuids by their names."""
        return dict(self._files)

    @property
    def response(self) -> Response | None:
        """The last report, or as much of it as has come."""
        return self._exchanges[-1].response if self._exchanges else None

    def ask(self, question: str, files: Iterable[str] | None = None) -> None:
        """
        Ask from Python, as if it had been typed; ``files`` are names, all of them if not given.

        Returns at once; the report appears in the panel.
        """
        names = list(self._files if files is None else files)
        loop().call_soon_threadsafe(self.perform, self._ask, question, names)

    def to_markdown(self) -> str:
        """The last report as a Markdown document."""
        return _written(self._exchanges[-1:], markdown)

    def to_html(self) -> str:
        """The last report as a page of its own, which Word opens with its tables."""
        return _written(self._exchanges[-1:], document)

    def obey(self, command: Command, buffers: Buffers) -> None:
        match command:
            case {"kind": "ask", "text": str(text), "files": list(names)}:
                self._ask(text, names)
            case {"kind": "add", "name": str(name), "uuid": str(uuid)}:
                self._add(name, uuid)
            case {"kind": "export", "view": view, "exchange": name, "form": "md" | "html" as form}:
                found = [each for each in self._exchanges if each.id == name]
                text = _written(found, document if form == "html" else markdown)
                if is_masked(mask := self._options.get("mask")):
                    text = with_placeholders(text, mask)
                self.tell("document", to=view, text=text, form=form)

    def state(self) -> tuple[dict[str, Any], list[bytes]]:
        return {"files": self._files, "exchanges": list(map(self._shown, self._exchanges))}, []

    def still(self) -> tuple[str, str]:
        if not self._exchanges:
            return f"<i>{tr(_EMPTY)}</i>", tr(_EMPTY)
        texts = [_written([each], markdown) or plain(each.error) for each in self._exchanges]
        return to_html(self._exchanges), "\n\n".join(texts)

    def _shown(self, exchange: Exchange) -> dict[str, Any]:
        pieces = list(exchange.pieces.items())
        return {
            "id": exchange.id,
            "text": exchange.text,
            "pieces": pieces,
            "settled": exchange.settled,
            **exchange.outcome,
        }

    def _add(self, name: str, uuid: str) -> None:
        name, uuid = name.strip(), uuid.strip()
        if not uuid:
            raise SettingsError(tr("A workbook is named by the uuid that TeleAI gave it."))
        self._files[name or uuid] = uuid
        self.tell("files", files=self._files, chosen=name or uuid)

    def _received(self, upload: Upload) -> None:
        self.start(lambda: self._put(upload))

    async def _put(self, upload: Upload) -> None:
        self.phase = "uploading"
        try:
            uuid = await self._excel.put(upload.content, upload.name)
            self._add(Path(upload.name).stem, uuid)
        finally:
            self.phase = "ready"

    def _ask(self, text: str, names: list[str]) -> None:
        if not text.strip():
            return
        if missing := [name for name in names if name not in self._files]:
            raise SettingsError(tr("No workbook is called {missing!r}.", missing=missing[0]))
        uuids = [self._files[name] for name in names]
        # Refused here, and not in a job, where it would end what was shown before.
        events = self._excel.stream(text, file_uuids=uuids, **self._options)
        exchange = Exchange(text=text)
        self.start(lambda: self._analyse(exchange, events))
        self._exchanges.append(exchange)
        self.tell("asked", exchange=self._shown(exchange))

    async def _analyse(self, exchange: Exchange, events: Any) -> None:
        view = LiveReport(Pieces(exchange, self.tell), Context())

        def on_event(response: Response, event: Event) -> None:
            exchange.response = response
            if isinstance(event, ReasoningDelta | TextDelta):
                self.phase = "analysing" if isinstance(event, ReasoningDelta) else "reporting"
            view.on_event(response, event)

        self.phase = "waiting"
        arrival = Arrival(on_event=on_event)
        try:
            await show(events, view, arrival, model="TeleAI")
            self.phase = "ready"
        except asyncio.CancelledError:
            self.phase = "stopped"
            raise
        except Exception as error:
            exchange.error = said(error)
            self.phase = "failed"
        finally:
            exchange.response, exchange.settled = arrival.response, True
            self.tell("settled", exchange=exchange.id, outcome=exchange.outcome)


def _written(found: list[Exchange], form: Callable[[str, Response], str]) -> str:
    """The report of the one exchange that was found; empty where there is none."""
    return "".join(form(each.text, each.response) for each in found if each.response)
