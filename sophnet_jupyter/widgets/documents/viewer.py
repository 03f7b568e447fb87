"""A viewer of documents and images: drop them in, read, search, copy, take tables, ask."""

from __future__ import annotations

import asyncio
import glob
import re
from pathlib import Path
from typing import Any, Protocol

from ...errors import SettingsError
from ...events import Event, Notice, PageRead
from ...files.names import at_home, is_address
from ...kernel.loop import loop
from ...language import mark, tr
from ...response import Arrival, Response
from ...values.page import Page
from ...views.answer import Context, answer
from ...views.documents import pages
from ...views.live.answer import LiveAnswer, show
from ..exchange.exchange import Exchange, Pieces, to_html
from ..panel.frame import Height
from ..panel.panel import Buffers, Command, Panel, said
from ..uploads.uploads import Upload, Uploads
from .facts import facts, seen

DOCUMENTS = (".pdf", ".docx", ".doc", ".xlsx", ".pptx", ".txt")
PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff")
LIMIT = 50_000_000 - 1
# Of a page so much goes along with a question.
LONGEST = 20_000
_EMPTY = mark("A document viewer. Run its cell to read documents and images.")


class DocumentsClient(Protocol):
    """The part of a client that the panel uses."""

    @property
    def documents(self) -> Any: ...
    @property
    def ocr(self) -> Any: ...
    @property
    def chat(self) -> Any: ...


class DocumentViewer(Panel):
    """
    Drop a file in, or give a path, a pattern or an address; it is read by the service and shown.

    ``source`` is read at once. Documents become Markdown; pictures are read by ``ocr_model`` and
    shown beside their text. ``model`` answers questions; ``client`` is the one to ask, else the
    usual one. What was read is in ``viewer.pages``, the tables taken from it in the notebook's own
    variables.

    Raises `SettingsError` when no client is given and none can be made.
    """

    file = "viewer"

    def __init__(
        self,
        source: str | Path | Response | None = None,
        *,
        client: DocumentsClient | None = None,
        model: str | None = None,
        ocr_model: str | None = None,
        height: Height = "",
        layout: Any = None,
    ) -> None:
        super().__init__(height=height, layout=layout)
        self._client = self.client_for(client)
        self._model = {"model": model} if model else {}
        self._ocr_model = {"model": ocr_model} if ocr_model else {}
        self._pages: list[Page] = []
        self._seen: list[bytes] = []
        self._sandbox = False
        self._exchange: Exchange | None = None
        self.uploads = Uploads(
            self.tell, self._received, limit=LIMIT, accept=(*DOCUMENTS, *PICTURES)
        )
        if isinstance(source, Response):
            self._take(source)
        elif source is not None:
            self.read(source)

    @property
    def pages(self) -> tuple[Page, ...]:
        """What was read so far, in order."""
        return tuple(self._pages)

    @property
    def response(self) -> Response | None:
        """The answer to the last question, or as much of it as has come."""
        return self._exchange.response if self._exchange else None

    def read(self, source: str | Path) -> None:
        """Read a path, a pattern or an address, as if it had been typed. Returns at once."""
        loop().call_soon_threadsafe(self.perform, self._open_source, str(source))

    def ask(self, question: str, page: int = 0) -> None:
        """Ask about a page, as if it had been typed. Returns at once."""
        loop().call_soon_threadsafe(self.perform, self._ask, question, page)

    def obey(self, command: Command, buffers: Buffers) -> None:
        match command:
            case {"kind": "open", "source": str(source)}:
                self._open_source(source)
            case {"kind": "ask", "text": str(text), "page": int(page)}:
                self._ask(text, page)
            case {"kind": "frame", "page": int(page), "table": int(table), "view": view}:
                name = self._to_frame(page, table)
                self.tell("framed", to=view, name=name)

    def state(self) -> tuple[dict[str, Any], list[bytes]]:
        shown = [self._facts(page) for page in self._pages]
        return {"pages": shown, "exchange": self._shown()}, list(self._seen)

    def still(self) -> tuple[str, str]:
        if not self._pages:
            return f"<i>{tr(_EMPTY)}</i>", tr(_EMPTY)
        html, plain = pages.shown(self._pages), pages.in_words(self._pages)
        asked = to_html([self._exchange]) if self._exchange else ""
        badge = answer.closing(Response(sandbox=self._sandbox, ending="complete"), Context())
        return f"{html}{asked or badge}", plain

    def _received(self, upload: Upload) -> None:
        async def read() -> None:
            await self._read(upload.content, upload.name)

        self.start(read)

    def _open_source(self, source: str) -> None:
        source = source.strip()
        if not source:
            raise SettingsError(tr("Give a path, a pattern such as scans/*.png, or an address."))
        found: list[str | Path] = [source]
        if not is_address(source):
            path = at_home(source)
            matching = [] if path.exists() else sorted(glob.glob(str(path), recursive=True))  # noqa: PTH207
            found = [Path(each) for each in matching] or [path]

        async def read() -> None:
            for each in found:
                await self._read(each, each.name if isinstance(each, Path) else "")

        self.start(read)

    async def _read(self, content: str | Path | bytes, name: str) -> None:
        self.phase = "reading"
        arrival = Arrival(on_event=self._on_event)
        suffix = Path(name).suffix.lower()
        try:
            if isinstance(content, str) or suffix in PICTURES:
                events = self._client.ocr.stream(content, **self._ocr_model)
            else:
                events = self._client.documents.stream(content, filename=name)
            await show(events, _Silent(), arrival, model="")
            read = arrival.response
            # Bytes have no name of their own; the reader called them so.
            named = [Page(**{**_fields(page), "name": name or page.name}) for page in read.pages]
            await self._add(named, read.sandbox)
            self.phase = "ready"
        except asyncio.CancelledError:
            self.phase = "stopped"
            raise
        except Exception:
            self.phase = "failed"
            raise

    def _on_event(self, response: Response, event: Event) -> None:
        match event:
            case Notice(text=text):
                self.tell("note", text=text)
            case PageRead():
                self.phase = "drawing"

    async def _add(self, read: list[Page], sandbox: bool) -> None:
        for page in read:
            picture = await asyncio.to_thread(seen, page) if page.image else b""
            self._pages.append(page)
            self._seen.append(picture)
            self._sandbox = self._sandbox or sandbox
            self.tell("page", [picture], page=self._facts(page))

    def _take(self, response: Response) -> None:
        self._pages += response.pages
        self._seen += [seen(page) if page.image else b"" for page in response.pages]
        self._sandbox = response.sandbox

    def _facts(self, page: Page) -> dict[str, Any]:
        from ...values.markdown import table_rows

        sizes = [[len(rows) - 1, len(rows[0])] for rows in table_rows(page.text)]
        return {**facts(page), "tables": sizes, "sandbox": self._sandbox}

    def _to_frame(self, page: int, table: int) -> str:
        """Put a table into the notebook's variables, under a name that is free."""
        frame = self._pages[page].tables[table]
        shell = getattr(getattr(self.comm, "kernel", None), "shell", None)
        if shell is None:
            raise SettingsError(tr("There is no notebook here: take viewer.pages[n].tables."))
        stem = re.sub(r"\W+", "_", Path(self._pages[page].name).stem, flags=re.ASCII).strip("_")
        stem = f"table_{stem}" if not stem or stem[0].isdigit() else stem
        base = f"{stem.lower()}_{table + 1}"
        names = [base, *(f"{base}_{number}" for number in range(2, 1000))]
        name = next(each for each in names if each not in shell.user_ns)
        shell.user_ns[name] = frame
        return name

    def _ask(self, text: str, index: int) -> None:
        if not text.strip():
            return
        if not 0 <= index < len(self._pages):
            raise SettingsError(tr("Read a document first: there is nothing to ask about."))
        page = self._pages[index]
        part = page.text[:LONGEST]
        size = tr(
            "{count:,} of {count2:,} characters of {name}",
            count=len(part),
            count2=len(page.text),
            name=page.name,
        )
        prompt = f"{text.strip()}\n\n````markdown\n{part}\n````"
        events = self._client.chat.stream(prompt, **self._model)
        exchange = Exchange(text=text.strip())
        self.start(lambda: self._answer(exchange, events, Context(inserted=[size])))
        self._exchange = exchange
        self.tell("asked", exchange=self._shown())

    async def _answer(self, exchange: Exchange, events: Any, context: Context) -> None:
        view = LiveAnswer(Pieces(exchange, self.tell), context)

        def on_event(response: Response, event: Event) -> None:
            exchange.response = response
            view.on_event(response, event)

        self.phase = "answering"
        arrival = Arrival(on_event=on_event)
        try:
            await show(events, view, arrival, model=self._model.get("model", tr("the model")))
            self.phase = "ready"
        except asyncio.CancelledError:
            self.phase = "stopped"
            raise
        except Exception as error:
            exchange.error = said(error)
            self.phase = "failed"
        finally:
            exchange.response, exchange.settled = arrival.response, True
            self.tell("settled", outcome=exchange.outcome)

    def _shown(self) -> dict[str, Any] | None:
        if (exchange := self._exchange) is None:
            return None
        pieces = list(exchange.pieces.items())
        return {"text": exchange.text, "pieces": pieces, **exchange.outcome}


class _Silent:
    """A view that draws nothing: what was read is shown once it is complete."""

    def start(self, model: str) -> None:
        pass

    def on_event(self, response: Response, event: Event) -> None:
        pass

    def finish(self, response: Response) -> None:
        pass


def _fields(page: Page) -> dict[str, Any]:
    return {name: getattr(page, name) for name in page.__struct_fields__}
