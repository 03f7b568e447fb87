"""Long work below its cell: how far it is, and in its place the result."""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator, Sequence

from ..errors import SophNetError, Stopped
from ..events import Event, ImageReady, Notice, Progress
from ..kernel.loop import run
from ..kernel.output import Cell
from ..response import Arrival, Response
from ..views import images
from ..views.answer import Context, bundle, closing_words
from ..views.control_characters import plain
from ..views.live import show
from ..views.progress import LiveProgress, NoProgress, TerminalProgress
from .session import Session

View = LiveProgress | TerminalProgress | NoProgress


class Following:
    """One piece of long work, shown where this cell's output goes."""

    def __init__(self, session: Session, labels: Sequence[str]) -> None:
        self._session = session
        self._cell = Cell(session.shell)
        self._view = _view(self._cell, labels)
        self._open: dict[str, None] = {}

    def settle(self, events: AsyncGenerator[Event, None], *, out: str | None = None) -> Response:
        """
        Wait for the answer, show it, and store it as ``out`` too.

        An interrupt keeps what had come and raises `Stopped`; an error of ours keeps it as well.
        """
        context, arrival = Context(), Arrival(on_event=self._on_event)
        try:
            response = run(show(events, self._view, arrival, model=""))
        except KeyboardInterrupt:
            if self._open:
                arrival.add(Notice(text=_goes_on(list(self._open))))
            partial = arrival.end("stopped")
            self._draw(partial, context)
            self._session.keep(partial, out)
            raise Stopped(response=partial) from None
        except SophNetError as error:
            error.response = arrival.response
            self._draw(arrival.response, context)
            self._session.keep(arrival.response, out)
            raise
        self._draw(response, context)
        self._session.drew(response, context, out)
        return response

    def _on_event(self, response: Response, event: Event) -> None:
        match event:
            case Progress(task_id=task_id) if task_id:
                self._open[task_id] = None
            case ImageReady(picture=picture):
                self._open.pop(picture.task_id, None)
        self._view.on_event(response, event)

    def _draw(self, response: Response, context: Context) -> None:
        if self._cell.place == "terminal":
            pieces = [plain(response.text), images.lines(response.images)]
            said = "\n".join(filter(None, [*pieces, closing_words(response, context)]))
            sys.stdout.write(said + "\n")
            return
        place = self._view.display_id if isinstance(self._view, LiveProgress) else None
        self._cell.publish(bundle(response, context), display_id=place, update=place is not None)


def _view(cell: Cell, labels: Sequence[str]) -> View:
    if cell.place == "terminal":
        return TerminalProgress(labels)
    return LiveProgress(cell, labels) if cell.watched else NoProgress()


def _goes_on(ids: Sequence[str]) -> str:
    what = f"{len(ids)} tasks" if len(ids) > 1 else "the task"
    return f"The service goes on with {what}: %sophnet tasks lists them, and waits for one again."
