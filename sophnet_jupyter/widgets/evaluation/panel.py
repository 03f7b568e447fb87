"""An evaluation in a panel: its verdict, its answers page by page, and labels by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from itertools import count
from typing import Any

from ...kernel.loop import loop
from ...language import tr
from ...runs.evaluation.answers import Label
from ...runs.evaluation.evaluation import Evaluation
from ...views.evaluation import scores, whole
from ...views.safe.control_characters import plain
from ...views.safe.look import one_line
from ...views.safe.maths import inert
from ..panel.panel import Buffers, Command, Panel
from . import listing, opened

# Seconds between two looks at one that is going.
BEAT = 0.4
# And after so many of them its saved form is renewed, which is all that some front ends show.
KEPT = 3
LONGEST_NOTE = 2_000


class EvaluationPanel(Panel):
    """
    Look at an `Evaluation`: the wrong answers first, filtered and sorted in the kernel.

    A row opens with what was sent, what came and every grade; ✓, ✗ and a note make labels, which
    are a score. It can be stopped, paused, and gone on with. What stays in a saved notebook is the
    verdict, the scores and the first of the wrong answers.
    """

    file = "panel"

    def __init__(self, evaluation: Evaluation) -> None:
        super().__init__()
        self.evaluation = evaluation
        self.on_go_on: Callable[[], object] = self._begin
        """Begins one that has stopped, on the loop's thread."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting: asyncio.Future[None] | None = None
        loop().call_soon_threadsafe(self._watch)

    def ended(self) -> None:
        """Show how it ended. Called on the loop's thread."""
        self.tell("figures", **self._figures())
        self.settle()

    def obey(self, command: Command, buffers: Buffers) -> None:
        match command:
            case {"kind": "end"}:
                self.evaluation.stop()
            case {"kind": "pause"}:
                self.evaluation.pause()
            case {"kind": "go_on"}:
                self._go_on()
            case {"kind": "page", "view": view, "begin": int(begin)}:
                wish = listing.AnswerWish.of(command)
                self._answer(self._page, view, wish, max(0, begin), command.get("asked"))
            case {"kind": "open", "view": view, "number": int(number)}:
                self._answer(self._opened, view, number)
            case {"kind": "label", "number": int(number), "note": str(note), "right": right}:
                self._label(number, right, note)

    def close(self) -> None:
        """Take the panel out of the page; the evaluation goes on."""

        def cancel() -> None:
            for task in (*self._tasks, *([self._waiting] if self._waiting else [])):
                task.cancel()

        loop().call_soon_threadsafe(cancel)
        super().close()

    def state(self) -> tuple[dict[str, Any], list[bytes]]:
        return self._figures(), []

    def still(self) -> tuple[str, str]:
        if self._going:
            # Without its answers: they would be sent again and again.
            said = whole.going(self.evaluation)
            return f"<div>{inert(said)}</div>", said
        made = whole.bundle(self.evaluation)
        return made["text/html"], made["text/plain"]

    @property
    def _going(self) -> bool:
        return self.evaluation.state in ("running", "paused", "judging")

    def _figures(self) -> dict[str, Any]:
        found, told = self.evaluation, self.evaluation.progress()
        # Who answers is told in the frame, as in each panel, and from the first answer on.
        self.phase, self.sandbox = "running" if self._going else found.state, told.sandbox
        facts = [tr("{done:,} of {told:,} answers", done=told.done, told=told.total or 0)]
        facts += (
            [tr("{per_second:.1f} a second", per_second=told.per_second)] if told.per_second else []
        )
        facts += [tr("{eta:.0f} s left", eta=told.eta)] if told.eta else []
        facts += [tr("{failed:,} failed", failed=told.failed)] if told.failed else []
        return {
            "state": found.state,
            "facts": facts if self._going else [],
            "percent": 100 * told.done / told.total if told.total else None,
            # While it goes, its verdict would change with every look.
            "head": whole.head(found, with_badge=False) if not self._going else "",
            "scores": scores.table(found.figures) if told.done and not self._going else "",
            "how": whole.how(found) if not self._going else "",
            "heads": listing.heads(found),
            "grades": listing.scores(found),
            "columns": [one.label for one in found.columns] if len(found.columns) > 1 else [],
            "done": told.done,
        }

    def _watch(self) -> None:
        self._keep(self._follow)

    async def _follow(self) -> None:
        was = ""
        for beat in count(1):
            begun, followed = self.evaluation.begun, self.evaluation.is_followed
            state = self.evaluation.state
            if self._going or state != was:
                figures = await asyncio.to_thread(self._figures)
                self.tell("figures", **figures)
                if not self._going or beat % KEPT == 0:
                    self.settle()
            was = state
            await asyncio.sleep(BEAT)
            if not followed and not self._going:
                self.ended()
                break
        # It may be gone on with, here or by who awaits it: until then no task waits.
        self._waiting = self.evaluation.begins(begun)
        self._waiting.add_done_callback(self._watch_again)

    def _watch_again(self, begins: asyncio.Future[None]) -> None:
        if not begins.cancelled():
            self._watch()

    def _go_on(self) -> None:
        if self.evaluation.state == "paused":
            self.evaluation.go_on()
        elif not self._going:
            self.on_go_on()

    def _begin(self) -> None:
        self._keep(self._whole)

    async def _whole(self) -> None:
        await self.evaluation

    def _label(self, number: int, right: object, note: str) -> None:
        if not 0 <= number < self.evaluation.asked.total:
            return
        said = right if isinstance(right, bool) else None
        label = Label(right=said, note=note[:LONGEST_NOTE], by="hand")
        self.evaluation.set_label(number, None if said is None and not note else label)
        self.tell("labeled", number=number, right=said, note=one_line(plain(label.note)))
        self._keep(self._told)

    async def _told(self) -> None:
        await asyncio.to_thread(lambda: self.evaluation.verdicts)
        self.ended()

    def _answer(
        self, work: Callable[..., tuple[str, dict[str, Any]]], view: str, *what: Any
    ) -> None:
        """Do on another thread what may take a moment, and send what it gives to one view."""

        async def answered() -> None:
            kind, facts = await asyncio.to_thread(work, *what)
            self.tell(kind, to=view, **facts)

        self._keep(answered)

    def _keep(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Start it, and hold it until it is done: the loop itself holds no task."""
        task = loop().create_task(self._guard(work))
        task.add_done_callback(self._tasks.discard)
        self._tasks.add(task)

    def _page(self, wish: listing.AnswerWish, begin: int, asked: Any) -> tuple[str, dict[str, Any]]:
        listed = listing.chosen(self.evaluation, wish)
        begin = min(begin, max(0, len(listed) - 1) // listing.PAGE * listing.PAGE)
        rows = listing.page(self.evaluation, listed, begin)
        return "page", {"rows": rows, "begin": begin, "count": len(listed), "asked": asked}

    def _opened(self, number: int) -> tuple[str, dict[str, Any]]:
        answers = self.evaluation.answers
        known = 0 <= number < len(answers)
        html = opened.answer_html(self.evaluation, answers[number]) if known else ""
        return "opened", {"number": number, "html": html}
