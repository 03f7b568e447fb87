"""What drawing an answer costs, measured on a clock that takes no time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Any

import pytest

from sophnet_jupyter.events import Event, Finished, ReasoningDelta, TextDelta, TextReplaced
from sophnet_jupyter.response import Arrival
from sophnet_jupyter.views.answer import Context
from sophnet_jupyter.views.live.answer import LiveAnswer, show

# What a message weighs besides its bundle: signature, headers, metadata.
ENVELOPE = 650
WORDS = "The lighthouse keeper counted every lamp on the quay, $a^2$ times, with `care`.".split()


class Clock(asyncio.SelectorEventLoop):
    """A loop whose sleeps take no time: the clock jumps to whatever is due next."""

    now = 0.0

    def time(self) -> float:
        return self.now

    def _run_once(self):
        due = [timer.when() for timer in self._scheduled if not timer.cancelled()]
        if due and not self._ready:
            self.now = max(self.now, min(due))
        super()._run_once()


class Surface:
    """Records what is published, and shows what a front end would."""

    watched = True

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.sent: list[tuple[float, str, dict[str, str]]] = []
        self.shown: dict[str, dict[str, str]] = {}

    def publish(
        self, data: Mapping[str, Any], *, display_id: str | None = None, update: bool = False
    ) -> str:
        display_id = display_id or str(len(self.shown))
        assert update == (display_id in self.shown)
        self.sent.append((self._clock(), display_id, dict(data)))
        self.shown[display_id] = dict(data)
        return display_id

    @property
    def bytes(self) -> int:
        return sum(len(json.dumps(data).encode()) + ENVELOPE for _, _, data in self.sent)

    @property
    def plain(self) -> str:
        return "".join(data.get("text/plain", "") for data in self.shown.values())

    def rate(self) -> float:
        """Messages a second, without the first that says who is asked, and the end."""
        times = [at for at, _, _ in self.sent[1:-2]]
        return (len(times) - 1) / (times[-1] - times[0])


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    # What other tests of this process have left under way would slow the drawing down.
    monkeypatch.setattr(LiveAnswer, "_drawing", 0)
    loop = Clock()
    yield loop
    loop.close()


@pytest.fixture
def draw(clock: Clock) -> Callable[..., Surface]:
    """Draws these events at so many a second."""

    def drawn(*events: Event, rate: float = 100, streams: int = 1) -> Surface:
        surface = Surface(clock.time)

        async def arriving() -> Any:
            for event in events:
                yield event
                await asyncio.sleep(1 / rate)

        async def one() -> None:
            view = LiveAnswer(surface, Context(), clock=clock.time)
            await show(arriving(), view, Arrival(on_event=view.on_event), model="m")

        async def all_of_them() -> None:
            await asyncio.gather(*(one() for _ in range(streams)))

        clock.run_until_complete(all_of_them())
        return surface

    return drawn


def prose(tokens: int, every: int = 80) -> list[Event]:
    """Text in paragraphs of ``every`` tokens, 5.4 characters each."""
    words = [WORDS[n % len(WORDS)] for n in range(tokens)]
    ends = ("\n\n" if n % every == every - 1 else " " for n in range(tokens))
    return [TextDelta(text=word + end) for word, end in zip(words, ends, strict=True)]


END = Finished(reason="stop")


def text_of(events: list[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


@pytest.mark.parametrize("rate", [50, 100, 200])
def test_a_long_answer_costs_little(draw, rate):
    answer = prose(4_000)
    surface = draw(*answer, END, rate=rate)
    assert surface.bytes <= 1_000_000 * max(1, 100 / rate)
    assert 8 <= surface.rate() <= 15.01
    assert surface.plain.startswith(text_of(answer).strip())
    assert len(surface.shown) <= 50


def test_one_long_code_block_costs_little(draw):
    lines = [TextDelta(text=f"total += values[{n}] * 1.0\n") for n in range(800)]
    surface = draw(TextDelta(text="```python\n"), *lines, TextDelta(text="```\n"), END, rate=20)
    assert len(text_of(lines)) > 20_000
    assert surface.bytes <= 1_200_000
    assert len(surface.sent) > 30
    assert "values[799]" in surface.plain


@pytest.mark.parametrize(("tokens", "every"), [(4_000, 5), (16_000, 10)])
def test_no_answer_has_more_outputs_than_jupyterlab_shows(draw, tokens, every):
    answer = prose(tokens, every)
    surface = draw(*[ReasoningDelta(text="Hm.")], *answer, END, rate=300)
    assert len(surface.shown) <= 50
    assert text_of(answer).strip() in surface.plain


def test_thinking_costs_a_line_an_update_and_is_folded_once(draw):
    thoughts = [ReasoningDelta(text=event.text) for event in prose(2_000)]
    surface = draw(*thoughts, *prose(50), END)
    assert surface.bytes <= 500_000
    folds = [display for _, display, data in surface.sent if "<details" in data["text/html"]]
    assert len(folds) == 1
    assert surface.sent[-1][1] != folds[0]


def test_a_display_that_is_followed_by_another_is_never_touched_again(draw):
    surface = draw(*[ReasoningDelta(text="Hm. ")] * 100, *prose(2_000), END)
    order = [int(display) for _, display, _ in surface.sent]
    assert len(set(order)) > 5
    assert all(after >= before for before, after in pairwise(order))


def test_an_answer_that_is_withdrawn_leaves_nothing_of_itself(draw):
    instead = TextReplaced(text="I cannot answer that.")
    surface = draw(*prose(1_500), instead, END)
    assert "lighthouse" not in json.dumps(list(surface.shown.values()))
    assert surface.plain.startswith("I cannot answer that.")


def test_an_answer_that_is_replaced_again_and_again_takes_no_more_room(draw):
    versions = [TextReplaced(text=f"Version {n}.") for n in range(60)]
    surface = draw(*versions, END, rate=10)
    assert len(surface.shown) == 2
    assert surface.plain.startswith("Version 59.")


def test_thoughts_between_words_stand_between_them(draw):
    surface = draw(
        *prose(20), ReasoningDelta(text="Hm."), *[TextDelta(text="After. ")] * 20, END, rate=30
    )
    kinds = ["<details" in data["text/html"] for data in surface.shown.values()]
    assert kinds == [False, True, False, False]


def test_twenty_at_once_share_what_the_kernel_may_send(draw):
    surface = draw(*prose(500), TextDelta(text="The end."), END, streams=20, rate=50)
    inner = [at for at, _, _ in surface.sent if 1 < at < 9]
    assert len(inner) / 8 <= 200
    assert surface.plain.count("The end.") == 20


def test_the_last_words_are_drawn_even_when_they_come_at_once(draw):
    surface = draw(*prose(300), END, rate=1e9)
    assert surface.plain.startswith(text_of(prose(300)).strip())
    assert len(surface.sent) <= 4


def test_pieces_without_words_draw_nothing(draw):
    surface = draw(Finished(reason="", ending="incomplete"))
    assert [display for _, display, _ in surface.sent] == ["0", "0"]
    assert "incomplete" in surface.plain
