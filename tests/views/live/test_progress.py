from __future__ import annotations

import asyncio
import io
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import PIL.Image
import pytest

from sophnet_jupyter.events import Event, ImageReady, Notice, Progress
from sophnet_jupyter.response import Response
from sophnet_jupyter.values.image import Image
from sophnet_jupyter.views.live.progress import TICK, LiveProgress, TerminalProgress, bar, said

from ...waiting import until
from .test_waiting import Clock


class Surface:
    watched = True

    def __init__(self) -> None:
        self.shown: list[tuple[bool, Mapping[str, Any]]] = []

    def publish(
        self, data: Mapping[str, Any], *, display_id: str | None = None, update: bool = False
    ) -> str:
        self.shown.append((update, data))
        return display_id or "one"

    @property
    def last(self) -> str:
        return str(self.shown[-1][1]["text/html"])


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def followed(
    make: Callable[..., LiveProgress | TerminalProgress], *events: Event, pause: float = 0.3
) -> None:
    """Show this on a clock whose sleeps take no time, until so many seconds later."""
    loop = Clock()

    async def follow() -> None:
        view = make(clock=loop.time)
        view.start("")
        for event in events:
            view.on_event(Response(), event)
        await asyncio.sleep(pause)
        view.finish(Response())

    try:
        loop.run_until_complete(follow())
    finally:
        loop.close()


def test_the_state_the_time_and_the_task_are_shown() -> None:
    surface = Surface()
    followed(
        partial(LiveProgress, surface, ["a fox"]), Progress(state="RUNNING", task_id="t-1234567890")
    )
    assert "<b style" in surface.last
    for words in ("a fox", "running", " s<", "task t-1234567890"):
        assert words in surface.last
    assert surface.shown[-1][1]["text/plain"].startswith("a fox: running … · 0.")


def test_there_is_a_bar_only_where_the_fraction_is_known() -> None:
    surface = Surface()
    followed(partial(LiveProgress, surface, ["x"]), Progress(state="uploading", fraction=0.5))
    assert bar(0.5) in surface.last
    assert "width:50%" in surface.last
    assert "50 %" in surface.last
    followed(partial(LiveProgress, surface, ["x"]), Progress(state="RUNNING"))
    assert " %" not in surface.last


def test_a_notice_is_seen_while_the_work_goes_on_and_is_nothing_but_words() -> None:
    surface = Surface()
    told = Notice(text="The journal cannot be <b>written</b>.")
    followed(partial(LiveProgress, surface, ["x"]), Progress(state="RUNNING"), told)
    assert "⚠ The journal cannot be &lt;b&gt;written" in surface.last
    assert surface.shown[-1][1]["text/plain"].endswith("cannot be <b>written</b>.")


def test_that_nobody_can_look_at_a_task_is_said_until_somebody_can() -> None:
    running = Progress(state="RUNNING", task_id="t")
    lost = Progress(state="RUNNING", task_id="t", problem="<b>no route</b>")
    surface, screen = Surface(), Screen()
    followed(partial(LiveProgress, surface, ["x"]), running, lost)
    assert "⚠ Task t goes on, but looking fails: &lt;b&gt;no route" in surface.last
    assert surface.shown[-1][1]["text/plain"].endswith("looking fails: <b>no route</b>")
    followed(partial(LiveProgress, surface, ["x"]), running, lost, running)
    assert "⚠" not in surface.last
    assert "⚠" not in surface.shown[-1][1]["text/plain"]
    followed(partial(TerminalProgress, ["x"], screen), running, lost, running, pause=0.7)
    assert "⚠" not in screen.getvalue()


def test_what_is_noted_behind_the_end_draws_nothing_any_more() -> None:
    surface = Surface()
    view = LiveProgress(surface, ["x"])

    async def stopped() -> int:
        view.start("")
        view.on_event(Response(), Progress(state="RUNNING"))
        view.finish(Response())
        drawn = len(surface.shown)
        view.on_event(Response(), Notice(text="The service goes on with the task."))
        await asyncio.sleep(1.2 * TICK)
        return drawn

    assert asyncio.run(stopped()) == len(surface.shown)


def test_no_more_than_four_updates_a_second_and_one_display() -> None:
    surface = Surface()
    events = [Progress(state=f"state {number}") for number in range(500)]
    followed(partial(LiveProgress, surface, ["x"]), *events, pause=0.6)
    assert len(surface.shown) <= 4
    assert "state 499" in surface.last
    assert [update for update, _ in surface.shown] == [False] + [True] * (len(surface.shown) - 1)


def test_the_time_goes_on_while_nothing_happens() -> None:
    surface = Surface()
    followed(partial(LiveProgress, surface, ["x"]), Progress(state="RUNNING"), pause=1.5)
    assert len(surface.shown) >= 3
    assert surface.shown[-1] != surface.shown[-2]


def test_each_task_has_its_line_and_a_finished_one_its_picture() -> None:
    buffer = io.BytesIO()
    PIL.Image.effect_noise((300, 300), 90).save(buffer, "PNG")
    ready = Image(data=buffer.getvalue(), mime="image/png", task_id="second")
    surface = Surface()
    view = LiveProgress(surface, ["seed 7", "seed 8", "seed 9"])

    async def follow() -> None:
        view.start("")
        for event in (
            Progress(state="RUNNING", index=0, task_id="first"),
            Progress(state="RUNNING", index=1, task_id="second"),
            ImageReady(image=ready),
            Progress(state="failed", index=2),
        ):
            view.on_event(Response(), event)
        # The picture is made smaller on another thread.
        await until(lambda: "data:image" in surface.last)
        view.finish(Response())

    asyncio.run(follow())
    first, second, third = surface.last.split("</b>")[1:]
    assert "running" in first
    assert "✓ ready" in second
    assert "data:image/jpeg;base64," in second
    assert "✕ failed" in third


def test_a_state_of_the_service_is_nothing_but_words() -> None:
    surface = Surface()
    followed(
        partial(LiveProgress, surface, ["<b>"]), Progress(state="<script>x</script>", task_id="<i>")
    )
    assert "<script" not in surface.last
    assert "<i>" not in surface.last


def test_a_terminal_shows_one_line_and_clears_it() -> None:
    screen = Screen()
    followed(
        partial(TerminalProgress, ["x"], screen),
        Progress(state="\x1b]0;title\x07RUNNING"),
        pause=0.7,
    )
    said = screen.getvalue()
    assert "running" in said
    assert "\n" not in said
    assert "\x1b" not in said
    assert said.split("\r")[-2].strip() == ""


def test_a_terminal_shows_the_task_and_a_bar_where_the_fraction_is_known() -> None:
    screen = Screen()
    running = Progress(state="uploading", task_id="t-12345", fraction=0.25)
    followed(partial(TerminalProgress, ["x"], screen), running, pause=0.7)
    said = screen.getvalue()
    drawn = re.escape("[#####...............] · task t-12345")
    assert re.search(rf"x: uploading … 25 % · \d+\.\d s {drawn}", said)
    screen = Screen()
    followed(partial(TerminalProgress, ["x"], screen), Progress(state="RUNNING"), pause=0.7)
    assert "[" not in screen.getvalue()


def test_a_file_in_place_of_a_terminal_gets_nothing() -> None:
    paper = io.StringIO()
    followed(partial(TerminalProgress, ["x"], paper), Progress(state="RUNNING"))
    assert paper.getvalue() == ""


@pytest.mark.parametrize("state", ["running", "RUNNING", "doing", "PROCESSING"])
def test_work_that_goes_on_is_told_in_the_language_of_its_reader(
    state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOPHNET_LANGUAGE", "zh")
    assert said(state) == "进行中"
