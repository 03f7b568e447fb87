"""A panel for the knowledge of a custom model: its files and its Q&A table."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from traitlets import Unicode

from ...events import Progress
from ...kernel.loop import loop
from ...language import tr
from ...values.knowledge import KnowledgeFile, Qa
from ...views import knowledge as views
from ...views.safe.look import LONGEST_NAME, clipped, one_line
from ...views.safe.markdown import render
from ..panel.frame import Height
from ..panel.panel import Buffers, Command, Panel, said
from ..uploads.uploads import Upload, Uploads

TYPES = (".pdf", ".docx", ".xlsx", ".txt", ".pptx")
LIMIT = 100_000_000 - 1
QUESTION, ANSWER = 200, 1_000
# How often the service is asked whether it has read a file, in seconds: soon at first.
SOON, LATE = 0.4, 3.0
# Of a file so many characters are shown.
LONGEST = 200_000


class KnowledgeClient(Protocol):
    """The part of a client that the panel uses."""

    def knowledge(self, service_id: str) -> Any: ...


class KnowledgePanel(Panel):
    """
    See and change what a custom model knows: its files, and its questions and answers.

    ``service_id`` is the model's; ``client``, else the usual one, asks for it. Files are dropped
    in, looked into and deleted; questions and their answers are changed where they stand. What it
    shows is in ``panel.files`` and ``panel.pairs``.

    Raises `SettingsError` for what is no service id, and when there is no client to be had.
    """

    file = "panel"
    service = Unicode(help="The id of the custom model.").tag(sync=True)

    def __init__(
        self,
        service_id: str,
        *,
        client: KnowledgeClient | None = None,
        height: Height = "",
        layout: Any = None,
    ) -> None:
        super().__init__(height=height, layout=layout)
        known = self.client_for(client).knowledge(service_id)
        self.service = known.service_id
        self._known = known
        self._files: list[KnowledgeFile] = []
        self._pairs: list[Qa] = []
        self._sending: dict[str, dict[str, Any]] = {}
        self._error = ""
        self._works: set[asyncio.Task[None]] = set()
        self._watch: asyncio.Task[None] | None = None
        # One after the other: a service reads them in that order anyway.
        self._turn = asyncio.Lock()
        self.uploads = Uploads(self.tell, self._received, limit=LIMIT, accept=TYPES)
        self.refresh()

    @property
    def files(self) -> tuple[KnowledgeFile, ...]:
        """The files as they were listed last."""
        return tuple(self._files)

    @property
    def pairs(self) -> tuple[Qa, ...]:
        """The Q&A table as it was listed last."""
        return tuple(self._pairs)

    def refresh(self) -> None:
        """List all again. Returns at once."""
        loop().call_soon_threadsafe(self.perform, self._begin, self._refresh)

    def close(self) -> None:
        """End what it is working on, and take the panel out of the page."""
        if self._open:
            loop().call_soon_threadsafe(self._end)
        super().close()

    def obey(self, command: Command, buffers: Buffers) -> None:
        match command:
            case {"kind": "refresh"}:
                self._begin(self._refresh)
            case {"kind": "show", "id": str(name), "view": view}:
                self._begin(lambda: self._show(name, view))
            case {"kind": "delete", "id": str(name)}:
                self._begin(lambda: self._delete(name))
            case {"kind": "give-up", "id": str(name)}:
                self._give_up(name)
            case {"kind": "write", "id": str(name), "question": str(q), "answer": str(a), **rest}:
                self._begin(lambda: self._write(name, q, a, rest.get("view")))
            case {"kind": "remove", "id": str(name)}:
                self._begin(lambda: self._remove(name))

    def state(self) -> tuple[dict[str, Any], list[bytes]]:
        facts = {"files": self._file_rows(), "pairs": self._pair_rows()}
        sending = list(self._sending.values())
        limits = {"question": QUESTION, "answer": ANSWER}
        return {**facts, "sending": sending, "error": self._error, "limits": limits}, []

    def still(self) -> tuple[str, str]:
        files = views.files(self.service, self._files)
        pairs = views.pairs(self.service, self._pairs)
        html = f"{files['text/html']}<br>{pairs['text/html']}"
        return html, f"{files['text/plain']}\n\n{pairs['text/plain']}"

    def _received(self, upload: Upload) -> None:
        self._sending[upload.id] = {
            "id": upload.id,
            "name": upload.name,
            "state": "waiting",
            "fraction": None,
            "error": "",
        }
        self._tell_sending()
        work = self._begin(lambda: self._upload(upload))
        work.set_name(upload.id)

    async def _upload(self, upload: Upload) -> None:
        row = self._sending[upload.id]
        try:
            async with self._turn:
                events = self._known.files.uploading(upload.content, filename=upload.name)
                async for event in events:
                    if isinstance(event, Progress):
                        row |= {"state": event.state, "fraction": event.fraction}
                        self._tell_sending()
        except asyncio.CancelledError:
            self._sending.pop(upload.id, None)
            self._tell_sending()
            raise
        except Exception as error:
            # In its own row: another file's trouble may stand above.
            row |= {"state": "failed", "error": said(error)}
            self._tell_sending()
            return
        self._sending.pop(upload.id, None)
        self._tell_sending()
        await self._list_files()

    def _give_up(self, name: str) -> None:
        """Cancel the upload of a file, or remove the row of a failed one."""
        for work in self._works:
            if work.get_name() == name:
                work.cancel()
        if self._sending.pop(name, None):
            self._tell_sending()

    async def _refresh(self) -> None:
        self.phase = "loading"
        try:
            await self._list_files()
            await self._list_pairs()
            self._error = ""
        except Exception as error:
            # For a view that is not there yet as well.
            self._error = said(error)
            self.phase = "failed"
        else:
            self.phase = "ready"
        self.tell("listing", error=self._error)

    async def _list_files(self) -> None:
        self._files = [file async for file in self._known.files.list()]
        self.tell("files", rows=self._file_rows())
        self.settle()
        reading = any(file.state == "UPLOADING" for file in self._files)
        if reading and (self._watch is None or self._watch.done()):
            self._watch = self._begin(self._follow)

    async def _follow(self) -> None:
        """List the files until the service has read them all."""
        pause = SOON
        while any(file.state == "UPLOADING" for file in self._files):
            await asyncio.sleep(pause)
            pause = min(LATE, pause * 1.4)
            await self._list_files()

    async def _list_pairs(self) -> None:
        self._pairs = [pair async for pair in self._known.qa.list()]
        self.tell("pairs", rows=self._pair_rows())
        self.settle()

    async def _show(self, name: str, view: object) -> None:
        found = await self._known.files.get(name)
        text = found.content
        note = tr("{count:,} characters", count=len(text))
        if len(text) > LONGEST:
            note += tr(", of which {longest:,} are shown", longest=LONGEST)
        html = await asyncio.to_thread(render, text[:LONGEST])
        self.tell("content", to=view, id=name, title=one_line(found.title), note=note, html=html)

    async def _delete(self, name: str) -> None:
        title = next((each.title for each in self._files if each.id == name), name)
        await self._known.files.delete(name)
        self.tell("gone", id=name)
        self.tell("told", text=tr("Deleted: {title}", title=one_line(title)))
        await self._list_files()

    async def _write(self, name: str, question: str, answer: str, view: object) -> None:
        """Change a row, or add one where ``name`` is empty."""
        try:
            if name:
                await self._known.qa.update(name, question, answer)
            else:
                await self._known.qa.add(question, answer)
        except Exception as error:
            self.tell("refused", to=view, id=name, text=said(error))
            return
        self.tell("written", to=view, id=name)
        await self._list_pairs()

    async def _remove(self, name: str) -> None:
        asked = next((each.question for each in self._pairs if each.id == name), name)
        await self._known.qa.delete(name)
        self.tell("told", text=tr("Deleted: {asked}", asked=clipped(one_line(asked), LONGEST_NAME)))
        await self._list_pairs()

    def _begin(self, work: Callable[[], Coroutine[Any, Any, None]]) -> asyncio.Task[None]:
        """Start a task beside others; an error that it raises is shown."""
        task = loop().create_task(self._guard(work))
        self._works.add(task)
        task.add_done_callback(self._works.discard)
        return task

    def _end(self) -> None:
        for work in self._works:
            work.cancel()

    def _tell_sending(self) -> None:
        self.tell("sending", rows=list(self._sending.values()))

    def _file_rows(self) -> list[dict[str, Any]]:
        return [
            {
                "id": file.id,
                "title": one_line(file.title),
                "state": file.state,
                "snippet": one_line(file.snippet),
                "created": one_line(file.created[:10]),
                "sandbox": file.sandbox,
            }
            for file in self._files
        ]

    def _pair_rows(self) -> list[dict[str, Any]]:
        return [
            {"id": pair.id, "question": pair.question, "answer": pair.answer}
            for pair in self._pairs
        ]
