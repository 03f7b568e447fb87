"""The files that a custom model searches."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from pathlib import Path

from ....errors import (
    BalanceExhausted,
    KeyRejected,
    KnowledgeNotReady,
    NotFound,
    RateLimited,
    ServiceError,
    SettingsError,
    SophNetError,
    TimedOut,
)
from ....events import Progress
from ....language import mark, tr
from ....options.words import checks_keywords
from ....values.knowledge import KnowledgeContent, KnowledgeFile
from ....wire.call import Call, Reply, segment
from ....wire.files.download import Downloader
from ....wire.files.multipart import Multipart, file
from ....wire.files.upload import Content, sending
from ....wire.retry import ANSWER, PAID_TASK, READ
from ....wire.wire import Wire
from .. import references
from ..access import SERVICE, checked, is_sandbox
from .answer import named, read_content, read_file
from .pages import one, rows

# "支持pdf,docx,xlsx,txt,pptx格式,大小<100MB", "最多300个有效文件"
TYPES = ("pdf", "docx", "xlsx", "txt", "pptx")
LIMIT = 100_000_000 - 1
MOST = 300
# These say what is wrong already, and no state of a file explains them.
PLAIN = (NotFound, KeyRejected, BalanceExhausted, RateLimited)


@checks_keywords("knowledge.files")
class KnowledgeFiles:
    """The files of one custom model. A new one is ``UPLOADING`` until the service has read it."""

    def __init__(self, wire: Wire, downloads: Downloader, *, path: str) -> None:
        self._wire = wire
        self._downloads = downloads
        self._path = f"{path}/files"

    async def upload(self, document: str | Content, *, filename: str = "") -> KnowledgeFile:
        """
        Upload a file, and return its row, which then is ``UPLOADING``.

        ``document`` is a path, bytes or a file that is open in binary mode, under 100 MB; the last
        two need a ``filename``. It is read from disk while it is sent. Raises `SettingsError` for
        what the service does not take (a type, its size, a 301st file), before it is sent, and
        `SophNetError`.
        """
        async with aclosing(self.uploading(document, filename=filename)) as events:
            async for item in events:
                if isinstance(item, KnowledgeFile):
                    return item
        raise AssertionError("an upload ends with its file, or raises")

    def uploading(
        self, document: str | Content, *, filename: str = ""
    ) -> AsyncGenerator[Progress | KnowledgeFile, None]:
        """
        Like `upload`, but yields `Progress` while it is sent, and at last the file.

        ``document`` and ``filename`` are those of `upload`.
        """
        content = Path(document) if isinstance(document, str) else document
        part = file("file", content, filename=filename, limit=LIMIT)
        check_type(part.filename)
        return self._uploading(Multipart(part))

    async def _uploading(self, body: Multipart) -> AsyncGenerator[Progress | KnowledgeFile, None]:
        await self._check_room()
        # What may have been carried out is not sent again: it would stand there twice.
        call = Call(method="POST", path=self._path, upload=body)
        work = self._wire.fetch(call, retry=PAID_TASK)
        async with aclosing(sending(body, work)) as events:
            async for item in events:
                if isinstance(item, Reply):
                    yield read_file(named(item), sandbox=is_sandbox(item.headers))
                else:
                    yield item

    async def list(self) -> AsyncGenerator[KnowledgeFile, None]:
        """
        All files, requested page by page as you iterate.

        Collect them before you delete any: what follows a deleted one moves up, past your place.
        Raises `SophNetError`.
        """
        async with aclosing(rows(self._wire, self._path)) as found:
            async for row, sandbox in found:
                yield read_file(row, sandbox=sandbox)

    async def get(self, which: KnowledgeFile | str) -> KnowledgeContent:
        """
        The text that the service has extracted from a file: ``which`` is a file or its id.

        Raises `KnowledgeNotReady` while it is ``UPLOADING`` and after an ``ERROR``, `NotFound`, and
        `SophNetError`.
        """
        reply = await self._wire.fetch(Call(method="GET", path=self._at(which)), retry=READ)
        row = await self._explained(reply, which, mark("shown"))
        return read_content(row, sandbox=is_sandbox(reply.headers))

    async def delete(self, which: KnowledgeFile | str) -> None:
        """
        Remove a file for good: ``which`` is a file or its id.

        Raises `KnowledgeNotReady` while it is ``UPLOADING``, `NotFound`, and `SophNetError`.
        """
        reply = await self._wire.fetch(Call(method="DELETE", path=self._at(which)), retry=ANSWER)
        await self._explained(reply, which, mark("deleted"), answers=False)

    async def download(self, which: KnowledgeFile | str) -> bytes:
        """
        The file itself, as it was uploaded: ``which`` is a file or its id.

        The key goes with it only to the origin that was configured. Raises as `get` does.
        """
        found = await self.get(which)
        if not found.download_url:
            raise SettingsError(tr("The service names no address for {title}.", title=found.title))
        return await references.source(self._wire, self._downloads, found.download_url, limit=LIMIT)

    async def wait_enabled(
        self,
        which: KnowledgeFile | str,
        *,
        within: float = 600,
        every: float = 2,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> KnowledgeFile:
        """
        Wait until the file ``which`` is searched, at most ``within`` seconds.

        It looks every ``every`` seconds, by the clock ``now``, and waits by ``sleep``.
        Raises `KnowledgeNotReady` when it ends as ``ERROR`` or ``NOT_ENABLED``, `NotFound` when it
        is gone, `TimedOut`, and `SophNetError`.
        """
        deadline = now() + within
        while True:
            found = await self.find(which)
            if found.state == "ENABLED":
                return found
            if found.state != "UPLOADING":
                raise KnowledgeNotReady(
                    service=SERVICE, title=found.title, state=found.state, what=mark("searched")
                )
            if now() >= deadline:
                raise TimedOut(service=SERVICE, limit="wait_enabled", seconds=within)
            await sleep(min(every, max(0.0, deadline - now())))

    async def find(self, which: KnowledgeFile | str) -> KnowledgeFile:
        """The current row of the file ``which``; only the list has its state. Raises `NotFound`."""
        name = which if isinstance(which, str) else which.id
        async with aclosing(self.list()) as files:
            async for found in files:
                if found.id == name:
                    return found
        raise NotFound(
            service=SERVICE, status=404, message=tr("there is no file {name} any more", name=name)
        )

    def _at(self, which: KnowledgeFile | str) -> str:
        name = which if isinstance(which, str) else which.id
        if not name.strip():
            raise SettingsError(tr("Say which file: its id."))
        return f"{self._path}/{segment(name)}"

    async def _check_room(self) -> None:
        """Raise `SettingsError` at the limit of files; those that failed do not count."""
        total = (await one(self._wire, self._path)).total or 0
        if total < MOST:
            return
        states = [found.state async for found in self.list()]
        if len(states) - states.count("ERROR") >= MOST:
            raise SettingsError(
                tr(
                    "This service has {most} files, and it takes no more: delete one first.",
                    most=MOST,
                )
            )

    async def _explained(
        self, reply: Reply, which: KnowledgeFile | str, what: str, *, answers: bool = True
    ) -> dict[str, object]:
        """The result; an error caused by the file's state becomes `KnowledgeNotReady`."""
        try:
            return named(reply) if answers else checked(reply)
        except PLAIN:
            raise
        except ServiceError as error:
            refused = error
        try:
            found = await self.find(which)
        except SophNetError:
            # What the service has said is worth more than why we cannot explain it.
            raise refused from None
        barred = ("UPLOADING",) if what == "deleted" else ("UPLOADING", "ERROR")
        if found.state not in barred:
            raise refused from None
        raise KnowledgeNotReady(
            service=refused.service,
            title=found.title,
            state=found.state,
            what=what,
            status=refused.status,
            message=refused.message,
        ) from None


def check_type(name: str) -> None:
    """Raise `SettingsError` for a file that the service does not take, by the name's ending."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending in TYPES:
        return
    instead = ""
    if ending in ("doc", "xls", "ppt"):
        instead = tr(" Save it as .{ending}x and add that.", ending=ending)
    elif ending in ("docm", "xlsm", "pptm"):
        instead = tr(" It may hold macros: save it as .{ending}x and add that.", ending=ending[:-1])
    elif ending in ("md", "csv", "html", "json"):
        instead = tr(" Save its text as .txt and add that.")
    raise SettingsError(
        tr(
            "{name} is no file that a knowledge base takes: {types}, told by the ending of "
            "its name.{instead}",
            name=name,
            types=", ".join(TYPES),
            instead=instead,
        )
    )
