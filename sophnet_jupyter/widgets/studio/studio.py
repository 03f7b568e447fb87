"""The base class of both studios: pieces that are made concurrently, and actions on one."""

from __future__ import annotations

import asyncio
import keyword
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing
from typing import Any, ClassVar, Literal, Protocol

from traitlets import default

from ...errors import SettingsError
from ...events import Event
from ...files.disk import in_thread
from ...kernel.loop import loop
from ...language import tr
from ...views.live.progress import said as in_words
from ...views.media import images
from ...views.safe.look import one_line
from ...views.safe.maths import inert
from ..panel.frame import Height
from ..panel.modules import style
from ..panel.panel import Buffers, Command, Panel, said
from .piece import WIDTH, Piece

# So many are under way at once; the others wait here.
AT_ONCE = 4
# A video is paid like so many images.
A_VIDEO = 5
# The gallery keeps so many; a saved notebook shows the newest of each kind.
MOST = 60
STILL_PICTURES, STILL_VIDEOS = 12, 3
# A video or picture travels to the browser as one message.
LARGEST = 64_000_000

Make = Callable[[], AsyncGenerator[Event, None]]


class StudioClient(Protocol):
    """The part of a client that a studio uses."""

    @property
    def images(self) -> Any: ...
    @property
    def videos(self) -> Any: ...
    @property
    def tasks(self) -> Any: ...


class Studio(Panel):
    """
    A form, and a gallery of what was made with it.

    The gallery lives in the kernel, so that it is there again after the page was loaded anew.
    """

    empty: ClassVar[str] = ""
    makes: ClassVar[Literal["image", "video"]] = "image"
    """What it makes, and so which tasks of the service it lists."""

    def __init__(
        self, client: StudioClient | None = None, *, height: Height = "", layout: Any = None
    ) -> None:
        self._pieces: dict[str, Piece] = {}
        self._form: dict[str, Any] = {}
        self._free = asyncio.Semaphore(AT_ONCE)
        self._checks: set[asyncio.Task[None]] = set()
        super().__init__(height=height, layout=layout)
        self._client = self.client_for(client)

    @default("_css")
    def _default_css(self) -> str:
        return style("studio/studio.css")

    @property
    def made(self) -> list[Any]:
        """What has been made: `Picture` and `Video`, the oldest first."""
        return [piece.result for piece in list(self._pieces.values()) if piece.result]

    def obey(self, command: Command, buffers: Buffers) -> None:
        match command:
            case {"kind": "cancel", "piece": str(name)}:
                self._cancel(self._piece(name))
            case {"kind": "remove", "piece": str(name)}:
                self._remove(self._piece(name))
            case {"kind": "take", "piece": str(name), "name": str(variable)}:
                self._take(self._piece(name), variable.strip())
            case {"kind": "list-tasks"}:
                self._aside(self._list_tasks)
            case {"kind": "fetch-task", "task": str(name)}:
                self._aside(lambda: self._fetch_task(name))
            case {"kind": "data", "piece": str(name), "view": view}:
                self._hand_over(self._piece(name), str(view))

    def state(self) -> tuple[dict[str, Any], list[bytes]]:
        pieces = list(self._pieces.values())
        facts = {"pieces": [piece.facts() for piece in pieces], "form": self._form}
        return facts, [piece.thumbnail for piece in pieces]

    def still(self) -> tuple[str, str]:
        pieces = [piece for piece in reversed(self._pieces.values()) if piece.phase != "working"]
        if not pieces:
            return f"<i>{tr(self.empty)}</i>", tr(self.empty)
        pictures = [piece.html for piece in pieces if piece.kind == "image" and piece.html]
        shown = [images.beside(pictures[:STILL_PICTURES], 3 * (WIDTH + images.GAP))]
        shown += [p.html for p in pieces if p.kind == "video" and p.html][:STILL_VIDEOS]
        if any(piece.sandbox for piece in pieces):
            shown.append(f"<div><i>{tr('Made by the sandbox: no real model.')}</i></div>")
        shown += [f"<div>✕ {inert(piece.words)}</div>" for piece in pieces if piece.error]
        return "".join(shown), "\n".join(piece.words for piece in pieces)

    def when_checked(self, check: Callable[[], object], begin: Callable[[], None]) -> None:
        """
        Check in a thread, since a picture that goes along is decoded for it; then begin, on the
        loop's thread. What is refused is drawn, and nothing begins.
        """

        async def checked() -> None:
            await in_thread(check)
            self.perform(begin)

        self._aside(checked)

    def _aside(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do something beside what is made; an error is drawn."""

        async def guarded() -> None:
            try:
                await work()
            except Exception as error:
                self.tell("error", text=said(error))

        task = loop().create_task(guarded())
        self._checks.add(task)
        task.add_done_callback(self._checks.discard)

    async def _list_tasks(self) -> None:
        """Tell what the service itself lists, also tasks that were begun elsewhere."""
        client = self._client
        found = await (client.images if self.makes == "image" else client.videos).list()
        rows = [
            {"id": task.id, "state": in_words(task.state), "model": one_line(task.model)}
            for task in found
        ]
        self.tell("tasks", rows=rows)

    async def _fetch_task(self, name: str) -> None:
        """Wait for a task of the service, and put what comes of it into the gallery."""
        tasks = self._client.tasks
        known = await tasks.find(name)
        prompt = known.asked if known and known.asked else tr("Task {name}", name=one_line(name))
        kind = None if known else self.makes
        piece = Piece(kind=self.makes, prompt=prompt, settings={"prompt": prompt})
        self.begin(piece, lambda: tasks.stream(name, kind=kind))

    def begin(self, piece: Piece, make: Make) -> None:
        """Start making a piece beside the others. On the loop's thread."""
        if len(self._pieces) >= MOST:
            ended = next((p for p in self._pieces.values() if p.phase != "working"), None)
            if ended is None:
                raise SettingsError(
                    tr("{most} are being made already: wait for one of them.", most=MOST)
                )
            self._remove(ended)
        self._pieces[piece.id] = piece
        piece.state = "waiting"
        self._show(piece)
        piece.task = loop().create_task(self._follow(piece, make))
        # Not in the task itself, which never runs if it is cancelled at once.
        piece.task.add_done_callback(lambda task: self._piece_ended(piece, task))
        self._count()

    async def _follow(self, piece: Piece, make: Make) -> str:
        """Make it; what is wrong with it, which is nothing where it is ready."""
        try:
            async with self._free, aclosing(make()) as events:
                async for event in events:
                    if piece.note(event):
                        self._show(piece)
            await asyncio.to_thread(piece.draw)
            return "" if piece.result else tr("Nothing came.")
        except Exception as error:
            return said(error)

    def _piece_ended(self, piece: Piece, task: asyncio.Task[str]) -> None:
        """End the piece and count those under way, in one step: no piece ends before its panel."""
        piece.task = None
        if not task.cancelled():
            error = task.result()
            piece.end("failed" if error else "ready", error)
        else:
            goes_on = (
                (" " + tr("The service goes on with it: Tasks of the service, below, fetches it."))
                if piece.task_id
                else ""
            )
            piece.end("stopped", tr("Stopped.") + goes_on)
        if piece.id in self._pieces:
            self._show(piece)
        self._count()
        self.perform(self.settle)

    def _count(self) -> None:
        working = sum(piece.phase == "working" for piece in self._pieces.values())
        self.phase = "working" if working else "ready"

    def _show(self, piece: Piece) -> None:
        self.tell("piece", [piece.thumbnail], piece=piece.facts())

    def _piece(self, name: str) -> Piece:
        if name not in self._pieces:
            raise SettingsError(tr("That one is not in the gallery any more."))
        return self._pieces[name]

    def _cancel(self, piece: Piece) -> None:
        if piece.task:
            piece.task.cancel()

    def _stop(self) -> None:
        super()._stop()
        for check in self._checks:
            check.cancel()
        for piece in self._pieces.values():
            self._cancel(piece)

    def _remove(self, piece: Piece) -> None:
        self._pieces.pop(piece.id, None)
        self._cancel(piece)
        self.tell("removed", piece=piece.id)
        self.settle()

    def _take(self, piece: Piece, name: str) -> None:
        """Store it in a notebook variable, but never over another value."""
        if not name.isidentifier() or keyword.iskeyword(name):
            raise SettingsError(tr("{name!r} cannot be the name of a variable.", name=name))
        if piece.result is None:
            raise SettingsError(tr("There is nothing to save yet."))
        shell = getattr(getattr(self.comm, "kernel", None), "shell", None)
        if shell is None:
            raise SettingsError(tr("There is no notebook whose variables could be set."))
        ours = [other.result for other in self._pieces.values() if other.variable == name]
        if name in shell.user_ns and not any(shell.user_ns[name] is one for one in ours):
            raise SettingsError(
                tr("{name} is something else in this notebook: take another name.", name=name)
            )
        for other in self._pieces.values():
            if other.variable == name:
                other.variable = ""
                self._show(other)
        shell.user_ns[name] = piece.result
        piece.variable = name
        self._show(piece)

    def _hand_over(self, piece: Piece, view: str) -> None:
        """Send its full data to the view that plays or saves it."""
        if piece.result is None or not piece.result.data:
            raise SettingsError(tr("It was not fetched, so there is nothing to show."))
        if len(piece.result.data) > LARGEST:
            raise SettingsError(
                tr("It is too large for the browser: save it as a variable, and .save(path) it.")
            )
        self.tell("data", [piece.result.data], to=view, piece=piece.id, mime=piece.result.mime)
