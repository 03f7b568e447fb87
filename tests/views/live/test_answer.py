"""The order in which words, calls and rounds come to stand below a cell."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from sophnet_jupyter.events import (
    Event,
    Finished,
    ReasoningDelta,
    RoundBegan,
    TextDelta,
    TextReplaced,
    ToolCallDelta,
    ToolResult,
)
from sophnet_jupyter.response import Arrival, Response, settle
from sophnet_jupyter.views.answer import Context, bundle
from sophnet_jupyter.views.answer.tool_cards import MOST
from sophnet_jupyter.views.live.answer import LiveAnswer, show
from sophnet_jupyter.views.live.calls import DISPLAYS
from sophnet_jupyter.views.media.thumbnails import Sent

STOP = Finished(reason="stop")


class Surface:
    """Shows what a front end would, and counts how often each display was drawn."""

    watched = True

    def __init__(self) -> None:
        self.shown: dict[str, dict[str, str]] = {}
        self.drawn: list[str] = []

    def publish(
        self, data: Mapping[str, Any], *, display_id: str | None = None, update: bool = False
    ) -> str:
        display_id = display_id or str(len(self.shown))
        self.shown[display_id] = dict(data)
        self.drawn.append(display_id)
        return display_id

    @property
    def words(self) -> list[str]:
        return [data.get("text/plain", "MISSING") for data in self.shown.values()]


def drawn(*events: Event, pause: float = 0.0, **context: Any) -> Surface:
    surface = Surface()

    async def arriving() -> Any:
        for event in events:
            yield event
            await asyncio.sleep(pause)

    async def main() -> None:
        view = LiveAnswer(surface, Context(**context))
        await show(arriving(), view, Arrival(on_event=view.on_event), model="m")

    asyncio.run(main())
    return surface


def call(index: int, arguments: str = '{"a": 1}', name: str = "f") -> ToolCallDelta:
    return ToolCallDelta(index=index, id=f"id{index}", name=name, arguments=arguments)


def result(index: int, text: str = "21", **more: Any) -> ToolResult:
    return ToolResult(index=index, id=f"id{index}", name="f", text=text, **more)


ROUNDS = [
    ReasoningDelta(text="Hm."),
    TextDelta(text="Let me look."),
    call(0),
    call(1),
    result(1, "second"),
    result(0, "first"),
    RoundBegan(number=2),
    ReasoningDelta(text="Aha."),
    TextDelta(text="It is warm."),
    STOP,
]
WORDS = [
    "",
    "Let me look.",
    '→ f {"a": 1} ✓ 0.00 s\n  first',
    '→ f {"a": 1} ✓ 0.00 s\n  second',
    "— round 2 —",
    "",
    "It is warm.",
]


@pytest.mark.parametrize("pause", [0.0, 0.08], ids=["at once", "slowly"])
def test_everything_stands_in_the_order_in_which_it_came(pause: float) -> None:
    *pieces, closing = drawn(*ROUNDS, pause=pause, tools_run=True).words
    assert pieces == WORDS
    assert closing.startswith("[✓ complete")


def test_the_saved_whole_has_the_same_pieces() -> None:
    async def arriving() -> Any:
        for event in ROUNDS:
            yield event

    response = asyncio.run(settle(arriving()))
    said = bundle(response, Context(tools_run=True))["text/plain"]
    assert said.startswith("\n\n".join(WORDS[1:4]).replace("first\n\n→", "first\n→"))
    assert said.index("second") < said.index("— round 2 —") < said.index("It is warm.")


def test_a_card_that_is_done_is_never_touched_again() -> None:
    surface = drawn(call(0), result(0), *[TextDelta(text="word ")] * 30, STOP, pause=0.01)
    last = {display: place for place, display in enumerate(surface.drawn)}
    assert surface.drawn.count("0") <= 4
    assert last["0"] < surface.drawn.index("1")


def test_a_call_grows_runs_and_is_done() -> None:
    looks = []

    class Watching(Surface):
        def publish(self, data: Mapping[str, Any], **options: Any) -> str:
            looks.append(data["text/html"])
            return super().publish(data, **options)

    async def main() -> None:
        surface = Watching()
        view = LiveAnswer(surface, Context(tools_run=True))
        arrival = Arrival(on_event=view.on_event)
        view.start("m")
        for event in (call(0, '{"a": '), call(0, "1}"), result(0)):
            arrival.add(event)
            await asyncio.sleep(0.1)
        view.finish(arrival.end("complete"))

    asyncio.run(main())
    states = [state for look in looks for state in ("running …", "✓ 0.00 s") if state in look]
    assert states == ["running …", "✓ 0.00 s"]


def test_a_call_that_was_not_finished_says_so() -> None:
    [card, _] = drawn(call(0), Finished(reason="", ending="incomplete"), tools_run=True).words
    assert card.endswith("■ not finished")
    [card, _] = drawn(call(0), Finished(reason="tool_calls")).words
    assert card.endswith("not run")


def test_a_model_that_calls_without_end_does_not_fill_the_page() -> None:
    surface = drawn(*[call(n) for n in range(200)], Finished(reason="tool_calls"))
    assert len(surface.shown) == DISPLAYS + 1
    assert sum(words.count("→") for words in surface.words) == MOST
    assert f"and {200 - MOST} more calls" in surface.words[-2]


def test_a_correction_takes_the_place_of_what_was_withdrawn() -> None:
    wrong = TextReplaced(text="", notice="It did not fit.")
    surface = drawn(TextDelta(text="[1"), wrong, RoundBegan(number=2), TextDelta(text="[1]"), STOP)
    said = "".join(surface.words)
    assert "[1\n" not in said
    assert "[1]" in said
    assert "! It did not fit." in said


def test_pictures_stand_above_the_answer() -> None:
    pictures = [Sent(label="cat.png · 64×48 · 1 kB")]
    first, answer, _ = drawn(TextDelta(text="A cat."), STOP, pictures=pictures).words
    assert first == "[image 1] cat.png · 64×48 · 1 kB"
    assert answer == "A cat."
    assert bundle(Response(text="A cat."), Context(pictures=pictures))["text/plain"].startswith(
        "[image 1] cat.png · 64×48 · 1 kB\n\nA cat."
    )


@pytest.mark.parametrize(
    ("form", "text", "said"),
    [
        ("text", "*a*\n\nb\n", "*a*\n\nb\n"),
        ("code", "So:\n\n```py\nx = 1\n```\n", "x = 1"),
        ("markdown", "*a*", "*a*"),
    ],
)
def test_each_format_ends_as_it_should(form: str, text: str, said: str) -> None:
    surface = drawn(*[TextDelta(text=letter) for letter in text], STOP, pause=0.005, format=form)
    assert "".join(surface.words[:-1]) == said


def test_long_plain_text_is_frozen_by_lines_and_loses_nothing() -> None:
    lines = [f"line {n} of a long answer\n" for n in range(200)]
    surface = drawn(*[TextDelta(text=line) for line in lines], STOP, pause=0.003, format="text")
    assert len(surface.shown) > 2
    assert "".join(surface.words[:-1]) == "".join(lines)


class Painted(LiveAnswer):
    """Counts the functions of Python that are called for each painting."""

    def __init__(self) -> None:
        self._now = 0.0
        self.calls: list[int] = []
        super().__init__(Surface(), Context(), clock=self._later)

    def _later(self) -> float:
        self._now += 10.0
        return self._now

    def _paint(self) -> None:
        self.calls.append(0)

        def called(frame: object, event: str, argument: object) -> None:
            self.calls[-1] += event == "call"

        sys.setprofile(called)
        try:
            super()._paint()
        finally:
            sys.setprofile(None)


@pytest.mark.parametrize("delta", [TextDelta, ReasoningDelta])
def test_a_painting_costs_the_same_after_many_tokens_as_after_few(delta: Any) -> None:
    view = Painted()

    async def arriving() -> Any:
        for number in range(1_200):
            end = "\n\n" if number % 20 == 19 else " "
            yield delta(text=f"a **token**{end}")

    async def main() -> None:
        await show(arriving(), view, Arrival(on_event=view.on_event), model="m")

    asyncio.run(main())
    early, late = view.calls[200:400], view.calls[-200:]
    assert sum(late) < 1.3 * sum(early)
