"""
Files that a reader hands over in the browser, received in pieces, also while a cell runs.

A panel that takes files puts an `Uploads` into its ``uploads``; `drop_zone.js` is the other end.
The browser says what comes and sends pieces, a few ahead of what it was told has arrived; it may
take the file back at any time. Where it just falls silent, the file is given up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path
from typing import Any, Protocol
from weakref import finalize

from ...errors import SophNetError, sizes, why
from ...files.disk import in_thread
from ...language import tr
from ...settings.secret import scrub
from ...time_limit import within
from .store import InMemory, OnDisk, delete

# Up to here a file is kept as bytes, without touching the disk.
SMALL = 4_000_000
# So many at a time, each of which has pieces of a megabyte waiting.
AT_ONCE = 8
# The browser sends four pieces ahead. One that sends more does not keep to it.
AHEAD = 8
# Seconds without a piece after which nobody is there any more: a page that was closed does not
# always say so.
PATIENCE = 20.0
LONGEST_NAME = 120


class SendToViews(Protocol):
    """The panel's function that sends a message to its views."""

    def __call__(self, kind: str, **facts: Any) -> None: ...


@dataclass(eq=False)
class Upload:
    """
    A file that came. ``content`` is its bytes, or if it is large the `Path` of a file.

    ``name`` is what the reader calls it, ``mime`` what the browser takes it for: both are claims.
    ``purpose`` is the word of the place where it was dropped, ``view`` the view that it came from.
    The file is for its owner alone to read, and is deleted when this object is, or by `discard`.
    """

    name: str
    content: bytes | Path
    _: KW_ONLY
    size: int
    mime: str = ""
    purpose: str = ""
    view: str = ""
    id: str = ""

    def __post_init__(self) -> None:
        if isinstance(self.content, Path):
            finalize(self, delete, self.content)

    def read(self) -> bytes:
        """All of it. Blocking; raises `OSError`."""
        return self.content if isinstance(self.content, bytes) else self.content.read_bytes()

    def discard(self) -> None:
        """Delete the file now."""
        if isinstance(self.content, Path):
            delete(self.content)

    def __repr__(self) -> str:
        return f"<Upload {self.name!r} · {self.size:,} bytes>"


@dataclass(eq=False, kw_only=True)
class _Arrival:
    """An upload in progress."""

    id: str
    view: str
    name: str
    mime: str
    purpose: str
    size: int
    pieces: asyncio.Queue[memoryview] = field(default_factory=asyncio.Queue)
    queued: int = 0
    task: asyncio.Task[None] | None = None


class Uploads:
    """
    The files that a panel takes: at most ``limit`` bytes each.

    ``accept`` names endings (``.pdf``) and types (``image/*``), none for all files. ``received``
    is called with each `Upload` on the loop's thread, and awaited if it is a coroutine; an error
    that it raises is shown beside the file. Up to ``in_memory`` bytes a file is kept as bytes.
    """

    patience = PATIENCE

    def __init__(
        self,
        tell: SendToViews,
        received: Callable[[Upload], object],
        *,
        limit: int,
        accept: Sequence[str] = (),
        in_memory: int = SMALL,
    ) -> None:
        self._tell = tell
        self._received = received
        self._limit = limit
        self._accept = tuple(accept)
        self._in_memory = in_memory
        self._arriving: dict[str, _Arrival] = {}

    @property
    def rules(self) -> dict[str, Any]:
        """The limits for the browser, so that it need not send what would be refused."""
        return {"limit": self._limit, "accept": list(self._accept)}

    def obey(self, command: dict[str, Any], buffers: Sequence[Any]) -> None:
        """Handle a command of the browser, on the loop's thread."""
        match command:
            case {"kind": "upload", "upload": str(key), "view": str(view), "name": str(name)}:
                self._begin(
                    _Arrival(
                        id=key,
                        view=view,
                        name=file_name(name),
                        size=int(command["size"]),
                        mime=str(command["type"]),
                        purpose=str(command["purpose"]),
                    )
                )
            case {"kind": "upload-piece", "upload": str(key), "at": int(at)} if buffers:
                self._take(key, at, memoryview(buffers[0]).cast("B"))
            case {"kind": "upload-cancel", "upload": str(key)}:
                self._drop(key)

    def close(self) -> None:
        """Cancel all uploads in progress."""
        for key in list(self._arriving):
            self._drop(key)

    def _begin(self, arrival: _Arrival) -> None:
        if refusal := self._refusal(arrival):
            self._answer(arrival, refused=refusal)
            return
        self._arriving[arrival.id] = arrival
        arrival.task = asyncio.create_task(self._follow(arrival))

    def _refusal(self, arrival: _Arrival) -> str:
        name, size = arrival.name, arrival.size
        if size <= 0:
            return tr("{name} is empty.", name=name)
        if size > self._limit:
            said, most = sizes(size, self._limit)
            return tr(
                "{name} has {said}; up to {most} can be sent.", name=name, said=said, most=most
            )
        if not accepted(name, arrival.mime, self._accept):
            return tr(
                "{name} is not of a kind that is taken here: {kinds}.",
                name=name,
                kinds=", ".join(self._accept),
            )
        if len(self._arriving) >= AT_ONCE or arrival.id in self._arriving:
            return tr(
                "{many} files are on their way; add {name} when one of them has come.",
                many=AT_ONCE,
                name=name,
            )
        return ""

    def _take(self, key: str, at: int, piece: memoryview) -> None:
        arrival = self._arriving.get(key)
        if arrival is None:
            return  # It was taken back, and this piece was already under way.
        fits = piece and at == arrival.queued and at + len(piece) <= arrival.size
        if not fits or arrival.pieces.qsize() >= AHEAD:
            self._drop(key)
            self._answer(
                arrival, refused=tr("{name} came out of order: add it again.", name=arrival.name)
            )
            return
        arrival.queued += len(piece)
        arrival.pieces.put_nowait(piece)

    def _drop(self, key: str) -> None:
        arrival = self._arriving.pop(key, None)
        if arrival and arrival.task:
            arrival.task.cancel()

    def _answer(self, arrival: _Arrival, **facts: Any) -> None:
        self._tell("upload", to=arrival.view, upload=arrival.id, **facts)

    async def _follow(self, arrival: _Arrival) -> None:
        name = arrival.name
        try:
            taking = self._received(await self._receive(arrival))
            if isinstance(taking, Awaitable):
                await taking
            self._answer(arrival, done=True)
        except TimeoutError:
            self._answer(arrival, refused=tr("{name} stopped coming: add it again.", name=name))
        except OSError as error:
            told = tr("{name} could not be kept: {why}.", name=name, why=why(error))
            self._answer(arrival, refused=told)
        except Exception as error:
            ours = isinstance(error, SophNetError)
            told = str(error) if ours else scrub(f"{type(error).__name__}: {error}")
            self._answer(arrival, refused=told)
        finally:
            if self._arriving.get(arrival.id) is arrival:
                del self._arriving[arrival.id]

    async def _receive(self, arrival: _Arrival) -> Upload:
        store = InMemory() if arrival.size <= self._in_memory else OnDisk()
        try:
            await in_thread(store.open)
            come = 0
            self._answer(arrival, received=come)
            while come < arrival.size:
                async with within(self.patience):
                    piece = await arrival.pieces.get()
                await in_thread(store.write, piece)
                come += len(piece)
                self._answer(arrival, received=come)
            # Made in the thread: if nobody waits for it any more, its file goes with it.
            return await in_thread(_kept, store, arrival)
        finally:
            await in_thread(store.discard)


def _kept(store: InMemory | OnDisk, arrival: _Arrival) -> Upload:
    return Upload(
        arrival.name,
        store.keep(arrival.name),
        size=arrival.size,
        mime=arrival.mime,
        purpose=arrival.purpose,
        view=arrival.view,
        id=arrival.id,
    )


def file_name(name: str) -> str:
    """A name to be shown: the last part of a path, on one line, at most 120 characters."""
    last = name.replace("\\", "/").rpartition("/")[2]
    clean = "".join(letter if letter.isprintable() else "_" for letter in last).strip() or "file"
    return clean if len(clean) <= LONGEST_NAME else f"{clean[:100]}…{clean[-19:]}"


def accepted(name: str, mime: str, accept: Sequence[str]) -> bool:
    """Whether a file has an accepted suffix or MIME type."""
    return not accept or any(
        name.lower().endswith(kind.lower())
        if kind.startswith(".")
        else mime == kind or (kind.endswith("/*") and mime.startswith(kind[:-1]))
        for kind in accept
    )
