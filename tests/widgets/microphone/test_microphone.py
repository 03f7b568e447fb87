"""The kernel's side of a microphone through what befalls it: nothing is lost, nothing is left."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sophnet_jupyter.client import Client
from sophnet_jupyter.errors import LineClosed, LineRefused, SettingsError, TimedOut
from sophnet_jupyter.kernel.loop import loop
from sophnet_jupyter.providers.sophnet.speech.live.session import LiveLimits
from sophnet_jupyter.widgets.microphone import listening
from sophnet_jupyter.widgets.microphone.microphone import Microphone

from ...scripted import served, spoken
from ...waiting import wait
from ..fake_microphone import FakeMicrophone

Make = Callable[..., Microphone]
RATE = 16_000
TALK = [1, 2, 3, 0, 0, 0, 4, 5, 0, 0, 0, 6, 7]
SAID = ["1 2 3", "4 5", "6 7"]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served() as url:
        yield url


class Told(list[dict[str, Any]]):
    """What a panel sends to the browser, which is the one part that is not here."""

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [each for each in self if each["kind"] == kind]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    events = Told()
    monkeypatch.setattr(
        Microphone, "send", lambda self, content, buffers=None: events.append(content)
    )
    return events


@pytest.fixture
def make(told: Told) -> Iterator[Make]:
    """Makes panels, and sees that none of them leaves anything behind on the loop."""
    panels: list[Microphone] = []
    # What another test of this process has left there is none of these.
    others = asyncio.all_tasks(loop())

    def make(url: str, source: Any = None, **options: Any) -> Microphone:
        client = Client("sandbox", url, project_id="p", easyllm_id="e")
        panels.append(Microphone(client, source, **{"limits": LiveLimits(farewell=60), **options}))
        return panels[-1]

    yield make
    for panel in panels:
        wait(lambda: not panel.busy)  # noqa: B023
        assert (panel._recognition, panel._waiting._all) == (None, [])
        panel.close()
    wait(lambda: asyncio.all_tasks(loop()) <= others)


class Page(FakeMicrophone):
    """A browser's microphone, in few words."""

    def __init__(self, panel: Microphone, take: int = 1, rate: int = RATE) -> None:
        super().__init__(panel, take)
        self.rate = rate
        self.tell({"kind": "begin", "take": take, "sample_rate": rate, "label": "Fake"})
        flush()

    def speak(self, *numbers: int) -> None:
        """Sound in which the script hears these numbers, 100 ms each; zeros are silence."""
        for number in numbers:
            self.frame(spoken(number, rate=self.rate))

    def stop(self) -> None:
        self.tell({"kind": "end", "take": self.take, "frames": self.seq, "why": ""})


def flush() -> None:
    """Return when the loop has done all that it was asked to by now."""
    asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop()).result(60)


def said(panel: Microphone) -> list[str]:
    return [sentence.text for sentence in panel.sentences]


@pytest.mark.parametrize("fault", ["line_cut_once=2", "line_close=4", "half_message=1"])
def test_a_line_that_breaks_or_tears_a_message_costs_the_panel_no_sentence(
    make: Make, told: Told, fault: str
) -> None:
    with served("--fault", fault) as url:
        mic = make(url, keep=True)
        page = Page(mic)
        wait(lambda: mic.phase == "listening")
        for number in TALK:
            page.speak(number)
            time.sleep(0.01)
        page.stop()
        wait(lambda: not mic.busy)
        assert said(mic) == SAID
        assert [each["text"] for each in told.of("final")] == SAID, "each is drawn once"
        assert [each["index"] for each in told.of("final")] == [0, 1, 2]
        assert len(mic.audio) - 44 == 3200 * len(TALK), "what was sent again is kept once"
        assert mic.phase == "ready"
        assert mic.error is None
        assert not told.of("error")
        assert any("opened again" in each["text"] for each in told.of("notice")) == (
            not fault.startswith("half")
        )


@pytest.mark.parametrize(
    ("fault", "error"),
    [("early_close=4001", LineRefused), ("line_silent", TimedOut), ("line_cut=1", LineClosed)],
)
def test_a_line_that_cannot_be_had_is_told_once_and_the_browser_lets_its_microphone_go(
    make: Make, told: Told, fault: str, error: type[Exception]
) -> None:
    with served("--fault", fault) as url:
        ok = 0.3 if fault == "line_silent" else 60
        mic = make(url, limits=LiveLimits(ok=ok, farewell=60, attempts=2))
        page = Page(mic)
        page.speak(1, 2)
        wait(lambda: not mic.busy)
        assert isinstance(mic.error, error)
        assert mic.phase == "failed"
        assert told.of("halt")
        # A page that is slow to let it go.
        page.speak(*TALK)
        page.stop()
        page.leave()
        flush()
        assert not mic.busy
        assert len(told.of("error")) == 1


def test_sound_that_nobody_will_hear_lets_the_microphone_go_at_once(
    make: Make, told: Told, url: str
) -> None:
    wrong = make(url, sample_rate=0)
    page = Page(wrong, take=5)
    page.speak(*TALK)
    flush()
    assert isinstance(wrong.error, SettingsError)
    assert told.of("halt") == [{"kind": "halt", "take": 5}]
    assert len(told.of("error")) == 1
    told.clear()

    # Two views of one panel, both of whose buttons were pressed.
    mic = make(url)
    first, second = Page(mic, take=6), Page(mic, take=7)
    flush()
    assert told.of("halt") == [{"kind": "halt", "take": 7}], "the first one goes on"
    second.speak(*TALK)
    first.speak(8, 9)
    first.stop()
    wait(lambda: not mic.busy)
    assert said(mic) == ["8 9"]
    assert mic.error is None


def test_a_service_that_is_deaf_at_the_end_is_left_with_what_it_had_said(
    make: Make, told: Told
) -> None:
    with served("--fault", "deaf_end") as url:
        mic = make(url, limits=LiveLimits(farewell=1.5))
        page = Page(mic)
        page.speak(*TALK)
        wait(lambda: len(mic.sentences) == 2 and mic.partial == SAID[2])
        mic.stop()
        page.stop()
        wait(lambda: not mic.busy)
        assert said(mic) == SAID, "also the sentence that was only begun"
        assert any("last words" in each["text"] for each in told.of("notice"))


def test_a_page_that_is_gone_ends_it_and_keeps_what_was_said(make: Make, told: Told) -> None:
    with served() as url:
        mic = make(url)
        page = Page(mic)
        page.speak(*TALK)
        page.leave()
        wait(lambda: not mic.busy)
        assert said(mic) == SAID
        assert any("was closed" in each["text"] for each in told.of("notice"))
        page.leave()
        flush()
        assert mic.phase == "ready"


def test_a_page_that_went_without_a_word_ends_it_once_another_has_come(
    make: Make, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mic = make(url)
    Page(mic).speak(*TALK)
    wait(lambda: said(mic))
    monkeypatch.setattr(listening, "ANSWER", 0.5)
    loop().call_soon_threadsafe(mic.call_roll)
    wait(lambda: not mic.busy)
    assert said(mic) == SAID


def test_a_stop_that_the_browser_does_not_answer_ends_it_all_the_same(
    make: Make, url: str, told: Told
) -> None:
    mic = make(url)
    Page(mic).speak(*TALK)
    wait(lambda: mic.phase == "listening")
    mic.stop()
    wait(lambda: not mic.busy)
    assert said(mic) == SAID
    assert told.of("halt")


def test_two_microphones_hear_each_its_own(make: Make, url: str) -> None:
    one, two = make(url), make(url)
    first, second = Page(one, take=1), Page(two, take=2)
    for number in (1, 2, 3):
        first.speak(number)
        second.speak(number + 10)
    first.stop()
    wait(lambda: not one.busy)
    wait(lambda: two.phase == "listening")
    second.speak(14)
    second.stop()
    wait(lambda: not two.busy)
    assert (said(one), said(two)) == (["1 2 3"], ["11 12 13 14"])


def test_threads_take_quick_turns_only_while_sound_comes(make: Make, url: str) -> None:
    before = sys.getswitchinterval()
    one, two = make(url), make(url)
    first, second = Page(one, take=1), Page(two, take=2)
    wait(lambda: sys.getswitchinterval() < before)
    first.stop()
    wait(lambda: not one.busy)
    assert sys.getswitchinterval() < before, "the other one still listens"
    second.stop()
    wait(lambda: sys.getswitchinterval() == before)

    # What a user sets meanwhile stays.
    page = Page(one, take=3)
    wait(lambda: sys.getswitchinterval() < before)
    try:
        sys.setswitchinterval(0.02)
        page.stop()
        wait(lambda: not one.busy)
        flush()
        assert sys.getswitchinterval() == pytest.approx(0.02)
    finally:
        sys.setswitchinterval(before)


def test_a_slow_reader_of_sentences_holds_up_neither_the_sound_nor_the_panel(
    make: Make, url: str
) -> None:
    mic = make(url)
    go_on = threading.Event()
    heard: list[str] = []

    def slow(sentence: Any) -> None:
        go_on.wait(30)
        heard.append(sentence.text)

    mic.on_final(slow)
    page = Page(mic)
    page.speak(*TALK)
    page.stop()
    wait(lambda: said(mic) == SAID)
    assert heard == []
    assert mic.busy, "it waits for who hears"
    go_on.set()
    wait(lambda: not mic.busy)
    assert heard == SAID


def test_what_comes_at_once_after_a_break_is_heard_to_the_last_frame(
    make: Make, told: Told
) -> None:
    """As when the connection to the kernel was lost for 20 s."""
    with served() as url:
        mic = make(url)
        page = Page(mic, rate=1000)
        page.speak(*[number for each in range(1, 51) for number in (each, 0, 0, 0)])
        page.stop()
        wait(lambda: not mic.busy)
        assert said(mic) == [str(number) for number in range(1, 51)]
        assert not told.of("notice"), "nothing was lost"


def test_ten_minutes_of_speech_stay_in_bounded_memory(make: Make, url: str) -> None:
    seconds, rate = 600, 1000
    limits = LiveLimits(backlog=5, memory=5, farewell=60)
    mic = make(url, limits=limits)
    page = Page(mic, rate=rate)
    wait(lambda: mic.phase == "listening")
    take, session = mic._recognition.take, mic._recognition._session
    assert take is not None
    most = 0
    for number in range(1, 1 + seconds * 10 // 4):
        page.speak(number, 0, 0, 0)
        flush()
        wait(lambda: take._waiting < 5 * 2 * rate)
        kept = len(session._delivery.tape._data) + take._waiting + len(mic._dictation.sound)
        most = max(most, kept)
    assert take.frames == seconds * 10
    page.stop()
    wait(lambda: not mic.busy)
    assert len(mic.sentences) == 1500
    assert mic.sentences[-1].end == 599_950
    assert (take.missing, take.dropped) == (0, 0)
    # What waits here, what waits there, and twice what is kept to be sent again.
    assert most < 2 * rate * (5 + 5 + 2 * 5 + 1)
