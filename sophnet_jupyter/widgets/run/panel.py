"""A run in a panel: how far it is, buttons to stop and to pause it, and its rows page by page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from itertools import count
from typing import Any

from traitlets import Unicode

from ...kernel.loop import loop
from ...runs.run import Run
from ...views.answer.figures import sandboxed
from ...views.runs import progress, still
from ...views.safe.control_characters import plain
from ..panel.panel import Buffers, Command, Panel
from . import opened, rows

# Seconds between two looks at a run that is going.
BEAT = 0.4
# And after so many of them its saved form is renewed, which is all that some front ends show.
KEPT = 3


class RunPanel(Panel):
    """
    Watch a `Run`, stop, pause or go on with it, and look at its rows.

    100,000 rows are filtered and sorted in the kernel, and sent a page at a time; a row opens with
    the prompt as it was sent, its answer and what was thought. ``folded`` begins without the rows.
    What stays in a saved notebook are its figures and `still.MOST_ROWS` rows.
    """

    file = "panel"

    label = Unicode("", help="What the run is called.").tag(sync=True)

    def __init__(self, run: Run, *, folded: bool = False) -> None:
        super().__init__(label=plain(run.name))
        self.run = run
        self._folded = folded
        self._watching: asyncio.Future[None] | None = None
        self._answering: set[asyncio.Task[None]] = set()
        self._chosen: tuple[rows.Wish, int, list[int]] | None = None
        self.on_go_on: Callable[[], object] = self._begin
        """Begins a run that has stopped, on the loop's thread."""
        loop().call_soon_threadsafe(self._watch)

    def ended(self) -> None:
        """Show how it ended, with its rows. Called on the loop's thread."""
        self._folded = False
        self.tell("unfold")
        self.tell("figures", **self._figures())
        self.settle()

    def obey(self, command: Command, buffers: Buffers) -> None:
        match command:
            case {"kind": "end"}:
                self.run.stop()
            case {"kind": "pause"}:
                self.run.pause()
            case {"kind": "go_on"}:
                self._go_on()
            case {"kind": "retry"}:
                if self.run.retry():
                    self.on_go_on()
            case {"kind": "page", "view": view, "begin": int(begin)}:
                wish = rows.Wish.of(command)
                self._answer(self._page, view, wish, max(0, begin), command.get("asked"))
            case {"kind": "open", "view": view, "number": int(number)}:
                self._answer(self._row, view, number)

    def spends(self, command: Command) -> int:
        return self.run.progress().failed if command.get("kind") == "retry" else 1

    def close(self) -> None:
        """Take the panel out of the page; the run goes on."""
        loop().call_soon_threadsafe(self._unwatch)
        super().close()

    def state(self) -> tuple[dict[str, Any], list[bytes]]:
        return {**self._figures(), "folded": self._folded}, []

    def still(self) -> tuple[str, str]:
        # While it goes, without its rows: they would be sent again and again.
        going = self.run.state in ("running", "paused")
        if going:
            return still.figures(self.run), progress.in_words(self.run)
        made = still.bundle(self.run)
        return made["text/html"], made["text/plain"]

    def _figures(self) -> dict[str, Any]:
        run = self.run
        told = run.progress()
        said = sandboxed(told.engines)
        self.phase, self.sandbox = told.state, bool(said)
        return {
            "state": told.state,
            "facts": progress.facts(told, waits=run.waits, with_badge=False),
            "sandbox": said,
            "percent": progress.percent(told),
            "done": told.done,
            "failures": [
                {"number": row.number, "text": text}
                for row, text in zip(told.failures, progress.failures(told), strict=True)
            ],
            "notes": [plain(note) for note in progress.notes(run)],
            "columns": [plain(name) for name in rows.names(run)],
            "shown": [plain(name) for name in still.shown_columns(run)],
            "failed": told.failed,
        }

    def _watch(self) -> None:
        """Look at the run from now on; called on the loop's thread."""
        self._watching = loop().create_task(self._follow())

    def _unwatch(self) -> None:
        if self._watching is not None:
            self._watching.cancel()

    async def _follow(self) -> None:
        for beat in count(1):
            seen = self.run.changes
            figures = self._figures()
            self.tell("figures", **figures)
            going = figures["state"] in ("running", "paused")
            if beat % KEPT == 0 or not going:
                self.settle()
            if not going:
                break
            await asyncio.sleep(BEAT)
        # It may begin again. A kernel may have many panels of runs that have ended: no task waits.
        self._watching = self.run.changed(seen)
        self._watching.add_done_callback(self._watch_again)

    def _watch_again(self, change: asyncio.Future[None]) -> None:
        if not change.cancelled():
            self._watch()

    def _go_on(self) -> None:
        if self.run.state == "paused":
            self.run.go_on()
        elif self.run.state != "running":
            self.on_go_on()

    def _begin(self) -> None:
        self._keep(self._whole())

    async def _whole(self) -> None:
        await self.run

    def _answer(
        self, work: Callable[..., tuple[str, dict[str, Any]]], view: str, *what: Any
    ) -> None:
        """Do on another thread what may take a moment, and send what it gives to one view."""

        async def answered() -> None:
            kind, facts = await asyncio.to_thread(work, *what)
            self.tell(kind, to=view, **facts)

        self._keep(answered())

    def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        """Start it, and hold it until it is done: the loop itself holds no task."""
        task = loop().create_task(self._guard(lambda: work))
        task.add_done_callback(self._answering.discard)
        self._answering.add(task)

    def _page(self, wish: rows.Wish, begin: int, asked: Any) -> tuple[str, dict[str, Any]]:
        done = self.run.progress().done
        if self._chosen is None or self._chosen[:2] != (wish, done):
            self._chosen = wish, done, rows.numbers(self.run, wish)
        chosen = self._chosen[2]
        begin = min(begin, max(0, len(chosen) - 1) // rows.PAGE * rows.PAGE)
        found = rows.page(self.run, chosen, begin)
        return "page", {"rows": found, "begin": begin, "count": len(chosen), "asked": asked}

    def _row(self, number: int) -> tuple[str, dict[str, Any]]:
        return "opened", {"number": number, "html": opened.row_html(self.run, number)}
