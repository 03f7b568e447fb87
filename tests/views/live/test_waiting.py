"""What stands there while a server is silent, on a clock whose sleeps take no time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from io import StringIO
from typing import Any

import pytest

from sophnet_jupyter.events import Event, Finished, ReasoningDelta, TextDelta, Usage
from sophnet_jupyter.response import Arrival
from sophnet_jupyter.views.answer import Context
from sophnet_jupyter.views.live.answer import LiveAnswer, View, show
from sophnet_jupyter.views.live.report import LiveReport
from sophnet_jupyter.views.live.terminal import TerminalAnswer


class Clock(asyncio.SelectorEventLoop):
    """A loop whose sleeps take no time: the clock jumps to whatever is due next."""

    now = 0.0

    def time(self) -> float:
        return self.now

    def _run_once(self) -> None:
        timers = self._scheduled  # type: ignore[attr-defined]
        due = [timer.when() for timer in timers if not timer.cancelled()]
        if due and not self._ready:  # type: ignore[attr-defined]
            self.now = max(self.now, min(due))
        super()._run_once()  # type: ignore[misc]


class Surface:
    """Notes what was shown, and when."""

    watched = True

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.shown: dict[str, str] = {}
        self.sent: list[tuple[float, str]] = []

    def publish(
        self, data: Mapping[str, Any], *, display_id: str | None = None, update: bool = False
    ) -> str:
        display_id = display_id or str(len(self.shown))
        self.shown[display_id] = data["text/html"]
        self.sent.append((self._clock(), data["text/html"]))
        return display_id

    @property
    def silences(self) -> list[tuple[float, str]]:
        return [(at, html) for at, html in self.sent if "without a word" in html]


class Screen(StringIO):
    def __init__(self, *, tty: bool) -> None:
        super().__init__()
        self._tty = tty

    def isatty(self) -> bool:
        return self._tty


def follow(make: Callable[[Clock], View], silence: float, *events: Event) -> None:
    """Show an answer that begins after so many seconds, each event as long after the last."""
    loop = Clock()

    async def arriving() -> AsyncGenerator[Event, None]:
        for event in events:
            await asyncio.sleep(silence)
            yield event

    async def main() -> None:
        view = make(loop)
        await show(arriving(), view, Arrival(on_event=view.on_event), model="GLM-5")

    try:
        loop.run_until_complete(main())
    finally:
        loop.close()


def drawn(kind: Any, silence: float, *events: Event, **options: Any) -> Surface:
    surfaces: list[Surface] = []

    def make(loop: Clock) -> View:
        surfaces.append(surface := Surface(loop.time))
        view: View = kind(surface, Context(), clock=loop.time, **options)
        return view

    follow(make, silence, *events)
    return surfaces[0]


WORDS, END = TextDelta(text="Hello."), Finished(reason="stop")


def test_a_silent_server_is_told_after_ten_seconds_with_what_to_do() -> None:
    at, html = drawn(LiveAnswer, 12, WORDS).silences[0]
    assert at == 10
    assert "waiting for GLM-5 … 10 s without a word · Stop (■) hangs up" in html
    assert "%sophnet doctor" in html


def test_the_seconds_go_on_at_a_slow_pace() -> None:
    times = [at for at, _ in drawn(LiveAnswer, 60, WORDS).silences]
    assert times == list(range(10, 60, 3))


def test_the_button_of_a_background_answer_is_called_by_its_name() -> None:
    assert "Cancel hangs up" in drawn(LiveAnswer, 12, WORDS, stop="Cancel").silences[0][1]


def test_nothing_is_said_of_a_server_that_answers_in_time() -> None:
    assert drawn(LiveAnswer, 9, WORDS, END).silences == []


@pytest.mark.parametrize("first", [WORDS, ReasoningDelta(text="Hm."), Usage(prompt_tokens=3)])
@pytest.mark.parametrize("kind", [LiveAnswer, LiveReport])
def test_the_first_event_ends_the_counting(kind: Any, first: Event) -> None:
    surface = drawn(kind, 40, first, WORDS, END)
    assert surface.silences
    assert max(at for at, _ in surface.silences) <= 40
    assert not any("without a word" in html for html in surface.shown.values())


@pytest.mark.parametrize("kind", [LiveAnswer, LiveReport])
def test_the_end_of_an_answer_without_a_word_ends_the_counting(kind: Any) -> None:
    surface = drawn(kind, 40, END)
    assert surface.silences
    assert not any("without a word" in html for html in surface.shown.values())


def test_an_analysis_is_given_more_time_than_a_chat() -> None:
    assert drawn(LiveReport, 29, WORDS, END).silences == []
    at, html = drawn(LiveReport, 31, WORDS, END).silences[0]
    assert at == 30
    assert "30 s without a word" in html


def printed(silence: float, *, tty: bool) -> str:
    screen = Screen(tty=tty)
    follow(lambda loop: TerminalAnswer(Context(), screen, clock=loop.time), silence, WORDS, END)
    return screen.getvalue()


def test_a_terminal_says_it_in_a_line_that_is_written_over() -> None:
    said, _, answer = printed(14, tty=True).partition("Hello.")
    assert "10 s without a word · Ctrl-C hangs up" in said
    assert "13 s without a word" in said
    assert "\n" not in said
    assert said.endswith("\r\x1b[K")
    assert "without a word" not in answer


def test_a_file_gets_no_line_that_is_written_over() -> None:
    assert printed(14, tty=False).startswith("Hello.")
