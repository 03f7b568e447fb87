"""How far long work is: a line for each piece of it, replaced by the result when that is there."""

from __future__ import annotations

import asyncio
import base64
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from shutil import get_terminal_size
from typing import TextIO

from ...events import Event, ImageReady, Notice, Progress, VideoReady
from ...files.lines import lines
from ...language import mark, tr
from ...response import Response
from ...values.image import Image
from ...values.video import Video
from ..media.thumbnails import small
from ..safe.look import FAINT, LINE, SMALL, WRAP, clipped, one_line, words
from .answer import Surface

# Updates a second at most; and at least one in so many seconds, so that the time goes on.
RATE = 4
TICK = 0.5
# Words for what services, and we ourselves, call a state.
SAID = {
    "submitting": mark("sending"),
    "submitted": mark("sent"),
    "queued": mark("waiting in the queue"),
    "pending": mark("waiting in the queue"),
    "waiting": mark("waiting in the queue"),
    "suspended": mark("held up at the service"),
    "doing": mark("running"),
    "running": mark("running"),
    "processing": mark("running"),
    "uploaded": mark("sent, waiting for the answer"),
    "opening": mark("opening the picture"),
    "fetching": mark("fetching the result"),
    "succeeded": mark("made, not fetched yet"),
    "successed": mark("made, not fetched yet"),
}
# A bar in a terminal.
CELLS = 20
_BAR = "background:rgba(128,128,128,.25);border-radius:3px;flex:1;height:6px;overflow:hidden"
_FILL = "background:#1f77c9;border-radius:3px;height:6px"
_LINE = f"{SMALL};align-items:center;display:flex;gap:12px;margin:4px 0;max-width:720px"
_THUMBNAIL = f"border:{LINE};border-radius:4px;height:48px;width:auto"


@dataclass(slots=True, kw_only=True)
class Step:
    """One piece of work. ``began`` and ``ended`` are of the clock, None where not yet."""

    label: str
    state: str = ""
    fraction: float | None = None
    task_id: str = ""
    problem: str = ""
    began: float | None = None
    ended: float | None = None
    thumbnails: list[bytes] = field(default_factory=list)

    def elapsed(self, now: float) -> float:
        return 0.0 if self.began is None else (self.ended or now) - self.began


class Steps:
    """What is known of all the pieces, by the events that came."""

    def __init__(self, labels: Sequence[str], clock: Callable[[], float]) -> None:
        self._clock = clock
        self.all = [Step(label=label) for label in labels]
        # What the user is to know before the end, and what stays true.
        self.notices: list[str] = []

    def note(self, progress: Progress) -> None:
        step = self.all[min(progress.index, len(self.all) - 1)]
        step.began = self._clock() if step.began is None else step.began
        step.state = progress.state
        step.task_id = progress.task_id or step.task_id
        step.fraction, step.problem = progress.fraction, progress.problem
        if progress.state == "failed":
            step.ended = self._clock()

    def finish(self, made: Image | Video) -> Step:
        """Note a piece that is done, and return it."""
        own = (each for each in self.all if made.task_id and each.task_id == made.task_id)
        step = next(own, self.all[0])
        step.state, step.ended = "ready", self._clock()
        step.fraction, step.problem = None, ""
        return step

    def html(self) -> str:
        now = self._clock()
        rows = [_row(step, now, alone=len(self.all) == 1) for step in self.all]
        told = self._told()
        said = [f'<div style="{SMALL};{WRAP}">⚠ {words(text, 400)}</div>' for text in told]
        return "".join([*rows, *said])

    def text(self) -> str:
        now = self._clock()
        said = [f"⚠ {one_line(text)}" for text in self._told()]
        return "\n".join([*(_words(step, now) for step in self.all), *said])

    def _told(self) -> list[str]:
        """What stands below the pieces: notices, and which tasks nobody can look at now."""
        lost = [step for step in self.all if step.problem]
        said = [
            tr(
                "Task {task_id} goes on, but looking fails: {problem}",
                task_id=one.task_id,
                problem=one.problem,
            )
            for one in lost
        ]
        return [*self.notices, *said]


class LiveProgress:
    """
    Draws at most `RATE` times a second into one display, whose id is ``display_id``.

    Whoever has the result puts it in its place; until then the last state stays.
    """

    def __init__(
        self,
        surface: Surface,
        labels: Sequence[str],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._surface = surface
        self._clock = clock
        self._steps = Steps(labels, clock)
        self._painted_at = float("-inf")
        self._timer: asyncio.TimerHandle | None = None
        self._finished = False
        self.display_id: str | None = None

    def start(self, model: str) -> None:
        self._paint()

    def on_event(self, response: Response, event: Event) -> None:
        if self._finished:
            return  # such as what is noted of an interrupt, which is drawn with the result
        match event:
            case Progress():
                self._steps.note(event)
            case ImageReady(image=picture):
                self._add(self._steps.finish(picture), picture)
            case VideoReady(video=video):
                self._steps.finish(video)
            case Notice(text=text):
                self._steps.notices.append(text)
            case _:
                return
        self._soon(max(0.0, self._painted_at + 1 / RATE - self._clock()))

    def finish(self, response: Response) -> None:
        self._finished = True
        if self._timer:
            self._timer.cancel()

    def _add(self, step: Step, picture: Image) -> None:
        # Decoding takes some 50 ms, in which the loop has other things to do.
        making = asyncio.get_running_loop().run_in_executor(None, _thumbnail, picture)
        making.add_done_callback(lambda done: step.thumbnails.append(done.result()))

    def _soon(self, wait: float) -> None:
        if self._timer:
            if self._timer.when() <= asyncio.get_running_loop().time() + wait:
                return
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(wait, self._paint)

    def _paint(self) -> None:
        self._painted_at = self._clock()
        data = {"text/html": self._steps.html(), "text/plain": self._steps.text()}
        self.display_id = self._surface.publish(
            data, display_id=self.display_id, update=self.display_id is not None
        )
        self._timer = None
        self._soon(TICK)


class TerminalProgress:
    """One line that is written over, on a screen; silence where the output goes to a file."""

    def __init__(
        self,
        labels: Sequence[str],
        out: TextIO | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._out = out or sys.stdout
        self._clock = clock
        self._steps = Steps(labels, clock)
        self._painted_at = float("-inf")
        self._timer: asyncio.TimerHandle | None = None

    def start(self, model: str) -> None:
        self._paint()

    def on_event(self, response: Response, event: Event) -> None:
        if isinstance(event, Progress):
            self._steps.note(event)
        elif isinstance(event, ImageReady):
            self._steps.finish(event.image)
        elif isinstance(event, VideoReady):
            self._steps.finish(event.video)
        elif isinstance(event, Notice):
            self._steps.notices.append(event.text)

    def finish(self, response: Response) -> None:
        if self._timer:
            self._timer.cancel()
        self._write("")

    def _paint(self) -> None:
        self._write("  ".join(lines(self._steps.text())))
        self._timer = asyncio.get_running_loop().call_later(TICK, self._paint)

    def _write(self, line: str) -> None:
        if self._out.isatty():
            width = get_terminal_size().columns - 1
            self._out.write(f"\r{clipped(line, width):<{width}}\r")
            self._out.flush()


class NoProgress:
    """For batch runs and captured output, which nobody watches."""

    def start(self, model: str) -> None:
        pass

    def on_event(self, response: Response, event: Event) -> None:
        pass

    def finish(self, response: Response) -> None:
        pass


def bar(fraction: float) -> str:
    """A bar, filled to a fraction from 0 to 1."""
    percent = 100 * min(1.0, max(0.0, fraction))
    return f'<div style="{_BAR}"><div style="{_FILL};width:{percent:.0f}%"></div></div>'


def said(state: str) -> str:
    """A state in a reader's words."""
    known: Mapping[str, str] = SAID
    lower = one_line(state).lower()
    return tr(known[lower]) if lower in known else lower


def _row(step: Step, now: float, *, alone: bool) -> str:
    pieces = [f'<b style="min-width:56px">{words(step.label, 60)}</b>'] if step.label else []
    for thumbnail in step.thumbnails:
        data = base64.b64encode(thumbnail).decode()
        kind = "png" if thumbnail.startswith(b"\x89PNG") else "jpeg"
        pieces.append(f'<img alt="" src="data:image/{kind};base64,{data}" style="{_THUMBNAIL}">')
    # As wide as the usual ones, so that the lines stand below each other like a table.
    pieces.append(f'<span style="min-width:190px">{words(_state(step, now), 120)}</span>')
    if step.fraction is not None:
        pieces.append(bar(step.fraction))
    if step.task_id and step.ended is None:
        shown = step.task_id if alone else clipped(step.task_id, 9)
        pieces.append(
            f'<span style="{FAINT}">{tr("task {task_id}", task_id=words(shown, 80))}</span>'
        )
    return f'<div style="{_LINE}">{"".join(pieces)}</div>'


def _state(step: Step, now: float) -> str:
    if step.began is None:
        return tr("not begun yet")
    marks = {"ready": tr("✓ ready"), "failed": tr("✕ failed")}
    state = marks.get(step.state) or f"{said(step.state)} …"
    share = "" if step.fraction is None else f" {100 * step.fraction:.0f} %"
    seconds = tr("{seconds:.1f} s", seconds=step.elapsed(now))
    return f"{state}{share} · {seconds}"


def _words(step: Step, now: float) -> str:
    pieces = [f"{one_line(step.label)}: " if step.label else "", _state(step, now)]
    if step.fraction is not None:
        filled = round(CELLS * min(1.0, max(0.0, step.fraction)))
        pieces.append(f" [{'#' * filled}{'.' * (CELLS - filled)}]")
    if step.task_id and step.ended is None:
        pieces.append(f" · {tr('task {task_id}', task_id=clipped(step.task_id, 40))}")
    return one_line("".join(pieces))


def _thumbnail(picture: Image) -> bytes:
    return small(picture.data)
