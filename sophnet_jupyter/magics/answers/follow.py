"""Progress of long work below its cell, replaced by the result when it is done."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator, Callable, Sequence
from io import StringIO
from pathlib import Path
from typing import TextIO

from ...errors import SophNetError, Stopped
from ...events import Event, Finished, ImageReady, Notice, Progress, VideoReady
from ...kernel import running
from ...kernel.loop import run
from ...kernel.output import Cell
from ...kernel.running import HungUp
from ...language import mark, tr
from ...response import Arrival, Response
from ...views.answer import Context, bundle
from ...views.live.answer import View, show
from ...views.live.progress import LiveProgress, NoProgress, TerminalProgress
from ...views.safe.control_characters import plain
from ..background.handle import Background
from ..background.job_views import HUNG_UP, Below, CancelNote, fail, failure, note
from ..session.session import KernelSession
from .settle import named

GOES_ON = mark(
    "Cancel ends the waiting; the service goes on with a task that it has begun, "
    "and %sophnet tasks keeps it."
)
CALLED_OFF = mark("Cancel calls it off, at the service too.")


class Following:
    """Progress and result of long work, in this cell's output: a line for each label."""

    def __init__(self, session: KernelSession, labels: Sequence[str]) -> None:
        self._session = session
        self._labels = labels
        self._cell = Cell(session.shell)
        self._view: View = _view(self._cell, labels)
        self._out: TextIO = sys.stdout
        self._on_cancel = GOES_ON
        self._open: dict[str, None] = {}
        self.in_background = False
        """Whether the result comes when the cell has ended."""

    def follow(
        self,
        events: AsyncGenerator[Event, None],
        *,
        asked: str,
        background: bool = False,
        out: str | None = None,
        context: Context | None = None,
        save: Sequence[str] = (),
        on_cancel: str = HUNG_UP,
    ) -> Response | Background:
        """
        Show work and its result, store it as ``out``, and ``save`` it to each path.

        In the ``background`` the cell ends at once, with a handle and a button that cancels, and
        ``asked`` is what `%sophnet jobs` calls it. ``on_cancel`` is a sentence on what cancelling
        does: `GOES_ON`, `CALLED_OFF`, `HUNG_UP`. Otherwise as `settle`.
        """
        self._on_cancel = on_cancel
        context = context or Context()
        if background:
            self.in_background = True
            work = _InBackground(self, events, context, save)
            return self._session.jobs.start(
                work.ask, context, prompt=asked, out=out, place=work.place
            )
        response = self.settle(events, out=out, context=context)
        for path in save:
            sys.stdout.write(self._session.save(response, path) + "\n")
        return response

    def settle(
        self,
        events: AsyncGenerator[Event, None],
        *,
        out: str | None = None,
        context: Context | None = None,
    ) -> Response:
        """
        Wait for the answer, show it, and store it as ``out`` too.

        An interrupt keeps what had come and raises `Stopped`; an error of ours keeps it as well.
        What stops this work alone makes what had come the response.
        """
        context, one = context or Context(), running.begin(self._session.shell)
        arrival = Arrival(on_event=named(one, self))
        try:
            response = run(show(events, self, arrival, model=""), one=one)
        except HungUp:
            self._note_what_goes_on(arrival)
            response = arrival.response
        except KeyboardInterrupt:
            self._note_what_goes_on(arrival)
            partial = arrival.end("stopped")
            self._draw(partial, context)
            self._session.keep(partial, out)
            raise Stopped(response=partial) from None
        except SophNetError as error:
            error.response = arrival.response
            self._draw(arrival.response, context)
            self._session.keep(arrival.response, out)
            raise
        finally:
            running.end(one, arrival.response.ending)
        self._draw(response, context)
        self._session.remember_shown(response, context, out)
        return response

    # What draws while the events come, on the loop's thread.

    def start(self, model: str) -> None:
        self._view.start(model)

    def on_event(self, response: Response, event: Event) -> None:
        match event:
            case Progress(task_id=task_id) if task_id:
                self._open[task_id] = None
            case ImageReady(image=result) | VideoReady(video=result):
                self._open.pop(result.task_id, None)
            case Finished():
                self._open.clear()
        self._view.on_event(response, event)

    def finish(self, response: Response) -> None:
        self._view.finish(response)

    def _note_what_goes_on(self, arrival: Arrival) -> None:
        if self._open and self._on_cancel != CALLED_OFF:
            arrival.add(Notice(text=_goes_on(list(self._open))))

    def _draw(self, response: Response, context: Context) -> None:
        data = bundle(response, context)
        if self._cell.place == "terminal":
            self._out.write(data["text/plain"] + "\n")
            return
        self._publish(data)

    def _publish(self, data: dict[str, str]) -> None:
        """Replace the progress by the result."""
        place = self._view.display_id if isinstance(self._view, LiveProgress) else None
        self._cell.publish(data, display_id=place, update=place is not None)


class _InBackground:
    """A view of long work that goes on after its cell has ended: see `job_views.JobView`."""

    def __init__(
        self,
        following: Following,
        events: AsyncGenerator[Event, None],
        context: Context,
        save: Sequence[str],
    ) -> None:
        self.view: View = following
        self._following = following
        self._cell = following._cell
        self._events = events
        self._context = context
        self._save = save
        self._saved: list[str] = []
        self._note: CancelNote | None = None

    def place(self, waits: bool) -> _InBackground:
        following = self._following
        if self._cell.place == "terminal" and not waits:
            # Somebody is typing there now.
            following._view, following._out = NoProgress(), StringIO()
        return self

    @property
    def text(self) -> str:
        out = self._following._out
        return out.getvalue() if isinstance(out, StringIO) else ""

    async def ask(self, view: View, arrival: Arrival) -> Response:
        response = await show(self._events, view, arrival, model="")
        for path in self._save:
            self._saved.append(_saved(await asyncio.to_thread(response.save, path)))
        return response

    def begin(self, number: int, cancel: Callable[[], object]) -> None:
        if self._cell.place != "terminal":
            self._note = CancelNote(self._cell)
            below = Below(self._cell)
            below.hide(self._note.begin(number, cancel, self._following._on_cancel))
            self._following._view = LiveProgress(below, self._following._labels)

    def end(self, arrival: Arrival, error: Exception | None) -> None:
        following = self._following
        if isinstance(error, Stopped):
            following._note_what_goes_on(arrival)
            error.response = arrival.response
        following._draw(arrival.response, self._context)
        if self._cell.place == "terminal":
            words = [*self._saved, failure(error) if self.text else ""]
            following._out.write("".join(f"{line}\n" for line in words if line))
            return
        for saved in self._saved:
            self._cell.publish(note(saved))
        if self._note:
            fail(self._cell, error)
            self._note.end()


def _view(cell: Cell, labels: Sequence[str]) -> View:
    if cell.place == "terminal":
        return TerminalProgress(labels)
    return LiveProgress(cell, labels) if cell.watched else NoProgress()


def _saved(paths: Sequence[Path]) -> str:
    return plain(tr("saved: {paths}", paths=", ".join(map(str, paths))))


def _goes_on(ids: Sequence[str]) -> str:
    what = tr("{count} tasks", count=len(ids)) if len(ids) > 1 else tr("the task")
    return tr(
        "The service goes on with {what}: %sophnet tasks lists them, and waits for one again.",
        what=what,
    )
